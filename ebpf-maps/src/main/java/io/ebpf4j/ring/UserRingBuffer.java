package io.ebpf4j.ring;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Epoll;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.Mapping;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.spec.MapType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The producer of a user ring buffer map, {@code BPF_MAP_TYPE_USER_RINGBUF}, since Linux 6.1: this process writes records,
 * and a program takes them by {@code bpf_user_ringbuf_drain}.
 *
 * <p>A record is reserved, written in place, and submitted or discarded:
 *
 * {@snippet :
 * long at = ring.reserve(16);
 * if (at != UserRingBuffer.FULL) {
 *     ring.segment().set(ValueLayout.JAVA_LONG, at, key);
 *     ring.segment().set(ValueLayout.JAVA_LONG, at + 8, value);
 *     ring.submit(at);
 * }
 * }
 *
 * <p>Nothing is allocated for a record. A program takes records in the order of their reservation, and none that comes
 * after one that is still being written.
 *
 * <p><b>Threads.</b> One thread reserves at a time: the caller sees to that, as two would write over each other's records.
 * Any thread may submit, and close; afterwards everything throws {@link IllegalStateException}.
 *
 * <p><b>Memory order</b> (kernel/bpf/ringbuf.c). The consumer's position is read with acquire: what the kernel has read
 * before it gave the space back is read. The header is written, busy, before the producer's position is, with release; so
 * the kernel never sees a position without its header. The busy bit is cleared by an exchange, after which the payload is
 * visible to whoever sees it cleared.
 */
public final class UserRingBuffer implements AutoCloseable {
    /** What {@link #reserve(int)} says when there is no room. */
    public static final long FULL = -1;

    private static final int BUSY = 1 << 31;
    private static final int DISCARD = 1 << 30;
    private static final long HEADER = 8;
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();

    private final String name;
    private final Kernel kernel;
    private final @Nullable Fd fd;
    private final @Nullable Arena arena;
    private final MemorySegment consumerPage;
    private final MemorySegment producerPage;
    private final MemorySegment data;
    private final long size;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable Epoll room;

    private UserRingBuffer(
            String name,
            Kernel kernel,
            @Nullable Fd fd,
            @Nullable Arena arena,
            MemorySegment consumerPage,
            MemorySegment producerPage,
            MemorySegment data) {
        this.name = name;
        this.kernel = kernel;
        this.fd = fd;
        this.arena = arena;
        this.consumerPage = consumerPage;
        this.producerPage = producerPage;
        this.data = data;
        this.size = data.byteSize() / 2;
    }

    /**
     * Maps a user ring buffer.
     *
     * @param map the map; the ring keeps its own descriptor and mapping, so the map may be closed before
     * @return the producer, to be closed; a map has one at a time, which nothing enforces
     * @throws IllegalArgumentException if the map is not a user ring buffer
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    @SuppressWarnings("MustBeClosedChecker") // the ring owns the arena and the descriptor, and closes them
    public static UserRingBuffer open(BpfMap map) {
        if (!map.type().equals(MapType.USER_RINGBUF)) {
            throw new IllegalArgumentException(
                    "map " + map.name() + " is of type " + map.type() + ", not user_ringbuf");
        }
        long page = map.kernel().pageSize();
        long size = Integer.toUnsignedLong(map.maxEntries());
        Fd fd = map.descriptor().dup();
        Arena arena = Arena.ofShared();
        try {
            // The other way round than in a ring buffer: the consumer's position is the kernel's.
            MemorySegment consumerPage = Mapping.into(arena, fd, 0, page, Mapping.Access.READ);
            MemorySegment rest = Mapping.into(arena, fd, page, page + 2 * size, Mapping.Access.READ_WRITE);
            return new UserRingBuffer(
                    map.name(),
                    map.kernel(),
                    fd,
                    arena,
                    consumerPage,
                    rest.asSlice(0, page),
                    rest.asSlice(page, 2 * size));
        } catch (RuntimeException e) {
            arena.close();
            fd.close();
            throw e;
        }
    }

    /** A ring in plain memory, laid out as {@link RingBuffer#over} says: its consumer is someone in this process. */
    static UserRingBuffer over(
            String name, Kernel kernel, MemorySegment consumerPage, MemorySegment producerPage, MemorySegment data) {
        return new UserRingBuffer(name, kernel, null, null, consumerPage, producerPage, data);
    }

    /** {@return the name of the map} */
    public String name() {
        return name;
    }

    /** {@return bytes of the data area} */
    public long capacity() {
        return size;
    }

    /** {@return the memory that reservations lie in; write nothing but what was reserved and is not yet submitted} */
    public MemorySegment segment() {
        return data;
    }

    /**
     * Reserves room for a record.
     *
     * @param length bytes of the record; with a header of 8 bytes, and rounded up to 8, no more than the ring holds
     * @return where in {@link #segment()} the record starts, divisible by eight; {@link #FULL} where there is no room now
     * @throws IllegalArgumentException if the ring never has so much room
     * @throws InvalidObjectException if the ring's positions make no sense
     * @throws IllegalStateException if the ring is closed
     */
    public long reserve(int length) {
        long span = length + HEADER + 7 & -8L;
        if (length < 0 || span > size) {
            throw new IllegalArgumentException("a record of " + length + " bytes in a ring of " + size);
        }
        long consumed = (long) POSITION.getAcquire(consumerPage, 0L);
        long position = (long) POSITION.getAcquire(producerPage, 0L);
        long used = position - consumed;
        if (used < 0 || used > size || (position & 7) != 0) {
            throw new InvalidObjectException(
                    "map " + name,
                    "user ring buffer",
                    position,
                    "the consumer's position " + consumed + " in a ring of " + size + " bytes");
        }
        if (span > size - used) {
            return FULL;
        }
        long header = position & size - 1;
        data.set(ValueLayout.JAVA_INT, header, length | BUSY);
        data.set(ValueLayout.JAVA_INT, header + 4, 0);
        POSITION.setRelease(producerPage, 0L, position + span);
        return header + HEADER;
    }

    /**
     * Reserves room for a record, and waits for it: a program that drains without {@code BPF_RB_NO_WAKEUP} ends the wait.
     *
     * <p>The wait holds on to the carrier of a virtual thread, and {@link #close()} does not end it.
     *
     * @param length bytes of the record
     * @param timeout how long to wait at most
     * @return where in {@link #segment()} the record starts; {@link #FULL} where there was no room in time
     * @throws IllegalArgumentException if the ring never has so much room
     * @throws InvalidObjectException if the ring's positions make no sense
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses the wait
     * @throws IllegalStateException if the ring is closed
     */
    public long reserve(int length, Duration timeout) {
        long start = System.nanoTime();
        while (true) {
            long at = reserve(length);
            long left = timeout.toNanos() - (System.nanoTime() - start);
            if (at != FULL || left <= 0) {
                return at;
            }
            waiting().await(left);
        }
    }

    /** Edge-triggered: the ring counts as writable as soon as it has any room, which may be less than is wanted. */
    private Epoll waiting() {
        Epoll known = room;
        if (known == null) {
            if (fd == null) {
                throw new IllegalStateException("ring " + name + " is in plain memory: nobody ends the wait");
            }
            known = Epoll.open(kernel, 1);
            known.add(fd, Constants.EPOLLOUT | Constants.EPOLLET, 0);
            room = known;
        }
        return known;
    }

    /**
     * Gives a record to the program.
     *
     * @param at what {@link #reserve(int)} returned
     * @throws IllegalArgumentException if there is no reservation
     */
    public void submit(long at) {
        commit(at, 0);
    }

    /**
     * Gives a reservation up: the program does not see it.
     *
     * @param at what {@link #reserve(int)} returned
     * @throws IllegalArgumentException if there is no reservation
     */
    public void discard(long at) {
        commit(at, DISCARD);
    }

    private void commit(long at, int flag) {
        long header = at - HEADER;
        if (header < 0 || header >= size || (header & 7) != 0) {
            throw new IllegalArgumentException("no reservation starts at " + at);
        }
        int word = (int) WORD.getAcquire(data, header);
        if ((word & BUSY) == 0) {
            throw new IllegalArgumentException("what starts at " + at + " is not reserved");
        }
        int before = (int) WORD.getAndSet(data, header, word & ~BUSY | flag);
        if (before != word) {
            throw new IllegalStateException("two threads committed what starts at " + at);
        }
    }

    /**
     * Writes a copy of some memory as a record.
     *
     * @param record the bytes
     * @return whether there was room
     * @throws IllegalArgumentException if the ring never has so much room
     * @throws InvalidObjectException if the ring's positions make no sense
     * @throws IllegalStateException if the ring is closed
     */
    public boolean write(MemorySegment record) {
        long at = reserve(Math.toIntExact(record.byteSize()));
        if (at == FULL) {
            return false;
        }
        MemorySegment.copy(record, 0, data, at, record.byteSize());
        submit(at);
        return true;
    }

    /**
     * Writes a value as a record.
     *
     * @param value the value
     * @param codec writes it
     * @param <T> the Java type
     * @return whether there was room
     * @throws IllegalArgumentException if the value does not fit its C type; nothing is written then
     * @throws InvalidObjectException if the ring's positions make no sense
     * @throws IllegalStateException if the ring is closed
     */
    public <T> boolean write(T value, Codec<T> codec) {
        long at = reserve(Math.toIntExact(codec.size()));
        if (at == FULL) {
            return false;
        }
        try {
            codec.encode(value, data, at);
        } catch (RuntimeException e) {
            discard(at);
            throw e;
        }
        submit(at);
        return true;
    }

    /** Ends the mapping, once. What is reserved and not submitted stays unfinished: a program takes nothing after it. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Epoll waited = room;
        if (waited != null) {
            waited.close();
        }
        if (arena != null) {
            arena.close();
        }
        if (fd != null) {
            fd.close();
        }
    }

    @Override
    public String toString() {
        return "user ring " + name + " (" + size + " bytes)";
    }
}
