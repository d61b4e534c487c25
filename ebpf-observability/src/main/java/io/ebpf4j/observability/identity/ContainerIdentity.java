package io.ebpf4j.observability.identity;

import java.util.Objects;

/**
 * A container that no orchestrator told of.
 *
 * @param runtime who runs it: "docker", "containerd", "cri-o" or "podman"; empty where the cgroup's name does not tell
 * @param id its identifier, 64 hexadecimal digits as a rule
 * @param container its name; empty where it is not known
 */
public record ContainerIdentity(String runtime, String id, String container) implements Identity {
    private static final int SHORT = 12; // what docker ps prints

    /** Checks that nothing is null. */
    public ContainerIdentity {
        Objects.requireNonNull(runtime, "runtime");
        Objects.requireNonNull(container, "container");
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a container without an identifier");
        }
    }

    /** {@return the container's name, or the first twelve digits of its identifier} */
    @Override
    public String displayName() {
        return !container.isEmpty() ? container : id.substring(0, Math.min(SHORT, id.length()));
    }
}
