package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.TlsHandshake;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names the server's end of a connection by what the client called it: in its TLS hello (SNI), or in the Host header or
 * {@code :authority} of its requests, where that is a name and not an address. That end is the far one of a client's socket and the
 * near one of a server's. Of a socket whose direction is not known nothing is learned.
 *
 * <p>Bounded: 65,536 connections with 4 names of a kind each, of which the one longest unused goes first. Any thread may use it.
 */
public final class ConnectionNames implements IdentitySource {
    private static final int MOST_CONNECTIONS = 1 << 16;
    private static final int MOST_NAMES = 4;
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*|\\[.*");
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*\\.?");
    private static final int MOST_CHARACTERS = 253; // RFC 1035, 2.3.4

    private final Revisions revisions = new Revisions();
    private final Map<Long, Names> connections = new BoundedMap<>(MOST_CONNECTIONS); // guarded by this

    private static final class Names {
        private final Subject.Side server;
        private final Map<NameIdentity, Finding> tls = new BoundedMap<>(MOST_NAMES);
        private final Map<NameIdentity, Finding> http = new BoundedMap<>(MOST_NAMES);

        Names(Subject.Side server) {
            this.server = server;
        }
    }

    /** Knows nothing yet. */
    public ConnectionNames() {}

    @Override
    public void learn(ConnectivityEvent event) {
        switch (event) {
            case TlsHandshake handshake ->
                learn(
                        handshake.connection(),
                        handshake.serverName(),
                        Provenance.TLS_SERVER_NAME,
                        handshake.timestamp(),
                        "server name in the TLS hello");
            case HttpExchanged exchanged ->
                learn(
                        exchanged.connection(),
                        withoutPort(exchanged.exchange().host()),
                        Provenance.HTTP_HOST,
                        exchanged.timestamp(),
                        "host of a request");
            default -> {}
        }
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon >= 0 && host.indexOf(':') == colon ? host.substring(0, colon) : host;
    }

    private void learn(Connection connection, String text, Provenance provenance, long when, String detail) {
        String name = text.toLowerCase(Locale.ROOT);
        if (connection.cookie() == 0 || connection.direction() == Direction.UNKNOWN || !isName(name)) {
            return;
        }
        NameIdentity identity = new NameIdentity(name);
        Finding finding = new Finding(identity, provenance, when, Long.MAX_VALUE, detail);
        boolean isNew;
        synchronized (this) {
            Names names = connections.get(connection.cookie());
            if (names == null) {
                names = new Names(connection.direction() == Direction.CLIENT ? Subject.Side.FAR : Subject.Side.NEAR);
                connections.put(connection.cookie(), names);
            }
            isNew = (provenance == Provenance.HTTP_HOST ? names.http : names.tls).put(identity, finding) == null;
        }
        if (isNew) {
            revisions.changed(connection.cookie());
        }
    }

    static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= MOST_CHARACTERS
                && !ADDRESS.matcher(text).matches()
                && NAME.matcher(text).matches();
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        for (Finding finding : find(subject)) {
            findings.accept(finding);
        }
    }

    private synchronized List<Finding> find(Subject subject) {
        Names names = subject.cookie() == 0 ? null : connections.get(subject.cookie());
        if (names == null || names.server != subject.side()) {
            return List.of();
        }
        // the one used last stands last
        return Stream.concat(
                        List.copyOf(names.tls.values()).reversed().stream(),
                        List.copyOf(names.http.values()).reversed().stream())
                .toList();
    }

    @Override
    public long revision(Subject subject) {
        return subject.cookie() == 0 ? 0 : revisions.of(subject.cookie());
    }
}
