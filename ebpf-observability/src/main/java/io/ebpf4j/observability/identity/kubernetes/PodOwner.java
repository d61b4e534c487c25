package io.ebpf4j.observability.identity.kubernetes;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The workload that a pod belongs to: its controller's, by the names that the controllers give, so that nothing but the pod has to be
 * asked for. The same rules as Cilium's ({@code pkg/k8s/utils/workload.go}).
 *
 * @param kind the kind
 * @param name the name
 */
record PodOwner(String kind, String name) {
    /** The controller of cron jobs appends the time of the run in minutes since 1970. */
    private static final Pattern RUN = Pattern.compile("(.+)-[0-9]{8,10}");

    static PodOwner of(Pod pod) {
        Map<String, String> labels =
                KubernetesIdentities.orNone(pod.getMetadata().getLabels());
        String name = pod.getMetadata().getName();
        for (OwnerReference owner :
                KubernetesIdentities.orNone(pod.getMetadata().getOwnerReferences())) {
            if (Boolean.TRUE.equals(owner.getController())) {
                return of(owner, name, labels);
            }
        }
        return new PodOwner("Pod", name);
    }

    private static PodOwner of(OwnerReference owner, String pod, Map<String, String> labels) {
        return switch (owner.getKind()) {
            case "ReplicaSet" -> ofReplicaSet(owner.getName(), labels);
            case "Job" -> {
                Matcher run = RUN.matcher(owner.getName());
                yield run.matches() ? new PodOwner("CronJob", run.group(1)) : new PodOwner("Job", owner.getName());
            }
            case "ReplicationController" -> {
                String config = labels.getOrDefault("deploymentconfig", "");
                yield config.isEmpty()
                        ? new PodOwner(owner.getKind(), owner.getName())
                        : new PodOwner("DeploymentConfig", config);
            }
            // a static pod is the node's, and has its name at the end
            case "Node" -> {
                String suffix = "-" + owner.getName();
                yield new PodOwner(
                        "Pod", pod.endsWith(suffix) ? pod.substring(0, pod.length() - suffix.length()) : pod);
            }
            default -> new PodOwner(owner.getKind(), owner.getName());
        };
    }

    private static PodOwner ofReplicaSet(String name, Map<String, String> labels) {
        for (Map.Entry<String, String> owner : Map.of(
                        "pod-template-hash", "Deployment", "rollouts-pod-template-hash", "Rollout")
                .entrySet()) {
            String suffix = "-" + labels.getOrDefault(owner.getKey(), "");
            if (suffix.length() > 1 && name.endsWith(suffix) && name.length() > suffix.length()) {
                return new PodOwner(owner.getValue(), name.substring(0, name.length() - suffix.length()));
            }
        }
        return new PodOwner("ReplicaSet", name);
    }
}
