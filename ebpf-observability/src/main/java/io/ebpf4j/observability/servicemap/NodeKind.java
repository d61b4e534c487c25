package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.identity.CidrIdentity;
import io.ebpf4j.observability.identity.ContainerIdentity;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.ProcessIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.WorkloadIdentity;

/** What a service on the map is. */
public enum NodeKind {
    /** A workload of an orchestrator, or of a file in its place. */
    WORKLOAD("workload"),
    /** A container that no orchestrator told of. */
    CONTAINER("container"),
    /** A program of a host. */
    PROGRAM("program"),
    /** Something outside, by name. */
    NAME("name"),
    /** A range of addresses. */
    RANGE("range"),
    /** What every host knows: the world, the host itself, nobody known. */
    RESERVED("reserved");

    private final String text;

    NodeKind(String text) {
        this.text = text;
    }

    /** {@return the kind in one lower-case word} */
    @Override
    public String toString() {
        return text;
    }

    /** Whether its box is drawn with round ends: it is outside, and known by name or address alone. */
    boolean isRound() {
        return this == NAME || this == RANGE;
    }

    static NodeKind of(Identity identity) {
        return switch (identity) {
            case WorkloadIdentity _ -> WORKLOAD;
            case ContainerIdentity _ -> CONTAINER;
            case ProcessIdentity _ -> PROGRAM;
            case NameIdentity _ -> NAME;
            case CidrIdentity _ -> RANGE;
            case ReservedIdentity _ -> RESERVED;
        };
    }
}
