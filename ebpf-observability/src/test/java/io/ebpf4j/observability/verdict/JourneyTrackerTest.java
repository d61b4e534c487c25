package io.ebpf4j.observability.verdict;

import static io.ebpf4j.observability.event.Direction.CLIENT;
import static io.ebpf4j.observability.event.Direction.SERVER;
import static io.ebpf4j.observability.verdict.ToldEvents.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.CongestionState;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.protocol.Completeness;
import java.util.List;
import org.junit.jupiter.api.Test;

class JourneyTrackerTest {
    private static final int A = 1;
    private static final int AAAA = 28;

    @Test
    void allPartsOfAFirstRequestAreJoined() {
        RequestJourney journey = new ToldEvents()
                .asked("server.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.9", "192.0.2.2")
                .started(4)
                .connected(6, 2, 0)
                .exchanged(CLIENT, 7, 20, 25, 200)
                .only();
        assertThat(journey.order()).isEqualTo(RequestJourney.Order.FIRST);
        assertThat(journey.resolution().orElseThrow().name()).isEqualTo("server.test");
        assertThat(journey.resolutionNanos()).isEqualTo(3_000_000);
        assertThat(journey.connectNanos()).isEqualTo(2_000_000);
        assertThat(journey.roundTripNanos()).isEqualTo(1_000_000);
        assertThat(journey.began()).isEqualTo(at(0));
        assertThat(journey.ended()).isEqualTo(at(25));
    }

    @Test
    void layersMayTellInAnyOrder() {
        ToldEvents events = new ToldEvents();
        events.exchanged(CLIENT, 7, 20, 25, 200); // the ring of HTTP is drained first
        events.closed(CLIENT, 26, CloseReason.FINISHED, TcpState.FIN_WAIT2, 0, 100);
        events.connected(6, 2, 0).started(4);
        events.again(CLIENT, 15, CongestionState.RECOVERY, 0);
        events.asked("server.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.2");
        RequestJourney journey = events.only();
        assertThat(journey.order()).isEqualTo(RequestJourney.Order.FIRST);
        assertThat(journey.connectNanos()).isEqualTo(2_000_000);
        assertThat(journey.resolutionNanos()).isEqualTo(3_000_000);
        assertThat(journey.retransmits()).isEqualTo(1);
    }

    @Test
    void nothingIsToldBeforeItHasSettled() {
        ToldEvents events = new ToldEvents();
        events.exchanged(CLIENT, 7, 20, 25, 200);
        events.tracker.elapse(at(500));
        assertThat(events.journeys).isEmpty();
        events.tracker.elapse(at(526));
        assertThat(events.journeys).hasSize(1);
    }

    @Test
    void aLaterRequestHasNoSetupOfItsOwn() {
        List<RequestJourney> journeys = new ToldEvents()
                .asked("server.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                .started(4)
                .connected(6, 2, 0)
                .exchanged(CLIENT, 7, 20, 25, 200)
                .exchanged(CLIENT, 30, 40, 45, 200)
                .settled();
        assertThat(journeys)
                .extracting(RequestJourney::order)
                .containsExactly(RequestJourney.Order.FIRST, RequestJourney.Order.LATER);
        assertThat(journeys.getLast().connectNanos()).isEqualTo(-1);
        assertThat(journeys.getLast().resolution()).isEmpty();
        assertThat(journeys.getLast().began()).isEqualTo(at(30));
    }

    @Test
    void aConnectionOlderThanTheProgramIsToldAsSuch() {
        RequestJourney journey =
                new ToldEvents().exchanged(CLIENT, 7, 20, 25, 200).only();
        assertThat(journey.order()).isEqualTo(RequestJourney.Order.UNKNOWN);
    }

    @Test
    void bothEndsAreTwoJourneys() {
        List<RequestJourney> journeys = new ToldEvents()
                .started(4)
                .connected(6, 2, 0)
                .accepted(8, 2)
                .exchanged(SERVER, 9, 15, 16, 200)
                .exchanged(CLIENT, 7, 20, 25, 200)
                .settled();
        assertThat(journeys).extracting(RequestJourney::reporter).containsExactly(SERVER, CLIENT);
        assertThat(journeys.getFirst().acceptQueueNanos()).isEqualTo(2_000_000);
    }

    @Test
    void retransmissionsAreThoseOfTheRequestsTime() {
        List<RequestJourney> journeys = new ToldEvents()
                .started(0)
                .connected(1, 1, 0)
                .again(CLIENT, 210, CongestionState.LOSS, 0)
                .exchanged(CLIENT, 2, 220, 221, 200)
                .again(CLIENT, 500, CongestionState.RECOVERY, 16)
                .exchanged(CLIENT, 300, 520, 521, 200)
                .exchanged(CLIENT, 600, 620, 621, 200)
                .settled();
        assertThat(journeys).extracting(RequestJourney::retransmits).containsExactly(1, 0, 0);
        assertThat(journeys).extracting(RequestJourney::unsentRetransmits).containsExactly(0, 1, 0);
        // the wait for the timer, 200 ms and two round trips, and one more until the answer can come
        assertThat(journeys.getFirst().stallNanos()).isBetween(200_000_000L, 210_000_000L);
    }

    @Test
    void whatTheServerSendsAgainAfterItsLastCallBelongsToTheAnswer() {
        List<RequestJourney> journeys = new ToldEvents()
                .accepted(1, 0.5)
                .exchanged(SERVER, 2, 5, 6, 200)
                .again(SERVER, 210, CongestionState.LOSS, 0)
                .exchanged(SERVER, 300, 305, 306, 200)
                .again(SERVER, 510, CongestionState.LOSS, 0)
                .settled();
        assertThat(journeys).extracting(RequestJourney::retransmits).containsExactly(1, 1);
    }

    @Test
    void closedWindowsAreThoseOfTheRequestsTime() {
        List<RequestJourney> journeys = new ToldEvents()
                .started(0)
                .connected(1, 1, 0)
                .exchanged(CLIENT, 2, 900, 901, 200)
                .sampled(CLIENT, 950, 700)
                .exchanged(CLIENT, 1_000, 1_020, 1_021, 200)
                .sampled(CLIENT, 1_030, 700)
                .settled();
        assertThat(journeys).extracting(RequestJourney::zeroWindowNanos).containsExactly(700_000_000L, 0L);
    }

    @Test
    void searchListsAreNoFailures() {
        List<RequestJourney> journeys = new ToldEvents()
                .asked("server.test.svc.cluster.local", A, 0, 1, DnsOutcome.ANSWERED, 3)
                .asked("server.test.svc.cluster.local", AAAA, 0, 1, DnsOutcome.ANSWERED, 3)
                .asked("server.test.cluster.local", A, 2, 3, DnsOutcome.ANSWERED, 3)
                .asked("server.test", AAAA, 4, 5, DnsOutcome.ANSWERED, 0)
                .asked("server.test", A, 4, 6, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                .started(7)
                .connected(8, 1, 0)
                .exchanged(CLIENT, 9, 20, 21, 200)
                .settled();
        assertThat(journeys).hasSize(1);
        assertThat(journeys.getFirst().resolutionNanos()).isEqualTo(6_000_000);
        assertThat(journeys.getFirst().began()).isEqualTo(at(0));
    }

    @Test
    void aNameThatNoSuffixHelpsIsOneFailureByTheNameThatWasMeant() {
        RequestJourney journey = new ToldEvents()
                .asked("nope.svc.cluster.local", A, 0, 1, DnsOutcome.ANSWERED, 3)
                .asked("nope.svc.cluster.local", AAAA, 0, 1, DnsOutcome.ANSWERED, 3)
                .asked("nope.cluster.local", A, 2, 3, DnsOutcome.ANSWERED, 3)
                .asked("nope", A, 4, 5, DnsOutcome.ANSWERED, 3)
                .asked("nope", AAAA, 4, 6, DnsOutcome.ANSWERED, 3)
                .only();
        assertThat(journey.destination().identity()).isEqualTo(new NameIdentity("nope"));
        assertThat(journey.exchange()).isEmpty();
    }

    @Test
    void eachAttemptToAskIsAFailureOfItsOwn() {
        ToldEvents events = new ToldEvents();
        for (int i = 0; i < 5; i++) {
            events.asked("nope.test", A, 1_000 * i, 1_000 * i + 2, DnsOutcome.ANSWERED, 3);
        }
        assertThat(events.settled()).hasSize(5);
    }

    @Test
    void anotherServersAnswerIsNoFailure() {
        List<RequestJourney> journeys = new ToldEvents()
                .asked("server.test", A, 0, 1_000, DnsOutcome.UNANSWERED, -1)
                .asked("server.test", A, 1_001, 1_003, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                .started(1_004)
                .connected(1_005, 1, 0)
                .exchanged(CLIENT, 1_006, 1_010, 1_011, 200)
                .settled();
        assertThat(journeys).hasSize(1);
        assertThat(journeys.getFirst().resolutionNanos()).isEqualTo(1_003_000_000);
    }

    @Test
    void whatAnotherProcessAskedIsKnownButWasNotWaitedFor() {
        RequestJourney journey = new ToldEvents()
                .asked(new ProcessRef(5, 0, 1, "nscd"), "server.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                .started(4)
                .connected(6, 2, 0)
                .exchanged(CLIENT, 7, 20, 25, 200)
                .only();
        assertThat(journey.resolution().orElseThrow().name()).isEqualTo("server.test");
        assertThat(journey.resolutionNanos()).isEqualTo(-1);
        assertThat(journey.began()).isEqualTo(at(4));
    }

    @Test
    void anAnswerThatCameLaterOrForAnotherAddressIsNotJoined() {
        RequestJourney journey = new ToldEvents()
                .asked("other.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.9")
                .started(4)
                .connected(6, 2, 0)
                .asked("server.test", A, 8, 9, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                .exchanged(CLIENT, 10, 20, 25, 200)
                .only();
        assertThat(journey.resolution()).isEmpty();
    }

    @Test
    void aConnectionThatEndsBeforeAnyAnswerIsToldOnce() {
        List<RequestJourney> journeys = new ToldEvents()
                .started(0)
                .connected(1, 1, 0)
                .reset(CLIENT, 40, ConnectionReset.Side.PEER, "")
                .closed(CLIENT, 40, CloseReason.RESET_BY_PEER, TcpState.ESTABLISHED, 0, 0)
                .settled();
        assertThat(journeys).hasSize(1);
        assertThat(journeys.getFirst().resets()).containsExactly(RequestJourney.RESET_BY_PEER);
        assertThat(new ToldEvents()
                        .started(0)
                        .connected(1, 1, 0)
                        .reset(CLIENT, 40, ConnectionReset.Side.PEER, "")
                        .closed(CLIENT, 40, CloseReason.RESET_BY_PEER, TcpState.ESTABLISHED, 0, 0)
                        .exchanged(CLIENT, 2, 0, 0, 0, -1, Completeness.CUT, 41)
                        .settled())
                .hasSize(1);
        assertThat(new ToldEvents()
                        .started(0)
                        .connected(1, 1, 0)
                        .closed(CLIENT, 40, CloseReason.FINISHED, TcpState.FIN_WAIT2, 0, 0)
                        .settled())
                .isEmpty();
    }

    @Test
    void memoryIsBounded() {
        ToldEvents events =
                new ToldEvents(JourneyOptions.DEFAULTS.withConnections(100).withWaiting(50));
        for (int i = 1; i <= 10_000; i++) {
            Connection connection = new Connection(
                    i, CLIENT, ToldEvents.CLIENT, ToldEvents.SERVER, ToldEvents.CURL, ToldEvents.CLIENT_SPACE, 0);
            events.tell(new ConnectStarted(at(0), 0, connection), CLIENT);
            events.asked("nope" + i + ".test", A, 0, 1, DnsOutcome.ANSWERED, 3);
            assertThat(events.tracker.sizes().getKey()).isLessThanOrEqualTo(100);
            assertThat(events.tracker.sizes().getValue()).isLessThanOrEqualTo(50);
        }
        JourneyTracker.Counts counts = events.tracker.counts();
        assertThat(counts.evicted()).isEqualTo(9_900);
        assertThat(counts.hurried()).isEqualTo(9_950);
        assertThat(events.settled()).hasSize(10_000);
    }

    @Test
    void closingTellsWhatWaits() {
        ToldEvents events = new ToldEvents().exchanged(CLIENT, 7, 20, 25, 200);
        events.tracker.close();
        assertThat(events.journeys).hasSize(1);
    }
}
