package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.PayloadProtocol;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * Which payload is captured, and how much of it.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. A burst
 *     that does not fit is lost, and counted; an HTTP/1 request takes about 900 bytes an end
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all
 * @param captureBytes how many bytes of an HTTP/1 message are captured, 16 to 16,384: a head beyond is read in part
 * @param captureFrameBytes how many bytes of a call are captured where frames follow one another (HTTP/2, DNS), 16 to
 *     16,384
 * @param protocols what is looked for; at least one, and not {@link PayloadProtocol#UNKNOWN}
 * @param ownProcess whether this process's own connections are watched
 */
public record PayloadProbeOptions(
        int ringBytes,
        long networkNamespace,
        int captureBytes,
        int captureFrameBytes,
        Set<PayloadProtocol> protocols,
        OwnProcess ownProcess) {
    /** Whether the connections of the process that watches are watched. */
    public enum OwnProcess {
        /** They are. */
        WATCHED,
        /** They are left out: what is sent away because something was seen would be seen again. */
        LEFT_OUT
    }

    private static final int LARGEST_CAPTURE = 16_384;
    private static final int LEAST_CAPTURE = 16;

    /** 8 MiB of ring, all network namespaces, 1 KiB of a message, 4 KiB of a call with frames, HTTP and TLS, not this process. */
    public static final PayloadProbeOptions DEFAULTS = new PayloadProbeOptions(
            8 << 20,
            0,
            1024,
            4096,
            EnumSet.of(PayloadProtocol.HTTP1, PayloadProtocol.HTTP2, PayloadProtocol.TLS),
            OwnProcess.LEFT_OUT);

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page, a capture out of its
     *     range, or no protocol
     */
    public PayloadProbeOptions {
        protocols = Set.copyOf(protocols);
        Objects.requireNonNull(ownProcess, "ownProcess");
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
        if (captureBytes < LEAST_CAPTURE
                || captureBytes > LARGEST_CAPTURE
                || captureFrameBytes < LEAST_CAPTURE
                || captureFrameBytes > LARGEST_CAPTURE) {
            throw new IllegalArgumentException("captures of " + captureBytes + " and " + captureFrameBytes
                    + " bytes: each takes " + LEAST_CAPTURE + " to " + LARGEST_CAPTURE);
        }
        if (protocols.isEmpty() || protocols.contains(PayloadProtocol.UNKNOWN)) {
            throw new IllegalArgumentException("protocols to look for: " + protocols);
        }
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public PayloadProbeOptions withRingBytes(int bytes) {
        return new PayloadProbeOptions(bytes, networkNamespace, captureBytes, captureFrameBytes, protocols, ownProcess);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public PayloadProbeOptions withNetworkNamespace(long inode) {
        return new PayloadProbeOptions(ringBytes, inode, captureBytes, captureFrameBytes, protocols, ownProcess);
    }

    /**
     * {@return a copy that captures more or less of HTTP/1 messages}
     *
     * @param bytes how many bytes of a message
     */
    public PayloadProbeOptions withCaptureBytes(int bytes) {
        return new PayloadProbeOptions(ringBytes, networkNamespace, bytes, captureFrameBytes, protocols, ownProcess);
    }

    /**
     * {@return a copy that captures more or less of calls that carry frames}
     *
     * @param bytes how many bytes of a call
     */
    public PayloadProbeOptions withCaptureFrameBytes(int bytes) {
        return new PayloadProbeOptions(ringBytes, networkNamespace, captureBytes, bytes, protocols, ownProcess);
    }

    /**
     * {@return a copy that looks for other protocols}
     *
     * @param wanted what is looked for
     */
    public PayloadProbeOptions withProtocols(Set<PayloadProtocol> wanted) {
        return new PayloadProbeOptions(
                ringBytes, networkNamespace, captureBytes, captureFrameBytes, wanted, ownProcess);
    }

    /**
     * {@return a copy that watches this process's own connections, or not}
     *
     * @param own whether they are watched
     */
    public PayloadProbeOptions withOwnProcess(OwnProcess own) {
        return new PayloadProbeOptions(ringBytes, networkNamespace, captureBytes, captureFrameBytes, protocols, own);
    }
}
