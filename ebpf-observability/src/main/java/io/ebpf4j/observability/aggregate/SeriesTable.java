package io.ebpf4j.observability.aggregate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The series of one family: rows of longs, found by a key of four longs, at most so many. What finds no room is counted in
 * row {@link #OVERFLOW}. Rows are never removed; memory is taken in chunks as series come, so it grows with them and not
 * with the bound. An update allocates nothing but such a chunk.
 *
 * <p><b>Threads.</b> One thread writes. Any other thread may read at any time and never holds the writer up; readers take
 * turns among themselves. Each row that is read is as it was between two updates, rows of different keys may be some
 * updates apart.
 *
 * <p><b>Order of memory.</b> The first word of a row is its sequence, odd while an update is under way. The writer makes it
 * odd (opaque), then a store-store fence, then the row's words (opaque), then makes it even by a release: whoever sees one
 * of the words that follow the fence and looks at the sequence afterwards sees it odd or later; whoever acquires the even
 * sequence sees all words before it. A reader acquires the sequence, reads the words (opaque, so each is read whole and
 * once), then an acquire fence, then the sequence again: where both are the same even number, no word read was of an
 * update that began after the first reading, for the second reading would have seen at least its odd number. A new row is
 * published by the release of the number of rows, after its key and chunk are in place.
 *
 * <p><b>Progress.</b> A row that is written all the time gives a reader no quiet moment. After some attempts the reader
 * asks for the row, and the writer copies it when it updates it next; if it never does, the reader's own attempt succeeds.
 */
final class SeriesTable {
    /** The row of what found no room. */
    static final int OVERFLOW = 0;

    /** Words of a key. */
    static final int KEY = 4;

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int HEAD = 1 + KEY;
    private static final int CHUNK_WORDS = 8192;
    private static final int FIRST_SLOTS = 64;
    private static final int ATTEMPTS = 64;

    // what the reader and the writer say to each other in wanted, besides the number of a row
    private static final int NONE = -1;
    private static final int COPYING = -2;
    private static final int COPIED = -3;

    private final int most;
    private final int stride;
    private final int chunkShift;
    private final int chunkMask;
    private final long[][] chunks;
    private final AtomicInteger rows = new AtomicInteger();
    private final AtomicLong foldedUpdates = new AtomicLong();
    private final DistinctSketch foldedKeys = new DistinctSketch();
    private final AtomicInteger wanted = new AtomicInteger(NONE);
    private final long[] copy;

    // of the writer alone: slots of row + 1 in the low half and the hash's high half, 0 where free
    private long[] index = new long[FIRST_SLOTS];
    // of the writer alone: the row that is being updated
    private long[] open = new long[0];
    private int base;

    /**
     * A table with its overflow row.
     *
     * @param most series that there is room for, besides the overflow row
     * @param columns longs of a series
     */
    SeriesTable(int most, int columns, long key0, long key1, long key2, long key3) {
        this.most = most;
        stride = HEAD + columns;
        chunkShift = 31 - Integer.numberOfLeadingZeros(Math.max(1, CHUNK_WORDS / stride));
        chunkMask = (1 << chunkShift) - 1;
        chunks = new long[(most >>> chunkShift) + 1][];
        copy = new long[stride];
        add(hash(key0, key1, key2, key3), key0, key1, key2, key3);
    }

    /** The row of a key, a new one where there is room for it. */
    int row(long key0, long key1, long key2, long key3) {
        long hash = hash(key0, key1, key2, key3);
        long tag = hash & 0xffff_ffff_0000_0000L;
        long[] slots = index;
        int mask = slots.length - 1;
        for (int slot = (int) hash & mask; ; slot = (slot + 1) & mask) {
            long entry = slots[slot];
            if (entry == 0) {
                break;
            }
            if ((entry & 0xffff_ffff_0000_0000L) == tag) {
                int row = (int) entry - 1;
                long[] chunk = chunks[row >>> chunkShift];
                int at = (row & chunkMask) * stride;
                if (chunk[at + 1] == key0 && chunk[at + 2] == key1 && chunk[at + 3] == key2 && chunk[at + 4] == key3) {
                    return row;
                }
            }
        }
        if (rows.getPlain() > most) {
            foldedKeys.add(hash);
            return OVERFLOW;
        }
        return add(hash, key0, key1, key2, key3);
    }

    private int add(long hash, long key0, long key1, long key2, long key3) {
        int row = rows.getPlain();
        int number = row >>> chunkShift;
        if (chunks[number] == null) {
            chunks[number] = new long[Math.min(chunkMask + 1, most + 1 - (number << chunkShift)) * stride];
        }
        long[] chunk = chunks[number];
        int at = (row & chunkMask) * stride;
        chunk[at + 1] = key0;
        chunk[at + 2] = key1;
        chunk[at + 3] = key2;
        chunk[at + 4] = key3;
        if (2 * (row + 1) > index.length) {
            grow();
        }
        insert(index, hash, row);
        rows.setRelease(row + 1);
        return row;
    }

    private void grow() {
        long[] wider = new long[2 * index.length];
        for (long entry : index) {
            if (entry != 0) {
                int row = (int) entry - 1;
                long[] chunk = chunks[row >>> chunkShift];
                int at = (row & chunkMask) * stride;
                insert(wider, hash(chunk[at + 1], chunk[at + 2], chunk[at + 3], chunk[at + 4]), row);
            }
        }
        index = wider;
    }

    private static void insert(long[] slots, long hash, int row) {
        int mask = slots.length - 1;
        int slot = (int) hash & mask;
        while (slots[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        slots[slot] = hash & 0xffff_ffff_0000_0000L | (row + 1);
    }

    /** Begins an update; {@link #close} ends it. */
    void open(int row) {
        if (row == OVERFLOW) {
            foldedUpdates.setOpaque(foldedUpdates.getPlain() + 1); // one writer: no locked instruction
        }
        long[] chunk = chunks[row >>> chunkShift];
        int at = (row & chunkMask) * stride;
        if (wanted.getOpaque() == row) {
            handOver(chunk, at, row);
        }
        WORDS.setOpaque(chunk, at, chunk[at] + 1);
        VarHandle.storeStoreFence();
        open = chunk;
        base = at + HEAD;
    }

    /** What the row that is being updated has in a column. */
    long get(int column) {
        return open[base + column];
    }

    void set(int column, long value) {
        WORDS.setOpaque(open, base + column, value);
    }

    void add(int column, long amount) {
        long[] chunk = open;
        int at = base + column;
        WORDS.setOpaque(chunk, at, chunk[at] + amount);
    }

    void close() {
        long[] chunk = open;
        int at = base - HEAD;
        WORDS.setRelease(chunk, at, chunk[at] + 1);
    }

    private void handOver(long[] chunk, int at, int row) {
        if (wanted.compareAndSet(row, COPYING)) {
            System.arraycopy(chunk, at, copy, 0, stride);
            wanted.setRelease(COPIED);
        }
    }

    /** {@return how many rows there are, the overflow row among them; those below it can be read} */
    int rows() {
        return rows.getAcquire();
    }

    /** {@return a buffer for {@link #read}} */
    long[] buffer() {
        return new long[stride];
    }

    /** Reads a row as it was between two updates. */
    synchronized void read(int row, long[] to) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (tryRead(row, to)) {
                return;
            }
        }
        wanted.set(row);
        while (true) {
            if (tryRead(row, to) && wanted.compareAndSet(row, NONE)) {
                return;
            }
            if (wanted.getAcquire() == COPIED) {
                System.arraycopy(copy, 0, to, 0, stride);
                wanted.set(NONE);
                return;
            }
            Thread.onSpinWait();
        }
    }

    private boolean tryRead(int row, long[] to) {
        long[] chunk = chunks[row >>> chunkShift];
        int at = (row & chunkMask) * stride;
        long before = (long) WORDS.getAcquire(chunk, at);
        if ((before & 1) != 0) {
            return false;
        }
        for (int i = 1; i < stride; i++) {
            to[i] = (long) WORDS.getOpaque(chunk, at + i);
        }
        VarHandle.acquireFence();
        return (long) WORDS.getOpaque(chunk, at) == before;
    }

    /** Whether a row was ever updated. */
    boolean isUsed(int row) {
        return (long) WORDS.getOpaque(chunks[row >>> chunkShift], (row & chunkMask) * stride) != 0;
    }

    /** A word of a row's key, which never changes. */
    long key(int row, int word) {
        return chunks[row >>> chunkShift][(row & chunkMask) * stride + 1 + word];
    }

    /** A word of the key of a row that was read. */
    static long key(long[] row, int word) {
        return row[1 + word];
    }

    /** A column of a row that was read. */
    static long value(long[] row, int column) {
        return row[HEAD + column];
    }

    /** {@return how full it is} */
    Snapshot.FamilyStatus status(String name) {
        return new Snapshot.FamilyStatus(name, rows() - 1, most, foldedKeys.estimate(), foldedUpdates.getOpaque());
    }

    /** Each word is mixed in by an odd constant of its own. */
    private static long hash(long key0, long key1, long key2, long key3) {
        long hash = key0 * 0x9e37_79b9_7f4a_7c15L;
        hash = Long.rotateLeft(hash, 23) ^ key1 * 0xbf58_476d_1ce4_e5b9L;
        hash = Long.rotateLeft(hash, 23) ^ key2 * 0x94d0_49bb_1331_11ebL;
        hash = Long.rotateLeft(hash, 23) ^ key3 * 0xd6e8_feb8_6659_fd93L;
        return DistinctSketch.mix(hash);
    }
}
