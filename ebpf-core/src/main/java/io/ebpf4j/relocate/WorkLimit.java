package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;

/**
 * Bounds the steps of one comparison of types. A hostile file can nest types by value so that a walk of bounded depth still
 * takes exponentially many steps.
 */
final class WorkLimit {
    private static final int STEPS = 4_000_000;

    private int left = STEPS;

    void step(Btf btf) {
        spend(1, btf);
    }

    void spend(int steps, Btf btf) {
        left -= steps;
        if (left < 0) {
            throw Refusal.invalidTypes(btf, "comparing types takes more than " + STEPS + " steps");
        }
    }
}
