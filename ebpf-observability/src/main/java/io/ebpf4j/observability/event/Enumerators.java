package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.IncompatibleException;

/** The values of a C enum by the names in an object's BTF. */
final class Enumerators {
    private final Btf btf;
    private final String name;
    private final int id;

    Enumerators(Btf btf, String name) {
        this.btf = btf;
        this.name = name;
        this.id = btf.find(name, BtfKind.ENUM)
                .orElseThrow(() -> new IncompatibleException(
                        "the records of " + btf.origin(), "enum " + name, "no enum of that name"));
    }

    int value(String constant) {
        StringBuilder there = new StringBuilder();
        for (int i = 0; i < btf.vlen(id); i++) {
            String found = btf.enumName(id, i);
            if (found.equals(constant)) {
                return Math.toIntExact(btf.enumValue(id, i));
            }
            there.append(i == 0 ? "" : ", ").append(found);
        }
        throw new IncompatibleException("enum " + name + " in " + btf.origin(), constant, there.toString());
    }
}
