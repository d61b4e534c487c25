package io.ebpf4j.observability.bounded;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map that drops what was longest unused where it would grow beyond its bound. Not for use by several threads.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class BoundedMap<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private static final float LOAD = 0.75f;

    private final int most;
    private long evicted;

    /**
     * An empty map.
     *
     * @param most how many entries it holds
     * @throws IllegalArgumentException for less than one
     */
    public BoundedMap(int most) {
        super(16, LOAD, true);
        if (most < 1) {
            throw new IllegalArgumentException("room for " + most);
        }
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        boolean full = size() > most;
        if (full) {
            evicted++;
        }
        return full;
    }

    /** {@return how many were dropped for want of room} */
    public long evicted() {
        return evicted;
    }
}
