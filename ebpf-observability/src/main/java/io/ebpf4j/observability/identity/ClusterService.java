package io.ebpf4j.observability.identity;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * What a cluster tells of a service.
 *
 * @param namespace its namespace
 * @param name its name
 * @param selector the labels of the pods behind it; none where it does not say
 * @param addresses the addresses that stand for it in the cluster; none for a headless one
 */
public record ClusterService(String namespace, String name, Map<String, String> selector, List<InetAddress> addresses) {
    /** Keeps the collections from change. */
    public ClusterService {
        selector = Map.copyOf(selector);
        addresses = List.copyOf(addresses);
    }

    boolean selects(ClusterPod pod) {
        return !selector.isEmpty()
                && pod.namespace().equals(namespace)
                && pod.selectable().entrySet().containsAll(selector.entrySet());
    }

    /** Whether it is the API server's. */
    boolean isApiServer() {
        return namespace.equals("default") && name.equals("kubernetes");
    }
}
