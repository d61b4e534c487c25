package io.ebpf4j.object;

import io.ebpf4j.spec.VariableSpec;
import java.lang.foreign.MemorySegment;

/** A live view of a global variable of a loaded object, through the mapping of its section. */
public final class GlobalVariable {
    private final VariableSpec spec;
    private final MemorySegment memory;

    GlobalVariable(VariableSpec spec, MemorySegment memory) {
        this.spec = spec;
        this.memory = memory;
    }

    /** {@return what the object file says of it} */
    public VariableSpec spec() {
        return spec;
    }

    /** {@return its memory, shared with the kernel; read-only for constants; not to be used after the object is closed} */
    public MemorySegment memory() {
        return memory;
    }
}
