package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsRetry;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.PayloadSource;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.RoundTrips;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.event.Traffic;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TlsHello;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Events of connections, as a kernel might tell them. */
final class Connections {
    static final long SECOND = 1_000_000_000L;
    static final ProcessRef SERVER = new ProcessRef(99, 0, 77_000_000, "server");

    private Connections() {}

    static Connection client(long cookie, ProcessRef process, String local, int port, String remote, int remotePort) {
        return new Connection(
                cookie,
                Direction.CLIENT,
                Subjects.endpoint(local, port),
                Subjects.endpoint(remote, remotePort),
                process,
                1,
                0);
    }

    static Connection server(long cookie, ProcessRef process, String local, int port, String remote, int remotePort) {
        return new Connection(
                cookie,
                Direction.SERVER,
                Subjects.endpoint(local, port),
                Subjects.endpoint(remote, remotePort),
                process,
                2,
                0);
    }

    static Connected connected(long when, Connection connection) {
        return new Connected(when, 0, connection, Duration.ofMillis(1), 0, Duration.ofMillis(1));
    }

    static Accepted accepted(long when, Connection connection) {
        return new Accepted(when, 0, connection, Duration.ZERO);
    }

    static Closed closed(long when, Connection connection) {
        Duration none = Duration.ZERO;
        return new Closed(
                when,
                0,
                connection,
                CloseReason.FINISHED,
                0,
                TcpState.ESTABLISHED,
                none,
                new Traffic(
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        none,
                        none,
                        none,
                        new RoundTrips(0, none, none, none, none, none),
                        none,
                        0));
    }

    static TlsHandshake hello(long when, Connection connection, String serverName) {
        return new TlsHandshake(
                when,
                0,
                connection,
                Optional.of(new TlsHello.Client(0x0304, serverName, List.of(), Completeness.WHOLE)),
                Optional.empty(),
                OptionalInt.empty(),
                0);
    }

    static HttpExchanged request(long when, Connection connection, String host) {
        return new HttpExchanged(
                when,
                0,
                connection,
                PayloadSource.SOCKET,
                new HttpExchange(
                        HttpExchange.Protocol.values()[0],
                        "GET",
                        "/",
                        host,
                        200,
                        when,
                        when,
                        when,
                        0,
                        0,
                        Optional.empty(),
                        -1,
                        Completeness.WHOLE));
    }

    static DnsTransaction answer(
            long when, ProcessRef asker, long namespace, String name, long ttl, String... addresses) {
        return answer(when, asker, namespace, name, ttl, List.of(), addresses);
    }

    static DnsTransaction answer(
            long when,
            ProcessRef asker,
            long namespace,
            String name,
            long ttl,
            List<String> aliases,
            String... addresses) {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            try {
                all.add(InetAddress.getByName(address));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return new DnsTransaction(
                when,
                0,
                new Connection(
                        5000 + asker.pid(),
                        Direction.CLIENT,
                        Subjects.endpoint("10.0.0.5", 5353),
                        Subjects.endpoint("10.0.0.53", 53),
                        asker,
                        namespace,
                        0),
                DnsTransport.UDP,
                1,
                name,
                1,
                DnsOutcome.ANSWERED,
                0,
                aliases,
                all,
                ttl,
                DnsMessage.Truncation.NONE,
                Completeness.WHOLE,
                when - 1000,
                1,
                DnsRetry.NONE,
                0);
    }
}
