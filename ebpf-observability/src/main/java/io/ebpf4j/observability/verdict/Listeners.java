package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.ListenerSample;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The listeners of this host that are not well, and which network namespace an address is of. */
final class Listeners {
    private static final int MOST_LISTENERS = 4096;
    private static final int MOST_ADDRESSES = 4096;
    private static final long AMBIGUOUS = -1;
    static final long SWEEPS = 20_000_000_000L; // listeners are told of by sweeps, 15 s apart by default

    private final Map<Long, Watch> watches = new BoundedMap<>(MOST_LISTENERS);
    private final Map<Address, Long> namespaces = new BoundedMap<>(MOST_ADDRESSES);

    private record Address(long high, long low) {}

    /** A listener, and when it was ill the last time. */
    record Ill(ListenerSample sample, long turnedAway) {}

    private static final class Watch {
        private @Nullable ListenerSample last;
        private @Nullable Ill ill;
    }

    void add(ListenerSample sample) {
        learn(sample.connection());
        Watch watch = watches.computeIfAbsent(sample.connection().cookie(), cookie -> new Watch());
        ListenerSample before = watch.last;
        long turnedAway = before == null ? 0 : Math.max(0, sample.drops() - before.drops());
        if (sample.isFull() || turnedAway > 0) {
            watch.ill = new Ill(sample, turnedAway);
        }
        watch.last = sample;
    }

    void learn(Connection connection) {
        Endpoint local = connection.local();
        if (!local.isUnspecified() && !isLoopback(local) && connection.networkNamespace() != 0) {
            namespaces.merge(
                    new Address(local.high(), local.low()),
                    connection.networkNamespace(),
                    (known, told) -> known.equals(told) ? known : AMBIGUOUS);
        }
    }

    /** The listener that a client's attempt was for, where it was ill about then; null where none is known to have been. */
    @Nullable
    Ill at(Connection client, long from, long to) {
        long namespace = namespaceOfRemote(client);
        for (Watch watch : watches.values()) {
            Ill ill = watch.ill;
            if (ill == null
                    || ill.sample.timestamp() - from < 0 && ill.sample.timestamp() + SWEEPS - from < 0
                    || ill.sample.timestamp() - to > SWEEPS) {
                continue;
            }
            if (isFor(ill.sample.connection(), client.remote(), namespace)) {
                return ill;
            }
        }
        return null;
    }

    /** Whether the next sweep may tell more of a client's attempt: its listener is on this host, and not known to be ill. */
    boolean isUndecided(Connection client, long from, long to) {
        return isHere(client) && at(client, from, to) == null;
    }

    private boolean isHere(Connection client) {
        long namespace = namespaceOfRemote(client);
        for (Watch watch : watches.values()) {
            ListenerSample last = watch.last;
            if (last != null && isFor(last.connection(), client.remote(), namespace)) {
                return true;
            }
        }
        return false;
    }

    private long namespaceOfRemote(Connection client) {
        Endpoint remote = client.remote();
        return isLoopback(remote)
                ? client.networkNamespace()
                : namespaces.getOrDefault(new Address(remote.high(), remote.low()), AMBIGUOUS);
    }

    private static boolean isFor(Connection listener, Endpoint remote, long namespace) {
        Endpoint local = listener.local();
        boolean same = local.high() == remote.high() && local.low() == remote.low();
        return local.port() == remote.port()
                && (same || local.isUnspecified())
                && (namespace == AMBIGUOUS || namespace == listener.networkNamespace());
    }

    private static boolean isLoopback(Endpoint endpoint) {
        return endpoint.isIpv4() ? (endpoint.low() >>> 24 & 0xff) == 127 : endpoint.high() == 0 && endpoint.low() == 1;
    }
}
