package io.ebpf4j.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory mapped from a descriptor, and the duty to unmap it.
 *
 * <p>The segment may be used from any thread until it is closed; afterwards every access throws
 * {@link IllegalStateException}. Closing costs a handshake with every thread of the process, so a mapping belongs to
 * something that lives long.
 */
public final class Mapping implements AutoCloseable {
    /** What may be done with mapped memory. */
    public enum Access {
        /** It can be read; the segment is read-only. */
        READ(Constants.PROT_READ),
        /** It can be read and written. */
        READ_WRITE(Constants.PROT_READ | Constants.PROT_WRITE);

        private final int protection;

        Access(int protection) {
            this.protection = protection;
        }
    }

    private final Arena arena;
    private final MemorySegment segment;
    private final Runnable settled;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Mapping(Arena arena, MemorySegment segment, String what) {
        this.arena = arena;
        this.segment = segment;
        this.settled = LeakWitness.watch(this, "mapping of " + what);
    }

    /**
     * Maps shared memory of a descriptor.
     *
     * @param fd the descriptor; the mapping outlives it
     * @param offset where it begins, a multiple of the page size
     * @param length bytes
     * @param access what may be done with it
     * @return the mapping, to be closed
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    @SuppressWarnings("MustBeClosedChecker") // the mapping owns the arena and closes it
    public static Mapping map(Fd fd, long offset, long length, Access access) {
        Arena arena = Arena.ofShared();
        try {
            return new Mapping(arena, into(arena, fd, offset, length, access), fd.what());
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Maps shared memory of a descriptor for as long as an arena lives, for owners of several mappings that end together.
     *
     * @param arena whose closing unmaps it
     * @param fd the descriptor; the mapping outlives it
     * @param offset where it begins, a multiple of the page size
     * @param length bytes
     * @param access what may be done with it
     * @return the memory
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public static MemorySegment into(Arena arena, Fd fd, long offset, long length, Access access) {
        return intoAt(arena, fd, 0, offset, length, access);
    }

    /**
     * Maps shared memory of a descriptor at an address, as a BPF arena demands.
     *
     * @param arena whose closing unmaps it
     * @param fd the descriptor; the mapping outlives it
     * @param address where in this process; 0 lets the kernel choose
     * @param offset where it begins, a multiple of the page size
     * @param length bytes
     * @param access what may be done with it
     * @return the memory
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    @SuppressWarnings("restricted") // the length is what the kernel mapped
    public static MemorySegment intoAt(Arena arena, Fd fd, long address, long offset, long length, Access access) {
        Kernel kernel = fd.kernel();
        int number = fd.acquire();
        try {
            int flags = Constants.MAP_SHARED | (address == 0 ? 0 : Constants.MAP_FIXED);
            long mapped = Failure.check(
                    "mmap", kernel.mmapAt(address, length, access.protection, flags, number, offset), fd.what());
            MemorySegment segment = MemorySegment.ofAddress(mapped)
                    .reinterpret(
                            length,
                            arena,
                            start -> Failure.check("munmap", kernel.munmap(start.address(), length), fd.what()));
            return access == Access.READ ? segment.asReadOnly() : segment;
        } finally {
            fd.release();
        }
    }

    /** {@return the memory} */
    public MemorySegment segment() {
        return segment;
    }

    /** Unmaps it, once. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            settled.run();
            arena.close();
        }
    }
}
