package io.ebpf4j.samples;

import io.ebpf4j.observability.identity.IdentityOptions;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.identity.kubernetes.KubernetesIdentities;
import io.ebpf4j.observability.identity.kubernetes.KubernetesOptions;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;

/** Names from Kubernetes. Alone in its class, for its libraries are not on the module path of the command line. */
final class Cluster {
    private Cluster() {}

    static IdentityOptions name(IdentityOptions options, LocalProcesses processes, List<Runnable> ends) {
        KubernetesClient client = new KubernetesClientBuilder().build();
        ends.add(client::close);
        String node = System.getenv("NODE_NAME");
        KubernetesOptions wanted = KubernetesOptions.DEFAULTS;
        KubernetesIdentities pods =
                KubernetesIdentities.start(client, node == null ? wanted : wanted.withNode(node), processes);
        ends.add(pods::close);
        return options.withOwners(pods);
    }
}
