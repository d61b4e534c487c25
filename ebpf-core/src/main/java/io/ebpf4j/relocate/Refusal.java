package io.ebpf4j.relocate;

import io.ebpf4j.asm.Slot;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.InvalidObjectException;

/** The refusals of relocation, as exceptions. */
final class Refusal {
    private Refusal() {}

    static BpfException invalid(String file, String program, int slot, String message) {
        return new InvalidObjectException(file, program, (long) slot * Slot.BYTES, message);
    }

    static BpfException invalidTypes(Btf btf, String message) {
        return new InvalidObjectException(btf.origin(), ".BTF", -1, message);
    }

    static BpfException incompatible(String subject, String ours, String theirs) {
        return new IncompatibleException(subject, ours, theirs);
    }
}
