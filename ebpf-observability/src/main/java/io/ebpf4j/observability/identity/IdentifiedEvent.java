package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import java.util.Objects;

/**
 * An event with who is at its ends. The ends are seen as a request is: the source is the client, the destination the
 * server, whichever of them told it. Where it is not known who is which, the source is the end that told it; of a dropped
 * packet, the source sent it.
 *
 * @param event what happened
 * @param reporter which end told it
 * @param source who began: the client
 * @param destination who was asked: the server
 */
public record IdentifiedEvent(ConnectivityEvent event, Direction reporter, Resolution source, Resolution destination) {
    /** Checks that nothing is null. */
    public IdentifiedEvent {
        Objects.requireNonNull(event, "event");
        Objects.requireNonNull(reporter, "reporter");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
    }
}
