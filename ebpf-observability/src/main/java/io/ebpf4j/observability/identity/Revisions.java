package io.ebpf4j.observability.identity;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts what changed, by key. Keys share counters, so a change of one may look like a change of another: whoever looks asks
 * once too often, never too seldom. Any thread may use it; it allocates nothing.
 */
final class Revisions {
    private static final int STRIPES = 1024;

    private final AtomicLongArray counts = new AtomicLongArray(STRIPES);

    void changed(int hash) {
        counts.incrementAndGet(stripe(hash));
    }

    void changed(long key) {
        changed(Long.hashCode(key));
    }

    void allChanged() {
        for (int i = 0; i < STRIPES; i++) {
            counts.incrementAndGet(i);
        }
    }

    long of(int hash) {
        return counts.get(stripe(hash));
    }

    long of(long key) {
        return of(Long.hashCode(key));
    }

    private static int stripe(int hash) {
        return (hash * 0x9e37_79b9)
                >>> (Integer.SIZE - Integer.numberOfTrailingZeros(STRIPES)); // 2^32 by the golden ratio
    }
}
