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
import io.ebpf4j.observability.verdict.RequestJourney.Order;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A journey while it is put together. */
final class JourneyDraft {
    private final Connection connection;
    private final Direction reporter;
    private final Resolution source;
    private final Resolution destination;
    private Order order = Order.FIRST;
    private long began;
    private Optional<DnsTransaction> resolution = Optional.empty();
    private long resolutionNanos = -1;
    private long resolvedBefore = -1;
    private long connectNanos = -1;
    private Optional<ConnectFailed> connectFailure = Optional.empty();
    private long acceptQueueNanos = -1;
    private Optional<ListenerSample> listener = Optional.empty();
    private long turnedAway;
    private Optional<TlsHandshake> tls = Optional.empty();
    private Optional<HttpExchange> exchange = Optional.empty();
    private int retransmits;
    private int synRetransmits;
    private int unsentRetransmits;
    private long stallNanos;
    private long zeroWindowNanos;
    private long roundTripNanos;
    private List<String> resets = List.of();
    private Optional<Closed> closed = Optional.empty();
    private List<PacketDropped> drops = List.of();

    JourneyDraft(Connection connection, Direction reporter, Resolution source, Resolution destination, long began) {
        this.connection = connection;
        this.reporter = reporter;
        this.source = source;
        this.destination = destination;
        this.began = began;
    }

    JourneyDraft order(Order value) {
        order = value;
        return this;
    }

    JourneyDraft began(long value) {
        began = value;
        return this;
    }

    JourneyDraft resolution(DnsTransaction value, long nanos) {
        resolution = Optional.of(value);
        resolutionNanos = nanos;
        return this;
    }

    JourneyDraft resolvedBefore(long value) {
        resolvedBefore = value;
        return this;
    }

    JourneyDraft connected(long nanos, int syns) {
        connectNanos = nanos;
        synRetransmits = syns;
        return this;
    }

    JourneyDraft connectFailure(ConnectFailed value) {
        connectFailure = Optional.of(value);
        synRetransmits = value.synRetransmits();
        unsentRetransmits = value.unsentRetransmits();
        return this;
    }

    JourneyDraft acceptQueue(long nanos, int synAcks) {
        acceptQueueNanos = nanos;
        synRetransmits = synAcks;
        return this;
    }

    JourneyDraft listener(Listeners.@Nullable Ill ill) {
        if (ill != null) {
            listener = Optional.of(ill.sample());
            turnedAway = ill.turnedAway();
        }
        return this;
    }

    JourneyDraft tls(TlsHandshake value) {
        tls = Optional.of(value);
        return this;
    }

    JourneyDraft exchange(HttpExchange value) {
        exchange = Optional.of(value);
        return this;
    }

    JourneyDraft transport(int sentAgain, int unsent, long stall, long zeroWindow, long roundTrip) {
        retransmits = sentAgain;
        unsentRetransmits = unsent;
        stallNanos = stall;
        zeroWindowNanos = zeroWindow;
        roundTripNanos = roundTrip;
        return this;
    }

    JourneyDraft ending(List<String> seen, @Nullable Closed end) {
        resets = seen;
        closed = Optional.ofNullable(end);
        return this;
    }

    JourneyDraft drops(List<PacketDropped> seen) {
        drops = seen;
        return this;
    }

    RequestJourney journey(long ended) {
        return new RequestJourney(
                connection,
                reporter,
                source,
                destination,
                order,
                began,
                ended,
                resolution,
                resolutionNanos,
                resolvedBefore,
                connectNanos,
                connectFailure,
                acceptQueueNanos,
                listener,
                turnedAway,
                tls,
                exchange,
                retransmits,
                synRetransmits,
                unsentRetransmits,
                stallNanos,
                zeroWindowNanos,
                roundTripNanos,
                resets,
                closed,
                drops);
    }
}
