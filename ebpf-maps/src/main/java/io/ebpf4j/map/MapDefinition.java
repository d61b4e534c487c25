package io.ebpf4j.map;

import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import java.util.Objects;

/**
 * What the kernel is told when it creates a map. Immutable; {@code withX} methods give changed copies.
 *
 * <p>Sizes are in bytes. Nothing is rounded or guessed here: what an object file says and what the target kernel wants
 * have been brought together before.
 *
 * @param name name the kernel shows, cut to 15 bytes when the map is created; only letters, digits, {@code _} and
 *     {@code .} reach the kernel, others become {@code _}
 * @param type type of the map
 * @param keySize size of a key; 0 for maps without keys
 * @param valueSize size of a value on one CPU; 0 for maps without values
 * @param maxEntries greatest number of entries, or the size in bytes of a ring buffer, or the pages of an arena, as an
 *     unsigned number
 * @param flags creation flags, see {@link MapFlag}
 * @param mapExtra extra word whose meaning is the type's own: hash functions of a bloom filter, address of an arena
 * @param numaNode node whose memory is used, -1 for any; setting one sets {@link MapFlag#NUMA_NODE}
 * @param innerMapFd descriptor of the map that is the model of the inner maps, -1 for none; used while the map is
 *     created only
 * @param interfaceIndex network device the map is offloaded to, 0 for none
 * @param types types of keys and values
 */
public record MapDefinition(
        String name,
        MapType type,
        int keySize,
        int valueSize,
        int maxEntries,
        int flags,
        long mapExtra,
        int numaNode,
        int innerMapFd,
        int interfaceIndex,
        MapTypes types) {

    /** Checks that nothing is missing. */
    public MapDefinition {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(types, "types");
    }

    /**
     * {@return a definition without name, flags and types}
     *
     * @param type type of the map
     * @param keySize size of a key in bytes
     * @param valueSize size of a value in bytes
     * @param maxEntries greatest number of entries
     */
    public static MapDefinition of(MapType type, int keySize, int valueSize, int maxEntries) {
        return new MapDefinition("", type, keySize, valueSize, maxEntries, 0, 0, -1, -1, 0, MapTypes.NONE);
    }

    /**
     * {@return a ring buffer's definition}
     *
     * @param bytes size of the data area: a power of two and a multiple of the page size
     */
    public static MapDefinition ringBuffer(int bytes) {
        return of(MapType.RINGBUF, 0, 0, bytes);
    }

    /**
     * {@return a copy with another name}
     *
     * @param name the new name
     */
    public MapDefinition withName(String name) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }

    /**
     * {@return a copy with another greatest number of entries}
     *
     * @param maxEntries the new number
     */
    public MapDefinition withMaxEntries(int maxEntries) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }

    /**
     * {@return a copy with other creation flags}
     *
     * @param flags the new flags, see {@link MapFlag}
     */
    public MapDefinition withFlags(int flags) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }

    /**
     * {@return a copy with another extra word}
     *
     * @param mapExtra the new word
     */
    public MapDefinition withMapExtra(long mapExtra) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }

    /**
     * {@return a copy on another NUMA node}
     *
     * @param numaNode the node, -1 for any
     */
    public MapDefinition withNumaNode(int numaNode) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }

    /**
     * {@return a copy with another model of the inner maps}
     *
     * @param innerMapFd descriptor of the model, -1 for none
     */
    public MapDefinition withInnerMapFd(int innerMapFd) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }

    /**
     * {@return a copy offloaded to a network device}
     *
     * @param interfaceIndex index of the device, 0 for none
     */
    public MapDefinition withInterfaceIndex(int interfaceIndex) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }

    /**
     * {@return a copy with other types}
     *
     * @param types the new types
     */
    public MapDefinition withTypes(MapTypes types) {
        return new MapDefinition(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                numaNode,
                innerMapFd,
                interfaceIndex,
                types);
    }
}
