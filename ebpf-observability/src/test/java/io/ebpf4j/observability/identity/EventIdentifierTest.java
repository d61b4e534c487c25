package io.ebpf4j.observability.identity;

import static io.ebpf4j.observability.identity.Connections.SECOND;
import static io.ebpf4j.observability.identity.Connections.SERVER;
import static io.ebpf4j.observability.identity.Connections.accepted;
import static io.ebpf4j.observability.identity.Connections.answer;
import static io.ebpf4j.observability.identity.Connections.client;
import static io.ebpf4j.observability.identity.Connections.closed;
import static io.ebpf4j.observability.identity.Connections.connected;
import static io.ebpf4j.observability.identity.Connections.hello;
import static io.ebpf4j.observability.identity.Connections.server;
import static io.ebpf4j.observability.identity.Subjects.CURL;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.event.RecordKind;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventIdentifierTest {
    private static final Connection NEAR = client(1, CURL, "10.0.0.1", 40000, "10.0.0.2", 80);
    private static final Connection FAR = server(2, SERVER, "10.0.0.2", 80, "10.0.0.1", 40000);
    private static final Connection OUT = client(3, CURL, "10.0.0.1", 40001, "198.51.100.7", 443);

    private final HostIdentities host = HostIdentities.open(
            IdentityOptions.DEFAULTS.withMerge(MergeOptions.DEFAULTS.withGrace(Duration.ofSeconds(5))),
            LocalProcesses.ofEvents());

    @AfterEach
    void close() {
        host.close();
    }

    private static String names(IdentifiedEvent event) {
        return event.reporter() + " " + event.source().identity().displayName() + " > "
                + event.destination().identity().displayName();
    }

    @Test
    void theSourceIsTheClientWhicheverEndTellsIt() {
        assertThat(names(host.identify(connected(SECOND, NEAR)))).isEqualTo("CLIENT curl > world");
        assertThat(names(host.identify(accepted(SECOND, FAR)))).isEqualTo("SERVER curl > server");
        assertThat(names(host.identify(closed(2 * SECOND, NEAR)))).isEqualTo("CLIENT curl > server");
        assertThat(names(host.identify(closed(2 * SECOND, FAR)))).isEqualTo("SERVER curl > server");
    }

    @Test
    void whereItIsNotKnownWhoIsWhoTheSourceIsTheEndThatToldIt() {
        Connection old = new Connection(9, Direction.UNKNOWN, NEAR.local(), NEAR.remote(), CURL, 1, 0);
        assertThat(names(host.identify(connected(SECOND, old)))).isEqualTo("UNKNOWN curl > world");
    }

    @Test
    void anAnswerAndAHelloNameTheConnectionAfterThem() {
        assertThat(names(host.identify(answer(SECOND, CURL, 1, "api.example.com", 1, "198.51.100.7"))))
                .isEqualTo("CLIENT curl > world");
        IdentifiedEvent connected = host.identify(connected(2 * SECOND, OUT));
        assertThat(names(connected)).isEqualTo("CLIENT curl > api.example.com");
        assertThat(connected.destination().findings().get(0).provenance()).isEqualTo(Provenance.DNS);
        IdentifiedEvent hello = host.identify(hello(3 * SECOND, OUT, "front.example.com"));
        assertThat(hello.destination().findings())
                .extracting(finding -> finding.identity().displayName())
                .containsExactly("api.example.com", "front.example.com", "world");
        Connection other = client(4, CURL, "10.0.0.1", 40002, "203.0.113.5", 443);
        assertThat(names(host.identify(hello(3 * SECOND, other, "front.example.com"))))
                .isEqualTo("CLIENT curl > front.example.com");
    }

    @Test
    void aDroppedPacketIsOfTheConnectionThatItsCookieNames() {
        host.identify(connected(SECOND, NEAR));
        host.identify(accepted(SECOND, FAR));
        assertThat(names(host.identify(drop(1, NEAR.local(), NEAR.remote())))).isEqualTo("UNKNOWN curl > server");
        assertThat(names(host.identify(drop(1, NEAR.remote(), NEAR.local())))).isEqualTo("UNKNOWN server > curl");
        assertThat(names(host.identify(drop(0, NEAR.local(), NEAR.remote())))).isEqualTo("UNKNOWN world > world");
        assertThat(names(host.identify(drop(0, Subjects.endpoint("127.0.0.1", 1), NEAR.remote()))))
                .isEqualTo("UNKNOWN localhost > world");
    }

    private static PacketDropped drop(long cookie, Endpoint source, Endpoint destination) {
        return new PacketDropped(
                2 * SECOND, 0, cookie, source, destination, 6, 0, "NO_SOCKET", DropClass.LOSS, 0, 60, 1, 1);
    }

    @Test
    void processesAndGapsHaveNoEnds() {
        IdentifiedEvent exit = host.identify(new ProcessExited(SECOND, 0, CURL, new ProcessKey(1, 0), 0, 0, 0));
        assertThat(exit.source()).isSameAs(Resolution.UNKNOWN);
        assertThat(exit.destination()).isSameAs(Resolution.UNKNOWN);
        IdentifiedEvent gap = host.identify(
                new GapEvent(SECOND, -1, new RecordKind(Layer.TCP, "closed"), GapEvent.Cause.RING_FULL, 1, 0, SECOND));
        assertThat(names(gap)).isEqualTo("UNKNOWN unknown > unknown");
    }

    @Test
    void aConnectionIsForgottenAfterItsEndAndAGraceTime() {
        host.identify(connected(SECOND, NEAR));
        host.identify(closed(2 * SECOND, NEAR));
        assertThat(host.identities().connections()).isEqualTo(1);
        host.identify(connected(10 * SECOND, OUT));
        host.identify(closed(10 * SECOND, OUT));
        assertThat(host.identities().connections()).isEqualTo(1);
    }
}
