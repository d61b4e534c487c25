package io.ebpf4j.map;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Scratch;
import io.ebpf4j.spec.MapFlag;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ConcurrentModificationException;

/**
 * Walks the entries of a map, many per system call.
 *
 * <p>{@snippet :
 * try (MapCursor cursor = map.cursor()) {
 *     while (cursor.next()) {
 *         use(cursor.keys(), cursor.keyOffset(), cursor.values(), cursor.valueOffset());
 *     }
 *     IterationConsistency what = cursor.consistency();
 * }
 * }
 *
 * <p>It asks in batches (Linux 5.6), makes room when the kernel says that a bucket does not fit, and goes key by key
 * where the kernel or the map's type has no batches. {@link #consistency()} says what that was worth. The entry the
 * cursor is on may be changed or deleted through the map. For one thread, the one that made it. Nothing is allocated per
 * entry.
 */
public final class MapCursor implements AutoCloseable {
    /** Room for the entries of one call. */
    private static final long BATCH_BYTES = 1 << 20;

    private static final int GREATEST_BATCH = 8192;

    /** How often the keys may start over before a walk gives up, in passes over a full map. */
    private static final long PASSES = 4;

    /** A generic batch gives up on elements that vanish under it (kernel/bpf/syscall.c before 6.15); it is asked again. */
    private static final int INTERRUPTIONS = 64;

    private enum Way {
        BATCH,
        KEYS
    }

    private final BpfMap map;
    private final CursorMode mode;
    private final long keySize;
    private final long valueSpan;
    private final long limit;
    private Way way = Way.BATCH;
    private Arena arena = Arena.ofConfined();
    private int capacity;
    private MemorySegment keys;
    private MemorySegment values;
    private MemorySegment token;
    private MemorySegment nextToken;
    private boolean started;
    private boolean finished;
    private boolean closed;
    private int filled;
    private int index = -1;
    private long steps;

    MapCursor(BpfMap map, CursorMode mode, int batch) {
        this.map = map;
        this.mode = mode;
        this.keySize = map.keySize();
        this.valueSpan = map.valueSpan();
        this.limit = PASSES * Integer.toUnsignedLong(map.maxEntries()) + 64;
        this.capacity = batch;
        this.keys = arena.allocate(Math.max(8, keySize * batch), 8);
        this.values = arena.allocate(Math.max(8, valueSpan * batch), 8);
        // The kernel's position: a bucket number of 4 bytes for hash maps, a key for the others.
        this.token = arena.allocate(Math.max(8, keySize), 8);
        this.nextToken = arena.allocate(Math.max(8, keySize), 8);
    }

    /** For tests: as on a kernel without batches. Before the first {@link #next()}. */
    void goByKey() {
        way = Way.KEYS;
    }

    static int defaultBatch(BpfMap map) {
        long entry = Math.max(1, map.keySize() + map.valueSpan());
        long entries = Math.min(Integer.toUnsignedLong(map.maxEntries()), GREATEST_BATCH);
        return (int) Math.max(1, Math.min(entries, BATCH_BYTES / entry));
    }

    /** The map's type, or the kernel, has no such command: 5.6 brought it for hash maps, later versions for others. */
    static boolean isUnsupported(int result) {
        return result == -Errno.ENOTSUPP.code() || result == -Errno.EOPNOTSUPP.code() || result == -Errno.EINVAL.code();
    }

    /**
     * Goes to the next entry.
     *
     * @return whether there is one
     * @throws ConcurrentModificationException if others kept deleting so fast that the kernel started over and over: the
     *     walk is given up after four times as many keys as the map can hold
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     * @throws IllegalStateException if the cursor is closed
     */
    public boolean next() {
        if (++index < filled) {
            return true;
        }
        return advance();
    }

    private boolean advance() {
        if (closed) {
            throw new IllegalStateException("the cursor over " + map.subject() + " is closed");
        }
        index = 0;
        filled = 0;
        while (!finished && filled == 0) {
            if (way == Way.BATCH) {
                fillBatch();
            } else if (mode == CursorMode.READ) {
                fillByKey();
            } else {
                drainByKey();
            }
        }
        if (filled == 0) {
            index = -1;
            return false;
        }
        return true;
    }

    private void fillBatch() {
        BpfCommand command =
                mode == CursorMode.READ ? BpfCommand.MAP_LOOKUP_BATCH : BpfCommand.MAP_LOOKUP_AND_DELETE_BATCH;
        for (int interruptions = 0; ; ) {
            int result = batch(command);
            if (result == 0 || result == -Errno.ENOENT.code()) {
                // ENOENT is the end; the entries that came with it count.
                accept();
                finished = result != 0;
                return;
            }
            if (result == -Errno.ENOSPC.code()) {
                grow();
            } else if (result == -Errno.EINTR.code() && interruptions++ < INTERRUPTIONS) {
                if (filled > 0) {
                    accept();
                    return;
                }
            } else if (!started && isUnsupported(result)) {
                filled = 0;
                way = Way.KEYS;
                return;
            } else {
                filled = 0;
                throw map.failure(command, result);
            }
        }
    }

    private int batch(BpfCommand command) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr(BpfAttr.MapBatch.SIZE);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.IN_BATCH, started ? token.address() : 0);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.OUT_BATCH, nextToken.address());
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.KEYS, keys.address());
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.VALUES, values.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT, capacity);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.MAP_FD, map.fd());
            int result = map.kernel().bpf(command, attr, BpfAttr.MapBatch.SIZE);
            int count = attr.get(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT);
            boolean counted = result == 0 || result == -Errno.ENOENT.code() || result == -Errno.EINTR.code();
            filled = counted ? Math.clamp(count, 0, capacity) : 0;
            return result;
        }
    }

    private void accept() {
        MemorySegment used = token;
        token = nextToken;
        nextToken = used;
        started = true;
        countSteps(filled);
    }

    /** A bucket holds more entries than there is room for; the kernel gave none of them and keeps its position. */
    @SuppressWarnings("MustBeClosedChecker") // the cursor owns the arena and closes it
    private void grow() {
        long greatest = Math.max(Integer.toUnsignedLong(map.maxEntries()), capacity);
        if (capacity >= greatest && capacity >= GREATEST_BATCH) {
            throw map.failure(BpfCommand.MAP_LOOKUP_BATCH, -Errno.ENOSPC.code());
        }
        int larger = Math.toIntExact(Math.min(capacity * 2L, Integer.MAX_VALUE));
        Arena room = Arena.ofConfined();
        MemorySegment position = room.allocate(token.byteSize(), 8).copyFrom(token);
        nextToken = room.allocate(token.byteSize(), 8);
        token = position;
        keys = room.allocate(Math.multiplyExact(keySize, (long) larger), 8);
        values = room.allocate(Math.multiplyExact(valueSpan, (long) larger), 8);
        capacity = larger;
        arena.close();
        arena = room;
    }

    /** The next key is fetched before the entry is handed out, so that the caller may delete the entry. */
    private void fillByKey() {
        if (!started) {
            started = true;
            finished = !step(0, nextToken);
        }
        while (!finished && filled == 0) {
            MemorySegment current = nextToken;
            nextToken = token;
            token = current;
            MemorySegment.copy(current, 0, keys, 0, keySize);
            int result = map.element(BpfCommand.MAP_LOOKUP_ELEM, keys.address(), values.address(), 0);
            boolean present = map.found(BpfCommand.MAP_LOOKUP_ELEM, result);
            finished = !step(current.address(), nextToken);
            if (present) {
                filled = 1;
            }
        }
    }

    private boolean step(long key, MemorySegment next) {
        countSteps(1);
        return map.found(BpfCommand.MAP_GET_NEXT_KEY, map.element(BpfCommand.MAP_GET_NEXT_KEY, key, next.address(), 0));
    }

    private void drainByKey() {
        started = true;
        while (filled == 0) {
            if (!step(0, keys)) {
                finished = true;
                return;
            }
            int result = map.element(BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM, keys.address(), values.address(), 0);
            if (isUnsupported(result)) {
                // Before 5.14 there are two steps for hash maps; what is written in between is lost with the entry.
                result = map.element(BpfCommand.MAP_LOOKUP_ELEM, keys.address(), values.address(), 0);
                if (map.found(BpfCommand.MAP_LOOKUP_ELEM, result)) {
                    result = map.element(BpfCommand.MAP_DELETE_ELEM, keys.address(), 0, 0);
                }
            }
            if (map.found(BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM, result)) {
                filled = 1;
            }
        }
    }

    private void countSteps(long more) {
        steps += more;
        if (steps > limit) {
            finished = true;
            filled = 0;
            throw new ConcurrentModificationException("gave up walking " + map.subject() + " after " + steps
                    + " keys: it holds at most " + Integer.toUnsignedString(map.maxEntries())
                    + ", and the kernel starts over when the last key is deleted");
        }
    }

    /** {@return memory that holds the key of the current entry} It may be another one after the next {@link #next()}. */
    public MemorySegment keys() {
        return keys;
    }

    /** {@return where in {@link #keys()} the key of the current entry starts} */
    public long keyOffset() {
        return index * keySize;
    }

    /** {@return memory that holds the value of the current entry} It may be another one after the next {@link #next()}. */
    public MemorySegment values() {
        return values;
    }

    /**
     * {@return where in {@link #values()} the value of the current entry starts} For per-CPU maps, that of CPU 0; the
     * others follow, each rounded up to 8 bytes.
     */
    public long valueOffset() {
        return index * valueSpan;
    }

    /** {@return what is known of the entries that were returned, once {@link #next()} has said that there are no more} */
    public IterationConsistency consistency() {
        if (mode == CursorMode.READ && map.isFrozen() && (map.flags() & MapFlag.RDONLY_PROG) != 0) {
            return IterationConsistency.SNAPSHOT;
        }
        boolean once = MapKind.isIndexed(map.type()) || way == Way.BATCH && MapKind.isBucketed(map.type());
        return once ? IterationConsistency.EACH_ONCE : IterationConsistency.AT_LEAST_ONCE;
    }

    /** Frees the memory, once. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            finished = true;
            filled = 0;
            arena.close();
        }
    }
}
