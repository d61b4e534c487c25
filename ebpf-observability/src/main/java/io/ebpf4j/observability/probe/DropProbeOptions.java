package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.DropClass;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How dropped packets are watched.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. A burst that
 *     does not fit is lost, and counted; a packet takes about 110 bytes
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all
 * @param told the classes of which each packet is told; of the others the kernel only counts the reasons
 */
public record DropProbeOptions(int ringBytes, long networkNamespace, Set<DropClass> told) {
    /** 4 MiB of ring, all network namespaces, losses only. */
    public static final DropProbeOptions DEFAULTS = new DropProbeOptions(4 << 20, 0, EnumSet.of(DropClass.LOSS));

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page, and for a namespace that
     *     cannot be
     */
    public DropProbeOptions {
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
        told = Collections.unmodifiableSet(told.isEmpty() ? EnumSet.noneOf(DropClass.class) : EnumSet.copyOf(told));
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public DropProbeOptions withRingBytes(int bytes) {
        return new DropProbeOptions(bytes, networkNamespace, told);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public DropProbeOptions withNetworkNamespace(long inode) {
        return new DropProbeOptions(ringBytes, inode, told);
    }

    /**
     * {@return a copy that tells other classes}
     *
     * @param classes the classes of which each packet is told
     */
    public DropProbeOptions withTold(Set<DropClass> classes) {
        return new DropProbeOptions(ringBytes, networkNamespace, classes);
    }
}
