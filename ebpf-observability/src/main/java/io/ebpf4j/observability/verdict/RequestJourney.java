package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.protocol.HttpExchange;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one request went through, layer by layer, as one end saw it. Times are CLOCK_MONOTONIC nanoseconds. What was not
 * seen is empty or -1: a connection that is older than the program has no connect, one that is used again has neither name
 * resolution nor connect nor TLS of its own ({@code first} says which).
 *
 * @param connection over which connection
 * @param reporter which end told it
 * @param source the client
 * @param destination the server
 * @param order whether this is the connection's first request
 * @param resolution the question that gave the connection its address; empty where none was seen
 * @param connectNanos from SYN to established; -1 where it was not seen
 * @param connectFailure how the attempt failed; empty where it did not
 * @param acceptQueueNanos how long the connection waited to be accepted, at the server; -1 where it was not seen
 * @param tls the handshake; empty where there was none or it was not seen
 * @param exchange the request and its answer; empty where no request was sent because an earlier layer failed
 * @param retransmits segments with data sent again by this end while the request was under way
 * @param synRetransmits SYNs sent again before the connection was there
 * @param unsentRetransmits retransmissions that never left this host
 * @param zeroWindowNanos how long this end's peer had its window closed meanwhile
 * @param roundTripNanos the smoothed round trip; 0 where none was measured
 * @param resets resets on the connection before the answer was whole, {@code "peer"}, or the kernel's reason for this end's
 */
public record RequestJourney(
        Connection connection,
        Direction reporter,
        Resolution source,
        Resolution destination,
        Order order,
        Optional<DnsTransaction> resolution,
        long connectNanos,
        Optional<ConnectFailed> connectFailure,
        long acceptQueueNanos,
        Optional<TlsHandshake> tls,
        Optional<HttpExchange> exchange,
        int retransmits,
        int synRetransmits,
        int unsentRetransmits,
        long zeroWindowNanos,
        long roundTripNanos,
        List<String> resets) {
    /** Copies the list. */
    public RequestJourney {
        Objects.requireNonNull(connection, "connection");
        Objects.requireNonNull(reporter, "reporter");
        Objects.requireNonNull(order, "order");
        resets = List.copyOf(resets);
    }

    /** Whether the connection's setup belongs to this request. */
    public enum Order {
        /** It was the first over its connection: the time to set it up was spent for it. */
        FIRST,
        /** The connection was there. */
        LATER,
        /** The connection is older than the program. */
        UNKNOWN
    }
}
