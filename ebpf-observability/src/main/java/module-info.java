/** Typed connectivity events from bundled CO-RE programs, who is at their ends, what adds up, and whose fault it is. */
@SuppressWarnings("requires-automatic") // fabric8 has no descriptors; only who names by Kubernetes needs it
module io.ebpf4j.observability {
    requires transitive io.ebpf4j.programs;
    requires static kubernetes.client.api;
    requires static kubernetes.model.core;
    requires static org.jspecify;

    exports io.ebpf4j.observability.aggregate;
    exports io.ebpf4j.observability.event;
    exports io.ebpf4j.observability.identity;
    exports io.ebpf4j.observability.identity.kubernetes;
    exports io.ebpf4j.observability.probe;
    exports io.ebpf4j.observability.protocol;
    exports io.ebpf4j.observability.servicemap;
    exports io.ebpf4j.observability.verdict;
}
