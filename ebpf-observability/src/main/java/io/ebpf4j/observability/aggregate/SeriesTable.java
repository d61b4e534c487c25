package io.ebpf4j.observability.aggregate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The series of one family: rows of longs, found by a key of four longs, at most so many. What finds no room is counted in
 * row {@link #OVERFLOW}. Rows are never removed; memory is taken in chunks as series come, so it grows with them and not
 * with the bound. An update allocates nothing but such a chunk.
 *
 * <p><b>Memory.</b> A row's first columns, the direct ones, are those that most updates touch; they lie beside its sequence.
 * The others are in pages of {@value #PAGE} columns, which a row gets when a column of one is written first; until then they
 * are 0. A row's page numbers lie behind its direct columns, two in a word. So an update of direct columns touches a cache
 * line or two, and rows in use lie close together, whatever else there is to a series. Keys are apart from both: an update
 * of a row that is known does not need them.
 *
 * <p><b>Threads.</b> One thread writes. Any other thread may read at any time and never holds the writer up; readers take
 * turns among themselves. Each row that is read is as it was between two updates, rows of different keys may be some
 * updates apart.
 *
 * <p><b>Order of memory.</b> The first word of a row is its sequence, odd while an update is under way. The writer makes it
 * odd (opaque), then a store-store fence, then the row's words (opaque), then makes it even by a release: whoever sees one
 * of the words that follow the fence and looks at the sequence afterwards sees it odd or later; whoever acquires the even
 * sequence sees all words before it. A reader acquires the sequence, reads the words (opaque, so each is read whole and
 * once; those of a page after its number, which is released when the page's chunk is in place), then an acquire fence, then
 * the sequence again: where both are the same even number, no word read was of an update that began after the first reading, for the second reading would have seen at least its odd number. A new row is
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
    private static final int HEAD = 1 + KEY; // of a row that was read
    private static final int CHUNK_WORDS = 8192;
    private static final int PAGE_SHIFT = 6;
    private static final int PAGE = 1 << PAGE_SHIFT;
    private static final int PAGES_SHIFT = 7; // pages of a chunk
    private static final int FIRST_SLOTS = 64;
    private static final int ATTEMPTS = 64;

    // what the reader and the writer say to each other in wanted, besides the number of a row
    private static final int NONE = -1;
    private static final int COPYING = -2;
    private static final int COPIED = -3;

    private final int most;
    private final int columns;
    private final int direct;
    private final int stride;
    private final int chunkShift;
    private final int chunkMask;
    private final long[][] chunks;
    private final long[][] keys;
    private final long[][] pages;
    private final AtomicInteger rows = new AtomicInteger();
    private final AtomicLong foldedUpdates = new AtomicLong();
    private final DistinctSketch foldedKeys = new DistinctSketch();
    private final AtomicInteger wanted = new AtomicInteger(NONE);
    private final long[] copy;

    // of the writer alone: slots of row + 1 in the low half and the hash's high half, 0 where free
    private long[] index = new long[FIRST_SLOTS];
    // of the writer alone: the row that is being updated
    private long[] open = new long[0];
    private int base; // of its columns
    private int usedPages;

    /**
     * A table with its overflow row, all columns direct.
     *
     * @param most series that there is room for, besides the overflow row
     * @param columns longs of a series
     */
    SeriesTable(int most, int columns, long key0, long key1, long key2, long key3) {
        this(most, columns, columns, key0, key1, key2, key3);
    }

    /**
     * A table with its overflow row.
     *
     * @param most series that there is room for, besides the overflow row
     * @param direct how many of the columns lie in the row itself
     * @param columns longs of a series
     */
    SeriesTable(int most, int direct, int columns, long key0, long key1, long key2, long key3) {
        this.most = most;
        this.columns = columns;
        this.direct = direct;
        int pagesOfRow = Math.ceilDiv(columns - direct, PAGE);
        stride = 1 + direct + Math.ceilDiv(pagesOfRow, 2);
        chunkShift = 31 - Integer.numberOfLeadingZeros(Math.max(1, CHUNK_WORDS / stride));
        chunkMask = (1 << chunkShift) - 1;
        chunks = new long[(most >>> chunkShift) + 1][];
        keys = new long[chunks.length][];
        pages = new long[(int) Math.ceilDiv((most + 1L) * pagesOfRow, 1L << PAGES_SHIFT)][];
        copy = new long[HEAD + columns];
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
                long[] key = keys[row >>> chunkShift];
                int at = (row & chunkMask) * KEY;
                if (key[at] == key0 && key[at + 1] == key1 && key[at + 2] == key2 && key[at + 3] == key3) {
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
            int length = Math.min(chunkMask + 1, most + 1 - (number << chunkShift));
            chunks[number] = new long[length * stride];
            keys[number] = new long[length * KEY];
        }
        long[] key = keys[number];
        int at = (row & chunkMask) * KEY;
        key[at] = key0;
        key[at + 1] = key1;
        key[at + 2] = key2;
        key[at + 3] = key3;
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
                insert(wider, hash(key(row, 0), key(row, 1), key(row, 2), key(row, 3)), row);
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
            handOver(row);
        }
        WORDS.setOpaque(chunk, at, chunk[at] + 1);
        VarHandle.storeStoreFence();
        open = chunk;
        base = at + 1;
    }

    /** What the row that is being updated has in a column. */
    long get(int column) {
        if (column < direct) {
            return open[base + column];
        }
        int number = pageNumber(open, base, (column - direct) >>> PAGE_SHIFT);
        return number == 0 ? 0 : pages[chunkOf(number)][placeIn(number, column)];
    }

    void set(int column, long value) {
        if (column < direct) {
            WORDS.setOpaque(open, base + column, value);
        } else {
            int number = page(column);
            WORDS.setOpaque(pages[chunkOf(number)], placeIn(number, column), value);
        }
    }

    void add(int column, long amount) {
        if (column < direct) {
            long[] chunk = open;
            int at = base + column;
            WORDS.setOpaque(chunk, at, chunk[at] + amount);
        } else {
            int number = page(column);
            long[] chunk = pages[chunkOf(number)];
            int at = placeIn(number, column);
            WORDS.setOpaque(chunk, at, chunk[at] + amount);
        }
    }

    void close() {
        long[] chunk = open;
        int at = base - 1;
        WORDS.setRelease(chunk, at, chunk[at] + 1);
    }

    /** The number of a page of a row, 0 where it has none. */
    private int pageNumber(long[] chunk, int first, int page) {
        return (int) ((long) WORDS.getAcquire(chunk, first + direct + (page >>> 1)) >>> ((page & 1) << 5));
    }

    private static int chunkOf(int number) {
        return (number - 1) >>> PAGES_SHIFT;
    }

    private int placeIn(int number, int column) {
        return ((number - 1) & ((1 << PAGES_SHIFT) - 1)) << PAGE_SHIFT | ((column - direct) & (PAGE - 1));
    }

    /** The number of the page that has a column of the row that is being updated, a new one where it has none. */
    private int page(int column) {
        int page = (column - direct) >>> PAGE_SHIFT;
        int number = pageNumber(open, base, page);
        return number == 0 ? addPage(page) : number;
    }

    private int addPage(int page) {
        int number = ++usedPages;
        if (pages[chunkOf(number)] == null) {
            pages[chunkOf(number)] = new long[PAGE << PAGES_SHIFT];
        }
        int at = base + direct + (page >>> 1);
        WORDS.setRelease(open, at, open[at] | (long) number << ((page & 1) << 5));
        return number;
    }

    private void handOver(int row) {
        if (wanted.compareAndSet(row, COPYING)) {
            gather(row, copy);
            wanted.setRelease(COPIED);
        }
    }

    /** All words of a row but its sequence. */
    private void gather(int row, long[] to) {
        System.arraycopy(keys[row >>> chunkShift], (row & chunkMask) * KEY, to, 1, KEY);
        long[] chunk = chunks[row >>> chunkShift];
        int first = (row & chunkMask) * stride + 1;
        for (int i = 0; i < direct; i++) {
            to[HEAD + i] = (long) WORDS.getOpaque(chunk, first + i);
        }
        for (int column = direct; column < columns; column += PAGE) {
            int end = Math.min(column + PAGE, columns);
            int number = pageNumber(chunk, first, (column - direct) >>> PAGE_SHIFT);
            if (number == 0) {
                Arrays.fill(to, HEAD + column, HEAD + end, 0);
            } else {
                long[] words = pages[chunkOf(number)];
                int at = placeIn(number, column);
                for (int i = 0; i < end - column; i++) {
                    to[HEAD + column + i] = (long) WORDS.getOpaque(words, at + i);
                }
            }
        }
    }

    /** {@return how many rows there are, the overflow row among them; those below it can be read} */
    int rows() {
        return rows.getAcquire();
    }

    /** {@return a buffer for {@link #read}} */
    long[] buffer() {
        return new long[HEAD + columns];
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
                System.arraycopy(copy, 0, to, 0, copy.length);
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
        gather(row, to);
        VarHandle.acquireFence();
        return (long) WORDS.getOpaque(chunk, at) == before;
    }

    /** Whether a row was ever updated. */
    boolean isUsed(int row) {
        return (long) WORDS.getOpaque(chunks[row >>> chunkShift], (row & chunkMask) * stride) != 0;
    }

    /** A word of a row's key, which never changes. */
    long key(int row, int word) {
        return keys[row >>> chunkShift][(row & chunkMask) * KEY + word];
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
