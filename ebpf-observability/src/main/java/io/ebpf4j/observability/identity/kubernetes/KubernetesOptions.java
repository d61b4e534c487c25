package io.ebpf4j.observability.identity.kubernetes;

import java.time.Duration;
import java.util.Objects;

/**
 * How {@link KubernetesIdentities} names.
 *
 * @param cluster the cluster's name, which Kubernetes does not know; empty where it is to have none
 * @param node the name of the node that this host is, as {@code spec.nodeName} has it; empty where that is not known
 * @param grace how long a pod is known by its uid after its end
 */
public record KubernetesOptions(String cluster, String node, Duration grace) {
    /** No cluster's name; the node of the environment variable {@code NODE_NAME}, where it is set; five minutes. */
    public static final KubernetesOptions DEFAULTS = new KubernetesOptions(
            "", Objects.requireNonNullElse(System.getenv("NODE_NAME"), ""), Duration.ofMinutes(5));

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException for a negative time
     */
    public KubernetesOptions {
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(node, "node");
        if (grace.isNegative()) {
            throw new IllegalArgumentException("a grace time of " + grace);
        }
    }

    /**
     * {@return the same with a name for the cluster}
     *
     * @param name the cluster's name
     */
    public KubernetesOptions withCluster(String name) {
        return new KubernetesOptions(name, node, grace);
    }

    /**
     * {@return the same on another node}
     *
     * @param name the node's name
     */
    public KubernetesOptions withNode(String name) {
        return new KubernetesOptions(cluster, name, grace);
    }

    /**
     * {@return the same with another grace time}
     *
     * @param time how long a pod is known after its end
     */
    public KubernetesOptions withGrace(Duration time) {
        return new KubernetesOptions(cluster, node, time);
    }
}
