package io.ebpf4j.observability.aggregate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is remembered of each connection, by its socket's cookie, at most of so many: a newer one drives out one that was
 * not used lately. A connection that has closed is remembered for some more, because what was said over it may be told
 * later than its end. An update allocates nothing but, as connections come, memory for more of them. One thread uses it.
 */
final class ConnectionStates {
    /** No connection. */
    static final int NONE = -1;

    // the words of a state that an update touches
    static final int COOKIE = 0;
    static final int ROW = 1; // the series, and the process in the high half
    static final int BYTES_SENT = 2;
    static final int BYTES_RECEIVED = 3;
    static final int SEGMENTS = 4; // sent, and received in the high half
    static final int ZERO_WINDOW_NANOS = 5;
    static final int LAST_RETRANSMIT = 6;
    private static final int FLAGS =
            7; // and its own port from PORT_SHIFT on, and how often its window was closed in the high half
    private static final int WORDS = 8; // a cache line

    // the others, which lie apart
    static final int TRACE = 0; // four words
    static final int PORT = 4; // the series of its port + 1, 0 while there is none
    private static final int MORE_WORDS = 5;

    // the flags
    private static final long TOUCHED = 1;
    private static final long CLOSED = 2;
    private static final long NEW = 4;
    private static final long TRACED = 8;
    private static final int PORT_SHIFT = 8;
    private static final long PORT_BITS = 0xffffL << PORT_SHIFT;
    private static final long U32 = 0xffff_ffffL;

    private static final int CHUNK_SHIFT = 8;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int MOST_CLOSED = 4096;
    private static final int FIRST_SLOTS = 64;

    private final int most;
    private final long[][] chunks;
    private final long[][] more;
    private final long[] closed; // a ring of cookies
    private final AtomicLong evicted = new AtomicLong();
    private int[] index = new int[FIRST_SLOTS]; // slot + 1, 0 where free
    private int[] free = new int[CHUNK];
    private int freeSlots;
    private int allocated;
    private int size;
    private int hand;
    private int closedFirst;
    private int closedSize;
    private long lastEviction = Long.MIN_VALUE;

    ConnectionStates(int most) {
        this.most = most;
        chunks = new long[Math.ceilDiv(most, CHUNK)][];
        more = new long[chunks.length][];
        closed = new long[Math.clamp(most / 4, 1, MOST_CLOSED)];
    }

    /** The slot of a connection, {@link #NONE} where nothing is remembered of it. */
    int find(long cookie) {
        int[] slots = index;
        int mask = slots.length - 1;
        for (int at = home(cookie, mask); ; at = (at + 1) & mask) {
            int slot = slots[at] - 1;
            if (slot < 0) {
                return NONE;
            }
            long[] chunk = chunks[slot >>> CHUNK_SHIFT];
            int base = (slot & (CHUNK - 1)) * WORDS;
            if (chunk[base + COOKIE] == cookie) {
                chunk[base + FLAGS] |= TOUCHED;
                return slot;
            }
        }
    }

    /** Begins to remember a connection. */
    int add(long cookie, long timestamp) {
        if (size == most) {
            evict(timestamp);
        }
        int slot;
        if (freeSlots > 0) {
            slot = free[--freeSlots];
        } else {
            slot = allocated++;
            if (chunks[slot >>> CHUNK_SHIFT] == null) {
                chunks[slot >>> CHUNK_SHIFT] = new long[CHUNK * WORDS];
                more[slot >>> CHUNK_SHIFT] = new long[CHUNK * MORE_WORDS];
            }
        }
        long[] chunk = chunks[slot >>> CHUNK_SHIFT];
        int base = (slot & (CHUNK - 1)) * WORDS;
        Arrays.fill(chunk, base, base + WORDS, 0);
        int other = (slot & (CHUNK - 1)) * MORE_WORDS;
        Arrays.fill(more[slot >>> CHUNK_SHIFT], other, other + MORE_WORDS, 0);
        chunk[base + COOKIE] = cookie;
        chunk[base + FLAGS] = NEW;
        size++;
        if (2 * size > index.length) {
            grow();
        } else {
            insert(index, cookie, slot);
        }
        return slot;
    }

    long get(int slot, int word) {
        return chunks[slot >>> CHUNK_SHIFT][(slot & (CHUNK - 1)) * WORDS + word];
    }

    void set(int slot, int word, long value) {
        chunks[slot >>> CHUNK_SHIFT][(slot & (CHUNK - 1)) * WORDS + word] = value;
    }

    /** A word of those that lie apart. */
    long more(int slot, int word) {
        return more[slot >>> CHUNK_SHIFT][(slot & (CHUNK - 1)) * MORE_WORDS + word];
    }

    void more(int slot, int word, long value) {
        more[slot >>> CHUNK_SHIFT][(slot & (CHUNK - 1)) * MORE_WORDS + word] = value;
    }

    int localPort(int slot) {
        return (int) ((get(slot, FLAGS) & PORT_BITS) >>> PORT_SHIFT);
    }

    void localPort(int slot, int port) {
        set(slot, FLAGS, get(slot, FLAGS) & ~PORT_BITS | (long) port << PORT_SHIFT);
    }

    int zeroWindows(int slot) {
        return (int) (get(slot, FLAGS) >>> 32);
    }

    /** How often its window was closed; the connection is not new any more. */
    void seen(int slot, int zeroWindows) {
        set(slot, FLAGS, get(slot, FLAGS) & U32 & ~NEW | (long) zeroWindows << 32);
    }

    /** Whether it has a trace. */
    boolean isTraced(int slot) {
        return (get(slot, FLAGS) & TRACED) != 0;
    }

    void traced(int slot) {
        set(slot, FLAGS, get(slot, FLAGS) | TRACED);
    }

    boolean isClosed(int slot) {
        return (get(slot, FLAGS) & CLOSED) != 0;
    }

    /** Whether nothing of its life was seen yet that counts from its beginning. */
    boolean isNew(int slot) {
        return (get(slot, FLAGS) & NEW) != 0;
    }

    /** The connection is not new any more. */
    void seen(int slot) {
        set(slot, FLAGS, get(slot, FLAGS) & ~NEW);
    }

    /** The connection is over: it is forgotten after some others. */
    void closed(int slot) {
        set(slot, FLAGS, get(slot, FLAGS) | CLOSED);
        if (closedSize == closed.length) {
            long oldest = closed[closedFirst];
            closedFirst = (closedFirst + 1) % closed.length;
            closedSize--;
            if (find(oldest) != NONE) { // else it was driven out
                remove(oldest);
            }
        }
        closed[(closedFirst + closedSize) % closed.length] = get(slot, COOKIE);
        closedSize++;
    }

    /** {@return how many live connections were driven out; any thread may ask} */
    long evicted() {
        return evicted.getOpaque();
    }

    /** {@return when a connection was driven out last; what began before may have been it} */
    long lastEviction() {
        return lastEviction;
    }

    int size() {
        return size;
    }

    /** The clock: who was used since the hand came by gets another round. */
    private void evict(long timestamp) {
        while (true) {
            hand = hand + 1 >= allocated ? 0 : hand + 1;
            long flags = get(hand, FLAGS);
            if ((flags & TOUCHED) == 0) {
                if ((flags & CLOSED) == 0) {
                    evicted.setOpaque(evicted.getPlain() + 1);
                    lastEviction = timestamp;
                }
                remove(get(hand, COOKIE));
                return;
            }
            set(hand, FLAGS, flags & ~TOUCHED);
        }
    }

    private void remove(long cookie) {
        int mask = index.length - 1;
        int at = home(cookie, mask);
        while (get(index[at] - 1, COOKIE) != cookie) {
            at = (at + 1) & mask;
        }
        int slot = index[at] - 1;
        // what was put behind it because it was in the way moves up, so that searches may end at the first free place
        int next = (at + 1) & mask;
        while (index[next] != 0) {
            int home = home(get(index[next] - 1, COOKIE), mask);
            if (((next - home) & mask) >= ((next - at) & mask)) {
                index[at] = index[next];
                at = next;
            }
            next = (next + 1) & mask;
        }
        index[at] = 0;
        if (freeSlots == free.length) {
            free = Arrays.copyOf(free, 2 * free.length);
        }
        free[freeSlots++] = slot;
        size--;
    }

    private void grow() {
        index = new int[2 * index.length];
        BitSet unused = new BitSet(allocated);
        for (int i = 0; i < freeSlots; i++) {
            unused.set(free[i]);
        }
        for (int slot = 0; slot < allocated; slot++) {
            if (!unused.get(slot)) {
                insert(index, get(slot, COOKIE), slot);
            }
        }
    }

    private static void insert(int[] slots, long cookie, int slot) {
        int mask = slots.length - 1;
        int at = home(cookie, mask);
        while (slots[at] != 0) {
            at = (at + 1) & mask;
        }
        slots[at] = slot + 1;
    }

    private static int home(long cookie, int mask) {
        long mixed = cookie * 0x9e37_79b9_7f4a_7c15L; // 2^64 by the golden ratio: cookies come in sequence
        return (int) (mixed >>> 32) & mask;
    }
}
