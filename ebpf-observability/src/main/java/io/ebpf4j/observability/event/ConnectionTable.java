package io.ebpf4j.observability.event;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * State by connection, at most so many: a newer one drives out the one longest unused, or one that was used hardly later. Finding one
 * allocates nothing. Not for use by several threads.
 */
final class ConnectionTable<T> {
    private static final int FIRST_BUCKETS = 64;

    /**
     * One that is among the newest of this part of all stays where it is when it is used: to move it writes six references, and it
     * is far from being driven out.
     */
    private static final int PART_LEFT_IN_PLACE = 4;

    private final int most;
    private final Consumer<? super T> evicted;
    private final Entry<T> ends = new Entry<>(0, null); // of the ring of entries, the longest unused first
    private @Nullable Entry<T>[] buckets = newBuckets(FIRST_BUCKETS);
    private int size;
    private long moves;

    private static final class Entry<T> {
        private final long key;
        private final @Nullable T value;
        private @Nullable Entry<T> chain;
        private Entry<T> older;
        private Entry<T> newer;
        private long movedAt;

        @SuppressWarnings("NullAway.Init") // a new entry is its own ring
        Entry(long key, @Nullable T value) {
            this.key = key;
            this.value = value;
            older = this;
            newer = this;
        }
    }

    ConnectionTable(int most, Consumer<? super T> evicted) {
        this.most = most;
        this.evicted = evicted;
    }

    int size() {
        return size;
    }

    /** The state of a connection, which counts as used now; null where none is kept. */
    @Nullable
    T get(long key) {
        Entry<T> entry = buckets[bucket(key)];
        while (entry != null) {
            if (entry.key == key) {
                // So many moves ago, so no more entries than these are newer.
                if (moves - entry.movedAt >= Math.max(1, most / PART_LEFT_IN_PLACE)) {
                    unlink(entry);
                    link(entry);
                }
                return entry.value;
            }
            entry = entry.chain;
        }
        return null;
    }

    /** Keeps the state of a connection of which none is kept. */
    void put(long key, T value) {
        if (size == most) {
            T oldest = remove(ends.newer.key);
            if (oldest != null) {
                evicted.accept(oldest);
            }
        }
        if (size >= buckets.length) {
            grow();
        }
        Entry<T> entry = new Entry<>(key, value);
        int bucket = bucket(key);
        entry.chain = buckets[bucket];
        buckets[bucket] = entry;
        link(entry);
        size++;
    }

    @Nullable
    T remove(long key) {
        int bucket = bucket(key);
        Entry<T> before = null;
        Entry<T> entry = buckets[bucket];
        while (entry != null) {
            if (entry.key == key) {
                if (before == null) {
                    buckets[bucket] = entry.chain;
                } else {
                    before.chain = entry.chain;
                }
                unlink(entry);
                size--;
                return entry.value;
            }
            before = entry;
            entry = entry.chain;
        }
        return null;
    }

    /** Empties the table, the longest unused first. */
    void drain(Consumer<? super T> taker) {
        while (ends.newer != ends) {
            T value = remove(ends.newer.key);
            if (value != null) {
                taker.accept(value);
            }
        }
    }

    private void link(Entry<T> entry) {
        entry.movedAt = ++moves;
        entry.older = ends.older;
        entry.newer = ends;
        ends.older.newer = entry;
        ends.older = entry;
    }

    private void unlink(Entry<T> entry) {
        entry.older.newer = entry.newer;
        entry.newer.older = entry.older;
    }

    private void grow() {
        @Nullable Entry<T>[] wider = newBuckets(2 * buckets.length);
        buckets = wider;
        for (Entry<T> entry = ends.newer; entry != ends; entry = entry.newer) {
            int bucket = bucket(entry.key);
            entry.chain = wider[bucket];
            wider[bucket] = entry;
        }
    }

    private int bucket(long key) {
        long mixed = key * 0x9e37_79b9_7f4a_7c15L; // 2^64 by the golden ratio: cookies come in sequence
        return (int) (mixed >>> 40) & (buckets.length - 1);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    private static <T> @Nullable Entry<T>[] newBuckets(int count) {
        return new Entry[count];
    }
}
