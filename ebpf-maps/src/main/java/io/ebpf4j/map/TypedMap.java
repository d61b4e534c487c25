package io.ebpf4j.map;

/**
 * A map as keys and values of Java types.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class TypedMap<K, V> {
    private TypedMap() {}
}
