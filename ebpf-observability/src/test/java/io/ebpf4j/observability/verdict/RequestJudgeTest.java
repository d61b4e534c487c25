package io.ebpf4j.observability.verdict;

import static io.ebpf4j.observability.event.Direction.CLIENT;
import static io.ebpf4j.observability.event.Direction.SERVER;
import static io.ebpf4j.observability.verdict.Confidence.HIGH;
import static io.ebpf4j.observability.verdict.Confidence.LOW;
import static io.ebpf4j.observability.verdict.Confidence.MEDIUM;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.CongestionState;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.verdict.ToldEvents.Answered;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What layers tell of one request, and what is to be said of it. */
class RequestJudgeTest {
    private static final int A = 1;
    private static final int AAAA = 28;
    private static final RequestJudge JUDGE = new RequestJudge(RequestJudgeOptions.DEFAULTS, LatencyBaseline.NONE);
    private static final RequestJudge USUALLY_20_MS =
            new RequestJudge(RequestJudgeOptions.DEFAULTS, (source, destination, reporter) -> OptionalDouble.of(0.020));

    record Scenario(
            String name,
            Consumer<ToldEvents> events,
            RequestJudge judge,
            Fault fault,
            Side side,
            Confidence confidence) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final class Table {
        private final List<Scenario> all = new ArrayList<>();

        void add(String name, Fault fault, Side side, Confidence confidence, Consumer<ToldEvents> events) {
            all.add(new Scenario(name, events, JUDGE, fault, side, confidence));
        }
    }

    static Stream<Scenario> scenarios() {
        Table table = new Table();
        table.add(
                "all is well",
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH,
                e -> e.asked("server.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                        .started(4)
                        .connected(5, 1, 0)
                        .exchanged(CLIENT, 6, 20, 21, 200));
        table.add(
                "a 404 is the client's business",
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH,
                e -> e.started(4).connected(5, 1, 0).exchanged(CLIENT, 6, 20, 21, 404));
        table.add("a 500", Fault.API_ERROR, Side.SERVER, HIGH, e -> e.exchanged(CLIENT, 6, 20, 21, 500));
        table.add(
                "a 500 after segments were sent again",
                Fault.API_ERROR,
                Side.SERVER,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .again(CLIENT, 300, CongestionState.LOSS, 0)
                        .exchanged(CLIENT, 6, 420, 421, 503));
        table.add(
                "gRPC says unavailable",
                Fault.API_ERROR,
                Side.SERVER,
                HIGH,
                e -> e.exchanged(CLIENT, 6, 20, 21, 200, 14, Completeness.WHOLE, 21));
        table.add(
                "gRPC says not found",
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH,
                e -> e.exchanged(CLIENT, 6, 20, 21, 200, 5, Completeness.WHOLE, 21));
        table.add(
                "a reset in place of an answer",
                Fault.API_ERROR,
                Side.SERVER,
                MEDIUM,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .reset(CLIENT, 40, ConnectionReset.Side.PEER, "")
                        .closed(CLIENT, 40, CloseReason.RESET_BY_PEER, TcpState.ESTABLISHED, 0, 0)
                        .exchanged(CLIENT, 6, 0, 0, 0, -1, Completeness.CUT, 41));
        table.add(
                "a load balancer resets in the middle of the answer",
                Fault.API_ERROR,
                Side.SERVER,
                MEDIUM,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .reset(CLIENT, 40, ConnectionReset.Side.PEER, "")
                        .closed(CLIENT, 40, CloseReason.RESET_BY_PEER, TcpState.ESTABLISHED, 0, 900)
                        .exchanged(CLIENT, 6, 20, 39, 200, -1, Completeness.CUT, 41));
        table.add(
                "a reset after the whole answer is a way to close",
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .exchanged(CLIENT, 6, 20, 39, 200)
                        .reset(CLIENT, 40, ConnectionReset.Side.PEER, "")
                        .closed(CLIENT, 40, CloseReason.RESET_BY_PEER, TcpState.ESTABLISHED, 0, 900));
        table.add(
                "the server closes without an answer",
                Fault.API_ERROR,
                Side.SERVER,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .closed(CLIENT, 30, CloseReason.FINISHED, TcpState.LAST_ACK, 0, 0)
                        .exchanged(CLIENT, 6, 0, 0, 0, -1, Completeness.CUT, 31));
        table.add(
                "the client gives up after three seconds",
                Fault.API_SLOW,
                Side.SERVER,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .closed(CLIENT, 3_010, CloseReason.FINISHED, TcpState.FIN_WAIT2, 0, 0)
                        .exchanged(CLIENT, 6, 0, 0, 0, -1, Completeness.CUT, 3_011));
        table.add(
                "the client gives up at once",
                Fault.NOT_ENOUGH_SEEN,
                Side.UNKNOWN,
                MEDIUM,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .closed(CLIENT, 30, CloseReason.ABORTED, TcpState.ESTABLISHED, 0, 0)
                        .reset(CLIENT, 30, ConnectionReset.Side.THIS_END, "TCP_ABORT_ON_LINGER")
                        .exchanged(CLIENT, 6, 0, 0, 0, -1, Completeness.CUT, 31));
        table.add(
                "the peer no longer acknowledges",
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .again(CLIENT, 210, CongestionState.LOSS, 0)
                        .again(CLIENT, 620, CongestionState.LOSS, 0)
                        .closed(CLIENT, 9_000, CloseReason.TIMED_OUT, TcpState.ESTABLISHED, 0, 0)
                        .exchanged(CLIENT, 6, 0, 0, 0, -1, Completeness.CUT, 9_001));
        table.add(
                "the next hop is gone in the middle",
                Fault.ROUTING,
                Side.CLIENT,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .again(CLIENT, 210, CongestionState.LOSS, 16)
                        .again(CLIENT, 620, CongestionState.LOSS, 16)
                        .closed(CLIENT, 9_000, CloseReason.TIMED_OUT, TcpState.ESTABLISHED, 0, 0)
                        .exchanged(CLIENT, 6, 0, 0, 0, -1, Completeness.CUT, 9_001));

        table.add(
                "the name does not exist, and never did",
                Fault.NAME_RESOLUTION,
                Side.CLIENT,
                MEDIUM,
                e -> e.asked("nope.test", A, 0, 3, DnsOutcome.ANSWERED, 3));
        table.add(
                "the name does not exist any more",
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH,
                e -> e.asked("server.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                        .asked("server.test", A, 60_000, 60_003, DnsOutcome.ANSWERED, 3));
        table.add(
                "the name server fails",
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH,
                e -> e.asked("server.test", A, 0, 3, DnsOutcome.ANSWERED, 2));
        table.add(
                "the name server is silent",
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH,
                e -> e.asked("server.test", A, 0, 5_000, DnsOutcome.UNANSWERED, -1));
        table.add(
                "the name took two seconds",
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH,
                e -> e.asked("server.test", A, 0, 2_000, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                        .started(2_001)
                        .connected(2_002, 1, 0)
                        .exchanged(CLIENT, 2_003, 2_020, 2_021, 200));
        table.add(
                "the address was there, the other type of question waited in vain",
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH,
                e -> e.asked("server.test", A, 0, 3, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                        .asked("server.test", AAAA, 0, 5_000, DnsOutcome.UNANSWERED, -1)
                        .started(5_001)
                        .connected(5_002, 1, 0)
                        .exchanged(CLIENT, 5_003, 5_020, 5_021, 200));
        table.add(
                "names were slow a minute ago",
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH,
                e -> e.asked("server.test", A, 0, 3_000, DnsOutcome.ANSWERED, 0, "192.0.2.2")
                        .started(63_000)
                        .connected(63_001, 1, 0)
                        .exchanged(CLIENT, 63_002, 63_010, 63_011, 200));

        table.add("refused", Fault.CONNECT, Side.SERVER, HIGH, e -> e.failed(1, FailureReason.REFUSED, 1, 0, 0));
        table.add("no route", Fault.ROUTING, Side.CLIENT, HIGH, e -> e.failed(0, FailureReason.NO_ROUTE, 0, 0, 0));
        table.add(
                "the next hop is silent",
                Fault.ROUTING,
                Side.CLIENT,
                HIGH,
                e -> e.failed(3_000, FailureReason.NEIGHBOUR_UNRESOLVED, 3_000, 0, 2));
        table.add(
                "given up while the next hop is silent",
                Fault.ROUTING,
                Side.CLIENT,
                HIGH,
                e -> e.failed(1_500, FailureReason.CANCELLED, 1_500, 0, 1));
        table.add(
                "unreachable, says a router",
                Fault.ROUTING,
                Side.NETWORK,
                HIGH,
                e -> e.failed(5, FailureReason.HOST_UNREACHABLE, 5, 0, 0));
        table.add("denied", Fault.FILTERED, Side.CLIENT, HIGH, e -> e.failed(0, FailureReason.DENIED, 0, 0, 0));
        table.add(
                "filtered",
                Fault.FILTERED,
                Side.NETWORK,
                HIGH,
                e -> e.failed(7_000, FailureReason.TIMED_OUT, 7_000, 2, 0));
        table.add(
                "filtered, and given up",
                Fault.FILTERED,
                Side.NETWORK,
                HIGH,
                e -> e.failed(2_000, FailureReason.CANCELLED, 2_000, 1, 0));
        table.add(
                "given up before a SYN was sent again",
                Fault.FILTERED,
                Side.NETWORK,
                LOW,
                e -> e.failed(800, FailureReason.CANCELLED, 800, 0, 0));
        table.add(
                "the loser of two attempts",
                Fault.NOT_ENOUGH_SEEN,
                Side.UNKNOWN,
                MEDIUM,
                e -> e.failed(20, FailureReason.CANCELLED, 20, 0, 0));
        table.add(
                "filtered by the client's own host",
                Fault.FILTERED,
                Side.CLIENT,
                HIGH,
                e -> e.dropped(1, "NETFILTER_DROP", ToldEvents.CLIENT_SPACE)
                        .failed(7_000, FailureReason.TIMED_OUT, 7_000, 2, 0));
        table.add(
                "filtered on the way, on this machine",
                Fault.FILTERED,
                Side.NETWORK,
                HIGH,
                e -> e.dropped(1, "TC_INGRESS", ToldEvents.SERVER_SPACE)
                        .failed(7_000, FailureReason.TIMED_OUT, 7_000, 2, 0));
        table.add(
                "the queue is full",
                Fault.BACKLOG,
                Side.SERVER,
                HIGH,
                e -> e.listener(0, "192.0.2.2", ToldEvents.SERVER_SPACE, 2, 1, 0)
                        .listener(1_000, "192.0.2.2", ToldEvents.SERVER_SPACE, 2, 1, 3)
                        .failed(7_000, FailureReason.TIMED_OUT, 7_000, 2, 0));
        table.add(
                "another address's queue is full",
                Fault.FILTERED,
                Side.NETWORK,
                HIGH,
                e -> e.listener(0, "192.0.2.9", ToldEvents.SERVER_SPACE, 2, 1, 0)
                        .listener(1_000, "192.0.2.9", ToldEvents.SERVER_SPACE, 2, 1, 3)
                        .failed(7_000, FailureReason.TIMED_OUT, 7_000, 2, 0));
        table.add(
                "the queue was full for a while",
                Fault.BACKLOG,
                Side.SERVER,
                HIGH,
                e -> e.listener(500, "0.0.0.0", ToldEvents.SERVER_SPACE, 2, 1, 0)
                        .started(0)
                        .connected(1_010, 1_010, 1)
                        .exchanged(CLIENT, 1_011, 1_020, 1_021, 200));
        table.add(
                "a SYN was lost",
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                MEDIUM,
                e -> e.started(0).connected(1_010, 1_010, 1).exchanged(CLIENT, 1_011, 1_020, 1_021, 200));
        table.add(
                "the connection waited to be accepted",
                Fault.BACKLOG,
                Side.SERVER,
                HIGH,
                e -> e.accepted(700, 700).exchanged(SERVER, 701, 710, 711, 200));

        table.add(
                "TLS: the client is too old",
                Fault.TLS,
                Side.CLIENT,
                HIGH,
                e -> e.started(0).connected(1, 1, 0).tls(5, 0x0302, 70, 3, Answered.NO));
        table.add(
                "TLS: the server wants something else",
                Fault.TLS,
                Side.SERVER,
                HIGH,
                e -> e.started(0).connected(1, 1, 0).tls(5, 0x0304, 40, 3, Answered.NO));
        table.add(
                "TLS: no answer to the hello",
                Fault.TLS,
                Side.SERVER,
                MEDIUM,
                e -> e.started(0).connected(1, 1, 0).tls(5_000, 0x0304, -1, 0, Answered.NO));
        table.add(
                "TLS: the hello is answered late",
                Fault.TLS,
                Side.SERVER,
                MEDIUM,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .tls(900, 0x0304, -1, 890, Answered.YES)
                        .exchanged(CLIENT, 905, 920, 921, 200));

        table.add(
                "the server is slow",
                Fault.API_SLOW,
                Side.SERVER,
                HIGH,
                e -> e.started(0).connected(1, 1, 0).exchanged(CLIENT, 2, 1_700, 1_701, 200));
        table.add(
                "the server's own end says it is slow",
                Fault.API_SLOW,
                Side.SERVER,
                HIGH,
                e -> e.accepted(1, 0.1).exchanged(SERVER, 2, 1_700, 1_701, 200));
        table.add(
                "late, for a segment was lost thrice",
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .again(CLIENT, 205, CongestionState.LOSS, 0)
                        .again(CLIENT, 610, CongestionState.LOSS, 0)
                        .again(CLIENT, 1_420, CongestionState.LOSS, 0)
                        .exchanged(CLIENT, 2, 1_440, 1_441, 200));
        table.add(
                "late by the server, though a segment was lost",
                Fault.API_SLOW,
                Side.SERVER,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .again(CLIENT, 205, CongestionState.LOSS, 0)
                        .exchanged(CLIENT, 2, 3_000, 3_001, 200));
        table.add(
                "segments were lost after the answer",
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .exchanged(CLIENT, 2, 20, 21, 200)
                        .again(CLIENT, 300, CongestionState.LOSS, 0));
        table.add(
                "the client reads slowly, the server's end tells",
                Fault.RECEIVER_SLOW,
                Side.CLIENT,
                HIGH,
                e -> e.accepted(1, 0.1)
                        .sampled(SERVER, 2, 0)
                        .exchanged(SERVER, 3, 10, 4_000, 200)
                        .closed(SERVER, 4_100, CloseReason.FINISHED, TcpState.LAST_ACK, 3_600, 10));
        table.add(
                "the server does not read the upload",
                Fault.RECEIVER_SLOW,
                Side.SERVER,
                HIGH,
                e -> e.started(0)
                        .connected(1, 1, 0)
                        .exchanged(CLIENT, 2, 3_000, 3_001, 200)
                        .closed(CLIENT, 3_010, CloseReason.FINISHED, TcpState.FIN_WAIT2, 2_700, 10));

        List<Scenario> all = table.all;
        all.add(new Scenario(
                "four times the usual",
                e -> e.started(0).connected(1, 1, 0).exchanged(CLIENT, 2, 90, 91, 200),
                USUALLY_20_MS,
                Fault.API_SLOW,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "twice the usual",
                e -> e.started(0).connected(1, 1, 0).exchanged(CLIENT, 2, 45, 46, 200),
                USUALLY_20_MS,
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void blames(Scenario scenario) {
        ToldEvents events = new ToldEvents();
        scenario.events().accept(events);
        RequestJourney journey = events.only();
        LayerVerdict verdict = scenario.judge().judge(journey);
        assertThat(List.of(verdict.fault(), verdict.side(), Confidence.of(verdict)))
                .as("%s of %s", verdict, journey)
                .containsExactly(scenario.fault(), scenario.side(), scenario.confidence());
    }

    @Test
    void theEvidenceHasTheNumbers() {
        LayerVerdict verdict = JUDGE.judge(new ToldEvents()
                .started(0)
                .connected(1, 1, 0)
                .exchanged(CLIENT, 2, 1_702, 1_703, 200)
                .only());
        assertThat(verdict.evidence())
                .containsExactly(new Evidence(Fault.API_SLOW, "wait for the answer, less the way", 1.699, "s", 1.0));
        assertThat(verdict.summary()).isEqualTo("API slow, at the server: it took 1.7 s to answer");
    }
}
