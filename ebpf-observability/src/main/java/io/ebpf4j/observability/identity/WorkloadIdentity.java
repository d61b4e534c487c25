package io.ebpf4j.observability.identity;

import java.util.Map;
import java.util.Objects;

/**
 * A workload: what an orchestrator, or a file in its place, says that something belongs to. Parts that are not known are
 * empty.
 *
 * @param cluster the cluster
 * @param namespace the Kubernetes namespace
 * @param kind the workload's kind as Kubernetes writes it: {@code Deployment}, {@code StatefulSet}, {@code Job}, ...
 * @param workload the workload's name
 * @param pod the pod; empty where the identity stands for all pods of the workload, or for a service's own address
 * @param service the service that selects it; the first by name where several do
 * @param labels the labels, key to value, without those that change with each pod or rollout
 */
public record WorkloadIdentity(
        String cluster,
        String namespace,
        String kind,
        String workload,
        String pod,
        String service,
        Map<String, String> labels)
        implements Identity {
    /**
     * Keeps the labels from change.
     *
     * @throws IllegalArgumentException when neither workload, pod nor service is named
     */
    public WorkloadIdentity {
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(kind, "kind");
        labels = Map.copyOf(labels);
        if (workload.isEmpty() && pod.isEmpty() && service.isEmpty()) {
            throw new IllegalArgumentException("a workload without a name: neither workload, pod nor service");
        }
    }

    @Override
    public String displayName() {
        return !workload.isEmpty() ? workload : !service.isEmpty() ? service : pod;
    }

    /** {@return the same without the pod: what aggregates are kept by, so that pods that come and go are one series} */
    public WorkloadIdentity withoutPod() {
        return pod.isEmpty() || (workload.isEmpty() && service.isEmpty())
                ? this
                : new WorkloadIdentity(cluster, namespace, kind, workload, "", service, labels);
    }

    /** {@return the application by its labels: the first of app.kubernetes.io/name, k8s-app and app; empty where there is none} */
    public String app() {
        for (String label : new String[] {"app.kubernetes.io/name", "k8s-app", "app"}) {
            String value = labels.get(label);
            if (value != null) {
                return value;
            }
        }
        return "";
    }
}
