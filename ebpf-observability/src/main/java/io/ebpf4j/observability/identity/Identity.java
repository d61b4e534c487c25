package io.ebpf4j.observability.identity;

import java.util.Map;

/**
 * Who something is, by a name that outlasts its address. Identities are values: two that say the same are the same, and an
 * {@link IdentityTable} gives each a number.
 */
public sealed interface Identity
        permits CidrIdentity, ContainerIdentity, NameIdentity, ProcessIdentity, ReservedIdentity, WorkloadIdentity {
    /** {@return the name by which a person knows it, within its kind and namespace: never empty} */
    String displayName();

    /** {@return the namespace that the name is of; empty where it has none} */
    default String namespace() {
        return "";
    }

    /** {@return labels as Kubernetes and Cilium write them, key to value; of what has none, none} */
    default Map<String, String> labels() {
        return Map.of();
    }
}
