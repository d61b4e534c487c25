package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.HttpEvent;
import io.ebpf4j.observability.event.IcmpSent;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.TlsHandshake;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Names the far end by its own socket, where that is on this host too: the socket whose local address is this one's remote, and the
 * other way round. The two may be in different network namespaces, as containers are; loopback addresses mean one namespace only.
 * Where several sockets fit, as where namespaces use the same addresses, none is named.
 *
 * <p>The far end's own events may come after those of the near end: until then it is not named, and after that it is.
 *
 * <p>Bounded: 65,536 sockets, of which the one longest unused goes first. Any thread may use it.
 */
public final class PeerIdentities implements IdentitySource {
    private static final int MOST_SOCKETS = 1 << 16;
    private static final int MOST_ALIKE = 4;

    private final MergedIdentities owners;
    private final Revisions revisions = new Revisions();
    private final Map<Long, Socket> byCookie = new BoundedMap<>(MOST_SOCKETS); // guarded by this
    private final Map<Tuple, List<Socket>> byTuple = new BoundedMap<>(MOST_SOCKETS); // guarded by this

    private enum Transport {
        TCP,
        UDP
    }

    private record Tuple(Transport transport, Endpoint local, Endpoint remote) {
        Tuple reversed() {
            return new Tuple(transport, remote, local);
        }
    }

    private record Socket(
            Tuple tuple, long cookie, ProcessRef process, long cgroup, long networkNamespace, long seen, long closed) {
        /** The same as it was seen before, first seen then. */
        Socket since(Socket before) {
            return new Socket(
                    tuple,
                    cookie,
                    process,
                    cgroup,
                    networkNamespace,
                    before.seen,
                    before.closed == 0 ? closed : before.closed);
        }

        boolean isOpenAt(long time) {
            return closed == 0 || closed - time >= 0;
        }

        boolean hasOwner() {
            return process.isKnown() || cgroup != 0;
        }

        Subject owner() {
            return new Subject(
                    Subject.Side.NEAR, tuple.local, process, cgroup, networkNamespace, process, cookie, seen);
        }
    }

    /**
     * Names by sockets' owners.
     *
     * @param owners names a socket's owner: by sources that go by its process, cgroup or address
     */
    public PeerIdentities(MergedIdentities owners) {
        this.owners = owners;
    }

    @Override
    public void learn(ConnectivityEvent event) {
        switch (event) {
            case ListenerSample nobody -> {}
            case IcmpSent nobody -> {}
            case ConnectionEvent step -> {
                learn(
                        Transport.TCP,
                        step.connection(),
                        step.timestamp(),
                        step instanceof Closed ? step.timestamp() : 0);
                if (step instanceof Closed) {
                    owners.ended(step.connection().cookie(), step.timestamp());
                }
            }
            case HttpEvent said -> learn(Transport.TCP, said.connection(), said.timestamp(), 0);
            case TlsHandshake said -> learn(Transport.TCP, said.connection(), said.timestamp(), 0);
            case DatagramEvent step -> learn(Transport.UDP, step.connection(), step.timestamp(), 0);
            case DnsTransaction said ->
                learn(
                        said.transport() == DnsTransport.UDP ? Transport.UDP : Transport.TCP,
                        said.connection(),
                        said.timestamp(),
                        0);
            default -> {}
        }
    }

    private void learn(Transport transport, Connection connection, long when, long closed) {
        if (connection.cookie() == 0
                || connection.local().port() == 0
                || connection.remote().port() == 0
                || connection.local().isUnspecified()
                || connection.remote().isUnspecified()) {
            return;
        }
        Tuple tuple = new Tuple(transport, connection.local(), connection.remote());
        boolean isNew;
        synchronized (this) {
            Socket before = byCookie.get(connection.cookie());
            // who took the socket first is its owner: calls of several processes must not be news each time
            ProcessRef owner = before != null && before.process.isKnown() ? before.process : connection.process();
            Socket socket = new Socket(
                    tuple,
                    connection.cookie(),
                    owner,
                    connection.cgroup(),
                    connection.networkNamespace(),
                    when,
                    closed);
            if (before != null && before.tuple.equals(tuple)) {
                socket = socket.since(before);
            }
            if (socket.equals(before)) {
                return;
            }
            long cookie = socket.cookie;
            byCookie.put(connection.cookie(), socket);
            List<Socket> alike = new ArrayList<>(byTuple.getOrDefault(tuple, List.of()));
            alike.removeIf(other -> other.cookie == cookie);
            alike.addFirst(socket);
            byTuple.put(tuple, List.copyOf(alike.subList(0, Math.min(alike.size(), MOST_ALIKE))));
            isNew = closed == 0;
        }
        if (isNew) {
            revisions.changed(tuple.hashCode());
        }
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        peer(subject).ifPresent(peer -> {
            Resolution owner = owners.resolve(peer.owner());
            if (!owner.findings().isEmpty()) {
                Finding best = owner.findings().get(0);
                findings.accept(new Finding(
                        best.identity(),
                        Provenance.PEER_SOCKET,
                        peer.seen,
                        Long.MAX_VALUE,
                        "socket of "
                                + (peer.process.isKnown() ? peer.process.toString() : "cgroup " + peer.cgroup)
                                + " on this host: "
                                + best.detail()));
            }
        });
    }

    private synchronized Optional<Socket> peer(Subject subject) {
        Socket own =
                subject.side() == Subject.Side.NEAR || subject.cookie() == 0 ? null : byCookie.get(subject.cookie());
        if (own == null || !own.tuple.remote.equals(subject.endpoint())) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                only(byTuple.getOrDefault(own.tuple.reversed(), List.of()), own, subject.timestamp()));
    }

    private static @Nullable Socket only(List<Socket> sockets, Socket own, long time) {
        boolean oneNamespace = Address.of(own.tuple.remote).isLoopback();
        Socket only = null;
        for (Socket socket : sockets) {
            boolean fits = socket.cookie != own.cookie
                    && socket.hasOwner()
                    && socket.isOpenAt(time)
                    && (!oneNamespace || socket.networkNamespace == own.networkNamespace);
            if (!fits) {
                continue;
            }
            if (only != null) {
                return null; // the same addresses twice
            }
            only = socket;
        }
        return only;
    }

    @Override
    public long revision(Subject subject) {
        if (subject.side() == Subject.Side.NEAR || subject.cookie() == 0) {
            return 0;
        }
        Socket own;
        synchronized (this) {
            own = byCookie.get(subject.cookie());
        }
        if (own == null) {
            return 0;
        }
        long sockets = revisions.of(own.tuple.reversed().hashCode());
        // another peer has other revisions: a sum could come out the same
        return MergedIdentities.mix(
                sockets,
                peer(subject).map(peer -> owners.revision(peer.owner())).orElse(0L));
    }
}
