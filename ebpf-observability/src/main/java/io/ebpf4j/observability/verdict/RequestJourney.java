package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.protocol.HttpExchange;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one request went through, layer by layer, as one end saw it; or one attempt that did not get as far as a request: a
 * name that was not resolved, a connection that failed, a handshake that failed, a connection that ended before any answer.
 * Times are CLOCK_MONOTONIC nanoseconds. What was not seen is empty or -1: a connection that is older than the program has
 * no connect, one that is used again has neither name resolution nor connect nor TLS of its own ({@code order} says which).
 *
 * @param connection over which connection; of a name that was not resolved, the one to the name server
 * @param reporter which end told it
 * @param source the client
 * @param destination the server; of a name that was not resolved, that name
 * @param order whether this is the connection's first request
 * @param began when it began: the first question for the name where it was waited for, else the SYN of a first request, else
 *     the request's first byte
 * @param ended when it was over
 * @param resolution the question that gave the connection its address, or the one without an answer; empty where none was seen
 * @param resolutionNanos how long the name was waited for, all questions for it together; -1 where nothing was waited for
 * @param resolvedBefore when the same name had an address the last time before, of whoever asked; -1 where that was not seen.
 *     Told only of a name that was not resolved
 * @param connectNanos from SYN to established; -1 where it was not seen
 * @param connectFailure how the attempt failed; empty where it did not
 * @param acceptQueueNanos how long the connection waited to be accepted, at the server; -1 where it was not seen
 * @param listener the server's listener where it is on this host and was found full, or turned connections away, at about the
 *     time of the attempt
 * @param turnedAway how many connections that listener turned away then
 * @param tls the handshake; empty where there was none or it was not seen
 * @param exchange the request and its answer; empty where no request was sent because an earlier layer failed
 * @param retransmits segments with data sent again by this end while the request was under way
 * @param synRetransmits SYNs, at the server SYN-ACKs, sent again before the connection was there
 * @param unsentRetransmits retransmissions that never left this host
 * @param stallNanos an estimate of how long the request stood still until what was lost was sent again: for what a timer sent
 *     again the wait for the timer, for what was sent again on the peer's notice two round trips
 * @param zeroWindowNanos how long this end's peer had its window closed meanwhile, -1 where no sample of the connection was taken
 *     since the request began: on a connection that stays open they come with the sweeps
 * @param roundTripNanos the smoothed round trip; 0 where none was measured
 * @param resets resets on the connection before the answer was whole, {@code "peer"}, or the kernel's reason for this end's,
 *     {@code "this end"} where it gives none
 * @param closed the connection's end where it came before the answer was whole
 * @param drops packets of the connection that this host dropped and somebody missed, at most eight
 */
public record RequestJourney(
        Connection connection,
        Direction reporter,
        Resolution source,
        Resolution destination,
        Order order,
        long began,
        long ended,
        Optional<DnsTransaction> resolution,
        long resolutionNanos,
        long resolvedBefore,
        long connectNanos,
        Optional<ConnectFailed> connectFailure,
        long acceptQueueNanos,
        Optional<ListenerSample> listener,
        long turnedAway,
        Optional<TlsHandshake> tls,
        Optional<HttpExchange> exchange,
        int retransmits,
        int synRetransmits,
        int unsentRetransmits,
        long stallNanos,
        long zeroWindowNanos,
        long roundTripNanos,
        List<String> resets,
        Optional<Closed> closed,
        List<PacketDropped> drops) {
    /** What {@code resets} holds for a reset of the peer. */
    public static final String RESET_BY_PEER = "peer";

    /** What {@code resets} holds for a reset of this end without a reason of the kernel. */
    public static final String RESET_BY_THIS_END = "this end";

    /** Copies the lists. */
    public RequestJourney {
        Objects.requireNonNull(connection, "connection");
        Objects.requireNonNull(reporter, "reporter");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(resolution, "resolution");
        Objects.requireNonNull(connectFailure, "connectFailure");
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(tls, "tls");
        Objects.requireNonNull(exchange, "exchange");
        Objects.requireNonNull(closed, "closed");
        resets = List.copyOf(resets);
        drops = List.copyOf(drops);
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
