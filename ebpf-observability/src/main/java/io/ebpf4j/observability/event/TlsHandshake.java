package io.ebpf4j.observability.event;

import io.ebpf4j.observability.protocol.TlsHello;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How two ends began to speak TLS, from the hellos, which travel in the clear.
 *
 * @param timestamp when it was known, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection over which connection, and by whom at this end
 * @param client what the client said; empty where it was not seen
 * @param server what the server answered; empty where it did not, or was not seen
 * @param alert the alert that came in place of an answer (RFC 8446, section 6), if one did
 * @param latency nanoseconds from the client's hello to the server's, or to the alert; 0 where one was not seen
 */
public record TlsHandshake(
        long timestamp,
        int cpu,
        Connection connection,
        Optional<TlsHello.Client> client,
        Optional<TlsHello.Server> server,
        OptionalInt alert,
        long latency)
        implements ConnectivityEvent {
    /** {@return the name that the client asked for (SNI), empty where it did not} */
    public String serverName() {
        return client.map(TlsHello.Client::serverName).orElse("");
    }

    /** {@return the version agreed on, or the highest that the client offers while nothing is; 0 where neither is known} */
    public int version() {
        return server.map(TlsHello.Server::version)
                .or(() -> client.map(TlsHello.Client::version))
                .orElse(0);
    }
}
