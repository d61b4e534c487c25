package io.ebpf4j.observability.probe;

import java.time.Duration;
import java.util.Objects;

/**
 * How TCP connections are watched.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. A burst
 *     that does not fit is lost, and counted; one connection takes about 600 bytes an end
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all
 * @param sweepInterval how often all live sockets and listeners are told of; zero for never
 * @param sampleInterval how often at most the round trip of one socket is sampled
 */
public record TcpProbeOptions(int ringBytes, long networkNamespace, Duration sweepInterval, Duration sampleInterval) {
    /** 4 MiB of ring, all network namespaces, a sweep every 15 s, ten samples a second. */
    public static final TcpProbeOptions DEFAULTS =
            new TcpProbeOptions(4 << 20, 0, Duration.ofSeconds(15), Duration.ofMillis(100));

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page, for a namespace that cannot be, and
     *     for a negative interval
     */
    public TcpProbeOptions {
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
        Objects.requireNonNull(sweepInterval, "sweepInterval");
        Objects.requireNonNull(sampleInterval, "sampleInterval");
        if (sweepInterval.isNegative() || sampleInterval.isNegative()) {
            throw new IllegalArgumentException("an interval below zero: " + sweepInterval + ", " + sampleInterval);
        }
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public TcpProbeOptions withRingBytes(int bytes) {
        return new TcpProbeOptions(bytes, networkNamespace, sweepInterval, sampleInterval);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public TcpProbeOptions withNetworkNamespace(long inode) {
        return new TcpProbeOptions(ringBytes, inode, sweepInterval, sampleInterval);
    }

    /**
     * {@return a copy that sweeps otherwise}
     *
     * @param interval from sweep to sweep, zero for none at all
     */
    public TcpProbeOptions withSweepInterval(Duration interval) {
        return new TcpProbeOptions(ringBytes, networkNamespace, interval, sampleInterval);
    }

    /**
     * {@return a copy that samples round trips otherwise}
     *
     * @param interval from sample to sample of one socket
     */
    public TcpProbeOptions withSampleInterval(Duration interval) {
        return new TcpProbeOptions(ringBytes, networkNamespace, sweepInterval, interval);
    }
}
