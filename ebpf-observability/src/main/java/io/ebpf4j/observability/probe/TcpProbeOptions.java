package io.ebpf4j.observability.probe;

/**
 * How TCP connections are watched.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. A burst
 *     that does not fit is lost, and counted; one connection takes about 600 bytes an end
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all
 */
public record TcpProbeOptions(int ringBytes, long networkNamespace) {
    /** 4 MiB of ring, all network namespaces. */
    public static final TcpProbeOptions DEFAULTS = new TcpProbeOptions(4 << 20, 0);

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page
     */
    public TcpProbeOptions {
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public TcpProbeOptions withRingBytes(int bytes) {
        return new TcpProbeOptions(bytes, networkNamespace);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public TcpProbeOptions withNetworkNamespace(long inode) {
        return new TcpProbeOptions(ringBytes, inode);
    }
}
