package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.identity.Identity;
import java.util.Objects;

/**
 * Who talks to whom, as one end tells it. Where both ends are on this host there are two keys, one a reporter: to sum over
 * both counts twice.
 *
 * @param source the client
 * @param destination the server
 * @param sourceAddress the client's address; empty unless the aggregate is kept by addresses too
 * @param destinationAddress the server's address; empty unless the aggregate is kept by addresses too
 * @param reporter which end told it: the client's (egress), the server's (ingress), or one that is not known to be either
 */
public record FlowKey(
        Identity source, Identity destination, String sourceAddress, String destinationAddress, Direction reporter) {
    /** Checks that nothing is null. */
    public FlowKey {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(sourceAddress, "sourceAddress");
        Objects.requireNonNull(destinationAddress, "destinationAddress");
        Objects.requireNonNull(reporter, "reporter");
    }
}
