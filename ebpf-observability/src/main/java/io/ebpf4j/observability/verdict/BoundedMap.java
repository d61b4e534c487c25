package io.ebpf4j.observability.verdict;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map of at most so many entries: the one longest unused makes room.
 *
 * @param <K> the keys
 * @param <V> the values
 */
final class BoundedMap<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;

    private final int most;
    private long evicted;

    BoundedMap(int most) {
        super(16, 0.75f, true);
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        if (size() <= most) {
            return false;
        }
        evicted++;
        return true;
    }

    long evicted() {
        return evicted;
    }
}
