package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;
import java.util.List;

/** Fits programs to a target's types. Safe from any thread. */
public final class CoreRelocator {
    private final TargetBtf target;

    /**
     * Creates a relocator.
     *
     * @param target the types to fit programs to
     */
    public CoreRelocator(TargetBtf target) {
        this.target = target;
    }

    /**
     * Relocates one program.
     *
     * @param local the object's BTF, to which the sites' type ids belong
     * @param sites the relocations
     * @param slots the program in the form of {@link io.ebpf4j.asm.Slot}; not changed
     * @param file the object file, for messages
     * @param program the program, for messages
     * @return the patched program and the report
     * @throws io.ebpf4j.kernel.InvalidObjectException when the object contradicts itself: a site outside of the program, an access
     *     string that does not fit its type, an instruction that does not carry the value its relocation says
     * @throws io.ebpf4j.kernel.IncompatibleException when candidates of equal merit disagree, with both layouts, or a value does not
     *     fit its instruction
     */
    public Relocation relocate(Btf local, List<RelocationSite> sites, long[] slots, String file, String program) {
        throw new UnsupportedOperationException(target + file + program + local + sites + slots.length);
    }
}
