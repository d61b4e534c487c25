package io.ebpf4j.kernel.sys;

import java.lang.foreign.MemorySegment;

/**
 * The whole address space of the process as one segment, at absolute addresses.
 *
 * <p>Reading and writing through it checks neither bounds nor life: a wrong address ends the process. It is for loops
 * whose every address was checked before, where the check of a bounded segment at each access is what costs most; keep
 * it in a {@code static final} field, so that the JIT sees a constant.
 */
public final class Memory {
    private Memory() {}

    /** {@return all memory, from address 0; offsets in it are addresses} */
    @SuppressWarnings("restricted") // that is its purpose; see the class
    public static MemorySegment all() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }
}
