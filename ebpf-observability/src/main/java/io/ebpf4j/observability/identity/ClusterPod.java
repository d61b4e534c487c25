package io.ebpf4j.observability.identity;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * What a cluster tells of a pod that runs or is about to.
 *
 * @param uid what names it for ever; that of a static pod is the hash in its cgroup's name, where it is known
 * @param namespace its namespace
 * @param name its name
 * @param kind what kind of workload owns it
 * @param workload the workload's name
 * @param labels its labels, without those that change with each pod or rollout
 * @param selectable all of its labels: what services select by
 * @param addresses its own addresses; none where it has the host's
 * @param containers the identifiers of its containers
 * @param created when it was made, milliseconds of the wall clock: of two with one address the newer has it
 */
public record ClusterPod(
        String uid,
        String namespace,
        String name,
        String kind,
        String workload,
        Map<String, String> labels,
        Map<String, String> selectable,
        List<InetAddress> addresses,
        List<String> containers,
        long created) {
    /** Keeps the collections from change. */
    public ClusterPod {
        labels = Map.copyOf(labels);
        selectable = Map.copyOf(selectable);
        addresses = List.copyOf(addresses);
        containers = List.copyOf(containers);
    }
}
