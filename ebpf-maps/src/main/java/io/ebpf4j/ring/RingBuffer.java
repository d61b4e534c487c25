package io.ebpf4j.ring;

import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Mapping;
import io.ebpf4j.kernel.sys.Memory;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.spec.MapType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The consumer of a ring buffer map, {@code BPF_MAP_TYPE_RINGBUF}, since Linux 5.8.
 *
 * <p>Records are handed out where they lie in memory that the kernel writes and this process reads; nothing is copied
 * and nothing is allocated per record. A drain takes what is there and never waits; {@link RingPoller} waits.
 *
 * <p><b>Threads.</b> One thread drains at a time; a second one gets an {@link IllegalStateException}. {@link #available},
 * {@link #counts} and {@link #close} may be called from any thread; close waits for a drain to end.
 *
 * <p><b>Memory order</b> (kernel/bpf/ringbuf.c). The producer's position is read with acquire: the busy bit of every
 * record before it is then visible. The header is read with acquire: once it is not busy, the payload is visible to plain
 * reads. The consumer's position is written with release, after the last read of what it gives back. It is written once
 * per batch, not per record: this delays the reuse of space and nothing else, except for wake-ups. The kernel wakes only
 * when it commits the very record the consumer's position points at, so before a wait the position is written, a full
 * fence follows, and the next header is looked at once more ({@link #isIdle}): either that look sees the commit, or the
 * committer sees the position and wakes.
 *
 * <p><b>A ring that lies.</b> Positions and lengths are checked before a handler sees a record. A length that leaves the
 * ring is an {@link InvalidObjectException} that names the map and the position; the ring gives nothing after that.
 */
public final class RingBuffer extends PollSource {
    /** {@code BPF_RINGBUF_HDR_SZ}: length and flags, then the page offset, which is the kernel's own affair. */
    static final long HEADER = 8;

    /** Give space back after this many bytes, or a quarter of the ring: producers must not starve in a long drain. */
    private static final long COMMIT_BYTES = 16 << 10;

    /** {@code BPF_F_RB_OVERWRITE}: the producer moves the consumer's place, which is another protocol. */
    private static final int OVERWRITE = 1 << 19;

    private static final MemorySegment ALL = Memory.all();
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle().withInvokeExactBehavior();

    private static final VarHandle DELIVERED;
    private static final VarHandle DISCARDED;
    private static final VarHandle BYTES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            DELIVERED = lookup.findVarHandle(RingBuffer.class, "delivered", long.class);
            DISCARDED = lookup.findVarHandle(RingBuffer.class, "discarded", long.class);
            BYTES = lookup.findVarHandle(RingBuffer.class, "bytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final @Nullable Fd fd;
    private final @Nullable Arena arena;
    private final MemorySegment consumerPage;
    private final MemorySegment producerPage;
    private final long producer;
    private final long size;
    // Read by the drain loop, which is a class of its own.
    final RecordView view;
    final long consumer;
    final long data;
    final long mask;
    final long quantum;
    long consumed;
    long produced;

    /** The draining thread's: it goes no further than this position. */
    private long bound = Long.MAX_VALUE;

    private final ConsumerGate gate;

    // Written by the draining thread alone; other threads read them opaquely.
    private long delivered;
    private long discarded;
    private long bytes;

    private RingBuffer(
            String name,
            @Nullable Fd fd,
            @Nullable Arena arena,
            MemorySegment consumerPage,
            MemorySegment producerPage,
            MemorySegment records) {
        this.name = name;
        this.fd = fd;
        this.arena = arena;
        this.consumerPage = consumerPage;
        this.producerPage = producerPage;
        this.view = new RecordView(records);
        this.gate = new ConsumerGate("ring " + name, this::release);
        this.consumer = consumerPage.address();
        this.producer = producerPage.address();
        this.data = records.address();
        this.size = records.byteSize() / 2;
        this.mask = size - 1;
        this.quantum = Math.min(COMMIT_BYTES, size / 4);
        this.consumed = (long) POSITION.getAcquire(consumerPage, 0L);
        this.produced = consumed;
    }

    /**
     * Maps a ring buffer.
     *
     * @param map the map; the ring keeps its own descriptor and mapping, so the map may be closed before
     * @return the consumer, to be closed
     * @throws IllegalArgumentException if the map is not a ring buffer
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    @SuppressWarnings("MustBeClosedChecker") // the ring owns the arena and the descriptor, and closes them
    public static RingBuffer open(BpfMap map) {
        if (!map.type().equals(MapType.RINGBUF)) {
            throw new IllegalArgumentException("map " + map.name() + " is of type " + map.type() + ", not ringbuf");
        }
        if ((map.flags() & OVERWRITE) != 0) {
            throw new IllegalArgumentException("map " + map.name() + " overwrites: it has no consumer's position");
        }
        long page = map.kernel().pageSize();
        long size = Integer.toUnsignedLong(map.maxEntries());
        Fd fd = map.descriptor().dup();
        Arena arena = Arena.ofShared();
        try {
            MemorySegment consumerPage = Mapping.into(arena, fd, 0, page, Mapping.Access.READ_WRITE);
            // The kernel maps the data twice in a row, so that no record is ever in two pieces.
            MemorySegment rest = Mapping.into(arena, fd, page, page + 2 * size, Mapping.Access.READ);
            return new RingBuffer(
                    map.name(), fd, arena, consumerPage, rest.asSlice(0, page), rest.asSlice(page, 2 * size));
        } catch (RuntimeException e) {
            arena.close();
            fd.close();
            throw e;
        }
    }

    /**
     * A ring in plain memory, for tests and benchmarks without a kernel: its producer is someone in this process.
     *
     * <p>Records are laid out as the kernel does. The data area is as long as two rings in a row; a record that begins
     * near the end of the first goes on into the second, and the next one begins where it would in a ring. Such a ring
     * has no descriptor and cannot be polled.
     *
     * @param name what messages call it
     * @param consumerPage native memory whose first 8 bytes are the consumer's position; 8-byte aligned, kept by the
     *     caller
     * @param producerPage native memory whose first 8 bytes are the producer's position; 8-byte aligned, kept by the
     *     caller
     * @param data native memory of twice the ring's size, a power of two of at least 16; 8-byte aligned, kept by the
     *     caller
     * @return the consumer
     */
    public static RingBuffer over(
            String name, MemorySegment consumerPage, MemorySegment producerPage, MemorySegment data) {
        long size = data.byteSize() / 2;
        if (size < 16 || Long.bitCount(size) != 1 || data.byteSize() != 2 * size) {
            throw new IllegalArgumentException("twice a power of two is wanted, not " + data.byteSize() + " bytes");
        }
        for (MemorySegment segment : new MemorySegment[] {consumerPage, producerPage, data}) {
            if (!segment.isNative() || segment.address() % 8 != 0 || segment.byteSize() < 8) {
                throw new IllegalArgumentException("native memory aligned to 8 bytes is wanted");
            }
        }
        return new RingBuffer(name, null, null, consumerPage, producerPage, data.asReadOnly());
    }

    /** {@return the name of the map} */
    public String name() {
        return name;
    }

    /** {@return bytes of the data area} */
    public long capacity() {
        return size;
    }

    @Override
    List<Fd> descriptors() {
        if (fd == null) {
            throw new IllegalStateException("ring " + name + " is in plain memory: there is nothing to wait for");
        }
        return List.of(fd);
    }

    /**
     * Hands every record that is there to a handler.
     *
     * @param handler takes the records
     * @return records delivered
     * @throws InvalidObjectException if the ring's positions or lengths make no sense
     * @throws IllegalStateException if the ring is closed, or another thread drains it
     */
    public long drain(ViewHandler handler) {
        return drain(handler, Long.MAX_VALUE);
    }

    /**
     * Hands records that are there to a handler, until there are none, the budget is used up, or the handler says stop.
     *
     * <p>A record counts as consumed once the handler was called with it, also where it throws; what it throws is thrown
     * on from here.
     *
     * @param handler takes the records
     * @param budget records to deliver at most
     * @return records delivered
     * @throws InvalidObjectException if the ring's positions or lengths make no sense
     * @throws IllegalStateException if the ring is closed, or another thread drains it
     */
    public long drain(ViewHandler handler, long budget) {
        Class<?> kind = handler.getClass();
        gate.enter();
        DrainLoop own;
        try {
            own = HandlerLoops.of(kind);
        } catch (RuntimeException | Error e) {
            gate.leave();
            throw e;
        }
        return own.run(this, handler, budget);
    }

    /**
     * {@link #drain(ViewHandler)} for handlers that read a memory segment.
     *
     * @param handler takes the records
     * @return records delivered
     * @throws InvalidObjectException if the ring's positions or lengths make no sense
     * @throws IllegalStateException if the ring is closed, or another thread drains it
     */
    public long drain(RecordHandler handler) {
        return drain((ViewHandler) handler, Long.MAX_VALUE);
    }

    /**
     * {@link #drain(ViewHandler, long)} for handlers that read a memory segment.
     *
     * @param handler takes the records
     * @param budget records to deliver at most
     * @return records delivered
     * @throws InvalidObjectException if the ring's positions or lengths make no sense
     * @throws IllegalStateException if the ring is closed, or another thread drains it
     */
    public long drain(RecordHandler handler, long budget) {
        return drain((ViewHandler) handler, budget);
    }

    /**
     * {@link #drain(ViewHandler, long)} by address, for handlers that read through one unbounded segment of their own.
     *
     * <p><b>Advanced.</b> See {@link AddressHandler}.
     *
     * @param handler takes the records
     * @param budget records to deliver at most
     * @return records delivered
     * @throws InvalidObjectException if the ring's positions or lengths make no sense
     * @throws IllegalStateException if the ring is closed, or another thread drains it
     */
    public long drainAddresses(AddressHandler handler, long budget) {
        return drain((ViewHandler) handler, budget);
    }

    @Override
    void mark() {
        gate.enter();
        try {
            bound = (long) POSITION.getAcquire(ALL, producer);
        } finally {
            gate.leave();
        }
    }

    @Override
    void unmark() {
        bound = Long.MAX_VALUE;
    }

    boolean isClosing() {
        return gate.isClosing();
    }

    /** Gives space back and looks how far the producers are; the same position as before where the drain is to end. */
    long refresh(long position) {
        POSITION.setRelease(ALL, consumer, position);
        if (gate.isClosing()) {
            return position;
        }
        long end = (long) POSITION.getAcquire(ALL, producer);
        long span = end - position;
        if (span < 0 || span > size || ((end | position) & 7) != 0) {
            throw lie(position, "the producer's position " + end + " in a ring of " + size + " bytes");
        }
        return Math.min(end, bound);
    }

    InvalidObjectException lie(long position, int length, long end) {
        return lie(position, "a record of " + length + " bytes before the producer's position " + end);
    }

    private InvalidObjectException lie(long position, String what) {
        return new InvalidObjectException("map " + name, "ring buffer", position, what);
    }

    void end(long position, long end, long count, long skipped, long payload) {
        POSITION.setRelease(ALL, consumer, position);
        consumed = position;
        produced = end;
        DELIVERED.setOpaque(this, delivered + count);
        DISCARDED.setOpaque(this, discarded + skipped);
        BYTES.setOpaque(this, bytes + payload);
        gate.leave();
    }

    /**
     * Whether the consumer may sleep: there is nothing to take, and whoever commits next will wake it.
     *
     * <p>The fence stands between the consumer's position, written by the drain before, and the look at the producer's;
     * on the other side the kernel's commit is an exchange (a full barrier too) and then reads the consumer's position.
     * So at least one of the two sees the other. A busy record counts as nothing: its commit wakes.
     */
    @Override
    boolean isIdle() {
        gate.enter();
        try {
            VarHandle.fullFence();
            long end = (long) POSITION.getAcquire(ALL, producer);
            return end == consumed || (int) WORD.getAcquire(ALL, data + (consumed & mask)) < 0;
        } finally {
            gate.leave();
        }
    }

    /**
     * {@return bytes from the consumer's to the producer's position, headers included: how full the ring is}
     *
     * <p>Records that are not finished count. While a drain runs the consumer's position lags behind it.
     *
     * @throws IllegalStateException if the ring is closed
     */
    public long available() {
        long end = (long) POSITION.getAcquire(producerPage, 0L);
        return end - (long) POSITION.getAcquire(consumerPage, 0L);
    }

    /** {@return what went through since the ring was opened, as of the last finished drain} */
    public RingCounts counts() {
        return new RingCounts(
                (long) DELIVERED.getOpaque(this), (long) DISCARDED.getOpaque(this), (long) BYTES.getOpaque(this));
    }

    /**
     * Ends the mapping, once. A drain that is running is ended first, after at most a batch of records; called from a
     * handler, the ring is closed when the drain ends.
     */
    @Override
    public void close() {
        gate.close();
    }

    private void release() {
        if (arena != null) {
            arena.close();
        }
        if (fd != null) {
            fd.close();
        }
    }

    @Override
    public String toString() {
        return "ring " + name + " (" + size + " bytes)";
    }
}
