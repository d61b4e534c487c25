package io.ebpf4j.observability.identity;

import static io.ebpf4j.observability.identity.Connections.SECOND;
import static io.ebpf4j.observability.identity.Connections.SERVER;
import static io.ebpf4j.observability.identity.Connections.accepted;
import static io.ebpf4j.observability.identity.Connections.client;
import static io.ebpf4j.observability.identity.Connections.closed;
import static io.ebpf4j.observability.identity.Connections.connected;
import static io.ebpf4j.observability.identity.Connections.server;
import static io.ebpf4j.observability.identity.Subjects.CURL;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ProcessRef;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerIdentitiesTest {
    private static final Connection NEAR = client(77, CURL, "10.0.0.1", 40000, "10.0.0.2", 80);
    private static final Connection FAR = server(78, SERVER, "10.0.0.2", 80, "10.0.0.1", 40000);
    private static final ProcessRef OTHER = new ProcessRef(100, 0, 78_000_000, "other");

    private final MergedIdentities owners = new MergedIdentities(
            List.of(new ProcessIdentities(LocalProcesses.ofEvents())), new IdentityTable(16), MergeOptions.DEFAULTS);
    private final PeerIdentities source = new PeerIdentities(owners);

    @Test
    void theOwnerOfTheOtherSocketIsTheFarEndWhicheverWayOneLooks() {
        source.learn(connected(SECOND, NEAR));
        Subject seenByClient = Subjects.far("10.0.0.2", 80, SECOND);
        assertThat(Subjects.ask(source, seenByClient)).as("not accepted yet").isEmpty();
        long revision = source.revision(seenByClient);

        source.learn(accepted(2 * SECOND, FAR));
        assertThat(source.revision(seenByClient)).isNotEqualTo(revision);
        assertThat(Subjects.ask(source, seenByClient))
                .singleElement()
                .isEqualTo(new Finding(
                        new ProcessIdentity("", "server"),
                        Provenance.PEER_SOCKET,
                        2 * SECOND,
                        Long.MAX_VALUE,
                        "socket of server(99) on this host: server(99)"));
        Subject seenByServer =
                new Subject(Subject.Side.FAR, FAR.remote(), ProcessRef.UNKNOWN, 0, 2, SERVER, 78, 2 * SECOND);
        assertThat(Subjects.names(source, seenByServer)).containsExactly("curl");
        assertThat(Subjects.ask(source, Subjects.near(CURL, 0))).isEmpty();
    }

    @Test
    void theSameAddressesTwiceNameNobody() {
        source.learn(connected(SECOND, NEAR));
        source.learn(accepted(SECOND, FAR));
        source.learn(accepted(SECOND, server(79, OTHER, "10.0.0.2", 80, "10.0.0.1", 40000)));
        assertThat(Subjects.ask(source, Subjects.far("10.0.0.2", 80, SECOND))).isEmpty();
    }

    @Test
    void aSocketThatWasClosedBeforeIsNotThePeer() {
        source.learn(accepted(SECOND, server(79, OTHER, "10.0.0.2", 80, "10.0.0.1", 40000)));
        source.learn(closed(2 * SECOND, server(79, OTHER, "10.0.0.2", 80, "10.0.0.1", 40000)));
        source.learn(connected(3 * SECOND, NEAR));
        source.learn(accepted(3 * SECOND, FAR));
        assertThat(Subjects.names(source, Subjects.far("10.0.0.2", 80, 3 * SECOND)))
                .containsExactly("server");
    }

    @Test
    void aPeerThatHasClosedSinceStillIs() {
        source.learn(connected(SECOND, NEAR));
        source.learn(accepted(SECOND, FAR));
        source.learn(closed(2 * SECOND, FAR));
        assertThat(Subjects.names(source, Subjects.far("10.0.0.2", 80, SECOND))).containsExactly("server");
    }

    @Test
    void loopbackMeansOneNetworkNamespace() {
        source.learn(connected(SECOND, client(77, CURL, "127.0.0.1", 40000, "127.0.0.1", 80)));
        source.learn(accepted(SECOND, server(78, SERVER, "127.0.0.1", 80, "127.0.0.1", 40000))); // in another one
        assertThat(Subjects.ask(source, Subjects.far("127.0.0.1", 80, SECOND))).isEmpty();
    }

    @Test
    void aSocketTalkingToItselfIsNotItsOwnPeer() {
        source.learn(connected(SECOND, client(77, CURL, "127.0.0.1", 80, "127.0.0.1", 80)));
        assertThat(Subjects.ask(source, Subjects.far("127.0.0.1", 80, SECOND))).isEmpty();
    }
}
