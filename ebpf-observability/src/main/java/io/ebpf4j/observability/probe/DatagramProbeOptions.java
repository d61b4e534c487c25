package io.ebpf4j.observability.probe;

import java.time.Duration;
import java.util.Objects;

/**
 * How UDP and ICMP are watched.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. A burst that
 *     does not fit is lost, and counted; a flow takes about 190 bytes an interval
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all
 * @param flowInterval how often a flow is told while it goes on, and how long it may rest before it is told for the last
 *     time
 */
public record DatagramProbeOptions(int ringBytes, long networkNamespace, Duration flowInterval) {
    /** 4 MiB of ring, all network namespaces, flows every 10 s. */
    public static final DatagramProbeOptions DEFAULTS = new DatagramProbeOptions(4 << 20, 0, Duration.ofSeconds(10));

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page, for a namespace that cannot
     *     be, and for an interval that is not positive
     */
    public DatagramProbeOptions {
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
        Objects.requireNonNull(flowInterval, "flowInterval");
        if (flowInterval.isNegative() || flowInterval.isZero()) {
            throw new IllegalArgumentException("no interval: " + flowInterval);
        }
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public DatagramProbeOptions withRingBytes(int bytes) {
        return new DatagramProbeOptions(bytes, networkNamespace, flowInterval);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public DatagramProbeOptions withNetworkNamespace(long inode) {
        return new DatagramProbeOptions(ringBytes, inode, flowInterval);
    }

    /**
     * {@return a copy that tells flows more or less often}
     *
     * @param interval the interval
     */
    public DatagramProbeOptions withFlowInterval(Duration interval) {
        return new DatagramProbeOptions(ringBytes, networkNamespace, interval);
    }
}
