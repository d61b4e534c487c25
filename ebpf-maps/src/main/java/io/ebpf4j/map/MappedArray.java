package io.ebpf4j.map;

/** An array's memory, shared with the kernel. */
public final class MappedArray implements AutoCloseable {
    private MappedArray() {}

    /** Ends the mapping. */
    @Override
    public void close() {}
}
