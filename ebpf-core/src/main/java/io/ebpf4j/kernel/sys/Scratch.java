package io.ebpf4j.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Native memory of a thread for the arguments of one system call: room for an attr, and a block for a key and a value.
 *
 * <p>Taking and giving back allocate nothing:
 *
 * {@snippet :
 * try (Scratch scratch = Scratch.current()) {
 *     MemorySegment attr = scratch.attr(BpfAttr.MapElement.SIZE);
 *     attr.set(ValueLayout.JAVA_INT, BpfAttr.MapElement.MAP_FD, fd.number());
 *     int result = kernel.bpf(BpfCommand.MAP_LOOKUP_ELEM, attr, BpfAttr.MapElement.SIZE);
 * }
 * }
 *
 * <p>A thread that takes one while it holds another gets another one, so code that is called back in between (a codec,
 * say) may use its own. The memory belongs to the thread and is freed with it; neither it nor its address may outlive
 * the block or pass to another thread.
 */
public final class Scratch implements AutoCloseable {
    /** Bytes of {@link #data()}. */
    public static final long DATA_SIZE = 4096;

    private static final long ATTR_ROOM = 256;
    private static final long ERRNO_ROOM = 64;
    private static final int MOST_NESTED = 32;
    private static final ThreadLocal<Scratch> THREAD = ThreadLocal.withInitial(() -> new Scratch(1));

    private final int depth;
    private final MemorySegment errno;
    private final MemorySegment attr;
    private final MemorySegment data;
    private @Nullable Scratch nested;
    private boolean taken;

    private Scratch(int depth) {
        this.depth = depth;
        MemorySegment block = Arena.ofAuto().allocate(ERRNO_ROOM + ATTR_ROOM + DATA_SIZE, 64);
        this.errno = block.asSlice(0, ERRNO_ROOM);
        this.attr = block.asSlice(ERRNO_ROOM, BpfAttr.SIZE);
        this.data = block.asSlice(ERRNO_ROOM + ATTR_ROOM, DATA_SIZE);
    }

    /**
     * {@return scratch memory of this thread that is not in use; close it to give it back}
     *
     * @throws IllegalStateException if this thread holds very many: one of them was never closed
     */
    public static Scratch current() {
        Scratch scratch = THREAD.get();
        while (scratch.taken) {
            Scratch next = scratch.nested;
            if (next == null) {
                if (scratch.depth == MOST_NESTED) {
                    throw new IllegalStateException(MOST_NESTED + " scratch blocks of this thread are in use");
                }
                next = new Scratch(scratch.depth + 1);
                scratch.nested = next;
            }
            scratch = next;
        }
        scratch.taken = true;
        return scratch;
    }

    /** Where the C library's errno of this thread is captured. */
    static MemorySegment errno() {
        return THREAD.get().errno;
    }

    /** {@return the whole attr, {@link BpfAttr#SIZE} bytes, zeroed} */
    public MemorySegment attr() {
        return attr.fill((byte) 0);
    }

    /**
     * {@return the attr, of which only the first bytes are zeroed: pass no more than those}
     *
     * @param size bytes to zero, a multiple of 8 such as {@link BpfAttr.MapElement#SIZE}
     */
    public MemorySegment attr(int size) {
        for (long at = 0; at < size; at += 8) {
            attr.set(ValueLayout.JAVA_LONG, at, 0);
        }
        return attr;
    }

    /** {@return the block for key and value, {@link #DATA_SIZE} bytes, 8-byte aligned, not zeroed} */
    public MemorySegment data() {
        return data;
    }

    /** Gives it back. */
    @Override
    public void close() {
        taken = false;
    }
}
