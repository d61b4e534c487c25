package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpEvent;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.TlsHandshake;
import java.util.Map;

/**
 * Puts names to the ends of events. An event teaches the sources first, so that a DNS answer names the connection that follows,
 * and a TLS hello its own.
 *
 * <p>Of an event of a socket the near end is the socket's, the far end its peer's; the direction says which of them is the client.
 * A dropped packet's ends are those of the connection that its cookie names, else they are known by address alone, and its reporter
 * is unknown. Events of processes and gaps have no ends: both are {@link Resolution#UNKNOWN}.
 *
 * <p>For one thread: the one that drains the rings, in whose order events are.
 */
public final class EventIdentifier {
    private final MergedIdentities identities;
    private final Map<Long, Connection> connections;

    /**
     * Names by the given identities.
     *
     * @param identities knows who is who
     */
    public EventIdentifier(MergedIdentities identities) {
        this(identities, MergeOptions.DEFAULTS);
    }

    /**
     * Names by the given identities.
     *
     * @param identities knows who is who
     * @param options how many connections are kept for the packets that are dropped of them
     */
    public EventIdentifier(MergedIdentities identities, MergeOptions options) {
        this.identities = identities;
        this.connections = new BoundedMap<>(options.mostConnections());
    }

    /**
     * {@return the event with who is at its ends, as far as was known when it was called}
     *
     * @param event what happened
     */
    public IdentifiedEvent identify(ConnectivityEvent event) {
        identities.learn(event);
        return switch (event) {
            case ConnectionEvent step -> {
                keep(step.connection());
                IdentifiedEvent identified = identify(event, step.connection());
                if (step instanceof Closed || step instanceof ConnectFailed) {
                    identities.ended(step.connection().cookie(), step.timestamp());
                }
                yield identified;
            }
            case DatagramEvent step -> {
                keep(step.connection());
                yield identify(event, step.connection());
            }
            case DnsTransaction transaction -> identify(event, transaction.connection());
            case HttpEvent said -> identify(event, said.connection());
            case TlsHandshake handshake -> identify(event, handshake.connection());
            case PacketDropped drop -> identify(drop);
            case ProcessEvent nobody -> unknown(nobody);
            case GapEvent nobody -> unknown(nobody);
        };
    }

    private void keep(Connection connection) {
        if (connection.cookie() != 0) {
            connections.put(connection.cookie(), connection);
        }
    }

    private static IdentifiedEvent unknown(ConnectivityEvent event) {
        return new IdentifiedEvent(event, Direction.UNKNOWN, Resolution.UNKNOWN, Resolution.UNKNOWN);
    }

    private IdentifiedEvent identify(ConnectivityEvent event, Connection connection) {
        Resolution near = near(connection, connection.local(), event.timestamp());
        Resolution far = far(connection, connection.remote(), connection.cookie(), event.timestamp());
        return connection.direction() == Direction.SERVER
                ? new IdentifiedEvent(event, Direction.SERVER, far, near)
                : new IdentifiedEvent(event, connection.direction(), near, far);
    }

    private IdentifiedEvent identify(PacketDropped drop) {
        Connection connection = drop.cookie() == 0 ? null : connections.get(drop.cookie());
        Resolution source;
        Resolution destination;
        if (connection != null && isLocal(connection, drop.source())) {
            source = near(connection, drop.source(), drop.timestamp());
            destination = far(connection, drop.destination(), cookie(connection), drop.timestamp());
        } else if (connection != null && isLocal(connection, drop.destination())) {
            source = far(connection, drop.source(), cookie(connection), drop.timestamp());
            destination = near(connection, drop.destination(), drop.timestamp());
        } else {
            source = byAddress(drop.source(), drop);
            destination = byAddress(drop.destination(), drop);
        }
        return new IdentifiedEvent(drop, Direction.UNKNOWN, source, destination);
    }

    /** A listener's own address may be none in particular. */
    private static boolean isLocal(Connection connection, Endpoint endpoint) {
        return connection.local().equals(endpoint)
                || connection.local().isUnspecified() && connection.local().port() == endpoint.port();
    }

    /** What a listener or an unconnected socket drops comes from anybody: it is not the peer that its cookie stands for. */
    private static long cookie(Connection connection) {
        return connection.remote().isUnspecified() ? 0 : connection.cookie();
    }

    private Resolution near(Connection connection, Endpoint endpoint, long timestamp) {
        return identities.resolve(new Subject(
                Subject.Side.NEAR,
                endpoint,
                connection.process(),
                connection.cgroup(),
                connection.networkNamespace(),
                connection.process(),
                connection.cookie(),
                timestamp));
    }

    private Resolution far(Connection connection, Endpoint endpoint, long cookie, long timestamp) {
        return endpoint.isUnspecified()
                ? Resolution.UNKNOWN
                : identities.resolve(new Subject(
                        Subject.Side.FAR,
                        endpoint,
                        ProcessRef.UNKNOWN,
                        0,
                        connection.networkNamespace(),
                        connection.process(),
                        cookie,
                        timestamp));
    }

    private Resolution byAddress(Endpoint endpoint, PacketDropped drop) {
        return endpoint.isUnspecified()
                ? Resolution.UNKNOWN
                : identities.resolve(new Subject(
                        Subject.Side.FAR,
                        endpoint,
                        ProcessRef.UNKNOWN,
                        0,
                        drop.networkNamespace(),
                        ProcessRef.UNKNOWN,
                        0,
                        drop.timestamp()));
    }
}
