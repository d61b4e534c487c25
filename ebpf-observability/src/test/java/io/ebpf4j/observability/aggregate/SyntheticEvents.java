package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.CongestionState;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.RoundTrips;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.IdentityTable;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TraceContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Events as the decoders make them, of ends that the test names. */
final class SyntheticEvents {
    static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    static final String SPAN = "00f067aa0ba902b7";

    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    private final IdentityTable table = new IdentityTable(1 << 16);

    static WorkloadIdentity service(String name, String pod) {
        return new WorkloadIdentity("kind", "tenant-jobs", "Deployment", name, pod, name, Map.of("app", name));
    }

    Resolution resolution(Identity identity) {
        return new Resolution(table.number(identity), identity, List.of());
    }

    IdentifiedEvent identified(ConnectivityEvent event, Direction reporter, Identity source, Identity destination) {
        return new IdentifiedEvent(event, reporter, resolution(source), resolution(destination));
    }

    static Endpoint endpoint(int address, int port) {
        return new Endpoint(0, MAPPED | Integer.toUnsignedLong(address), port);
    }

    static Connection connection(long cookie, Direction direction) {
        Endpoint client = endpoint(0x0a000001, 40_000);
        Endpoint server = endpoint(0x0a000002, 8080);
        return new Connection(
                cookie,
                direction,
                direction == Direction.SERVER ? server : client,
                direction == Direction.SERVER ? client : server,
                ProcessRef.UNKNOWN,
                1,
                0);
    }

    static Traffic traffic(
            long bytesSent,
            long bytesReceived,
            int segmentsSent,
            int segmentsReceived,
            long zeroWindow,
            int roundTrip) {
        return new Traffic(
                bytesSent,
                bytesReceived,
                0,
                segmentsSent,
                segmentsReceived,
                0,
                0,
                7, // what the socket counts of retransmissions is not to be added
                3,
                1,
                0,
                0,
                Duration.ofNanos(roundTrip * 1_000L),
                Duration.ZERO,
                Duration.ofNanos(roundTrip * 500L),
                new RoundTrips(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                Duration.ofNanos(zeroWindow),
                zeroWindow > 0 ? 1 : 0);
    }

    static SocketSample sample(long time, Connection connection, long age, Traffic traffic) {
        return new SocketSample(
                time, 0, connection, TcpState.ESTABLISHED, Duration.ofNanos(age), traffic, 10, 65_535, 0, 0);
    }

    static Closed closed(long time, Connection connection, long duration, Traffic traffic) {
        return new Closed(
                time, 0, connection, CloseReason.FINISHED, 0, TcpState.LAST_ACK, Duration.ofNanos(duration), traffic);
    }

    static Connected connected(long time, Connection connection, long latency, int roundTripMicros) {
        return new Connected(
                time, 0, connection, Duration.ofNanos(latency), 0, Duration.ofNanos(roundTripMicros * 1_000L));
    }

    static Accepted accepted(long time, Connection connection, long queued) {
        return new Accepted(time, 0, connection, Duration.ofNanos(queued));
    }

    static Retransmitted retransmitted(
            long time, Connection connection, Retransmitted.Segment segment, int segments, int error) {
        return new Retransmitted(
                time, 0, connection, segment, segments, 1, error, CongestionState.LOSS, TcpState.ESTABLISHED);
    }

    static ConnectionReset reset(long time, Connection connection, ConnectionReset.Side side) {
        return new ConnectionReset(time, 0, connection, side, "", TcpState.ESTABLISHED);
    }

    static Optional<TraceContext> trace(String traceId, TraceContext.Sampling sampling) {
        return Optional.of(new TraceContext(TraceContext.Format.W3C, traceId, SPAN, sampling));
    }

    static HttpExchanged http(
            long start,
            Connection connection,
            String method,
            String path,
            int status,
            long latency,
            Optional<TraceContext> trace) {
        HttpExchange exchange = new HttpExchange(
                HttpExchange.Protocol.HTTP_1_1,
                method,
                path,
                "core-api",
                status,
                start,
                status == 0 ? 0 : start + latency,
                status == 0 ? 0 : start + latency + 10,
                100,
                status == 0 ? 0 : 200,
                trace,
                -1,
                Completeness.WHOLE);
        return new HttpExchanged(start + latency + 10, 0, connection, PayloadSource.SOCKET, exchange);
    }
}
