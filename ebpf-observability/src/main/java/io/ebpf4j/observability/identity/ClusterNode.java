package io.ebpf4j.observability.identity;

import java.net.InetAddress;
import java.util.List;

/**
 * What a cluster tells of a node.
 *
 * @param name its name
 * @param addresses its addresses
 */
public record ClusterNode(String name, List<InetAddress> addresses) {
    /** Keeps the list from change. */
    public ClusterNode {
        addresses = List.copyOf(addresses);
    }
}
