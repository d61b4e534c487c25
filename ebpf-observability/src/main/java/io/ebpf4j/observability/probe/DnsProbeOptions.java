package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.DnsOptions;
import java.util.Objects;

/**
 * How DNS is watched.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. A burst that
 *     does not fit is lost, and counted; one message takes about 660 bytes, or 4,200 where it has more than 512
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all
 * @param port the servers' port
 * @param transactions how transactions are made of the messages
 */
public record DnsProbeOptions(int ringBytes, long networkNamespace, int port, DnsOptions transactions) {
    /** 4 MiB of ring, all network namespaces, port 53. */
    public static final DnsProbeOptions DEFAULTS = new DnsProbeOptions(4 << 20, 0, 53, DnsOptions.DEFAULTS);

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page, or no such port
     */
    public DnsProbeOptions {
        Objects.requireNonNull(transactions, "transactions");
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
        if (port < 1 || port > 0xffff) {
            throw new IllegalArgumentException("no port: " + port);
        }
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public DnsProbeOptions withRingBytes(int bytes) {
        return new DnsProbeOptions(bytes, networkNamespace, port, transactions);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public DnsProbeOptions withNetworkNamespace(long inode) {
        return new DnsProbeOptions(ringBytes, inode, port, transactions);
    }

    /**
     * {@return a copy for servers on another port}
     *
     * @param number the port
     */
    public DnsProbeOptions withPort(int number) {
        return new DnsProbeOptions(ringBytes, networkNamespace, number, transactions);
    }

    /**
     * {@return a copy that makes transactions in another way}
     *
     * @param options how
     */
    public DnsProbeOptions withTransactions(DnsOptions options) {
        return new DnsProbeOptions(ringBytes, networkNamespace, port, options);
    }
}
