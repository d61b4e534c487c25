package io.ebpf4j.observability.probe;

import java.util.Set;

/**
 * How the plaintext of TLS libraries is watched.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. What does
 *     not fit is lost, and counted
 * @param captureBytes how many bytes of what one call took or gave are captured at most: {@value #LEAST_CAPTURE} to
 *     {@value #GREATEST_CAPTURE}, the most that one TLS record holds. A record of the ring has room for 256, 1024 or all
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all. With
 *     one, only connections whose socket was seen are told of
 * @param processes the only processes to watch, by their numbers; empty for all, those to come included
 */
public record TlsProbeOptions(int ringBytes, int captureBytes, long networkNamespace, Set<Integer> processes) {
    /** The least that may be captured of a call. */
    public static final int LEAST_CAPTURE = 16;

    /** The most that may be captured of a call. */
    public static final int GREATEST_CAPTURE = 16384;

    /** 4 MiB of ring, 1 KiB of each call, all network namespaces and processes. */
    public static final TlsProbeOptions DEFAULTS = new TlsProbeOptions(4 << 20, 1024, 0, Set.of());

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page, for more or fewer bytes
     *     than may be captured, and for numbers that no process or namespace has
     */
    public TlsProbeOptions {
        processes = Set.copyOf(processes);
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (captureBytes < LEAST_CAPTURE || captureBytes > GREATEST_CAPTURE) {
            throw new IllegalArgumentException("capture of " + captureBytes + " bytes: " + LEAST_CAPTURE + " to "
                    + GREATEST_CAPTURE + " are possible");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
        for (int process : processes) {
            if (process <= 0) {
                throw new IllegalArgumentException("no number of a process: " + process);
            }
        }
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public TlsProbeOptions withRingBytes(int bytes) {
        return new TlsProbeOptions(bytes, captureBytes, networkNamespace, processes);
    }

    /**
     * {@return a copy that captures more or less}
     *
     * @param bytes how many of each call at most
     */
    public TlsProbeOptions withCaptureBytes(int bytes) {
        return new TlsProbeOptions(ringBytes, bytes, networkNamespace, processes);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public TlsProbeOptions withNetworkNamespace(long inode) {
        return new TlsProbeOptions(ringBytes, captureBytes, inode, processes);
    }

    /**
     * {@return a copy that watches these processes, and not their children}
     *
     * @param numbers the processes, as in this /proc; empty for all
     */
    public TlsProbeOptions withProcesses(Set<Integer> numbers) {
        return new TlsProbeOptions(ringBytes, captureBytes, networkNamespace, numbers);
    }
}
