package io.ebpf4j.observability.verdict;

import static io.ebpf4j.observability.verdict.Confidence.HIGH;
import static io.ebpf4j.observability.verdict.Confidence.LOW;
import static io.ebpf4j.observability.verdict.Confidence.MEDIUM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ebpf4j.observability.event.FailureReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PairJudgeTest {
    private static final PairJudge JUDGE = new PairJudge(PairJudgeOptions.DEFAULTS);

    /** What happened, and what is to be said of it. */
    record Scenario(String name, PairCase pair, Fault fault, Side side, Confidence confidence) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static PairWindow window(Consumer<WindowDraft> what) {
        WindowDraft draft = new WindowDraft();
        what.accept(draft);
        return draft.window();
    }

    private static PairCase pair(Consumer<WindowDraft> what) {
        return PairCase.of(window(what));
    }

    /** A thousand answers of 20 ms, seen from both ends. */
    private static void healthy(WindowDraft draft) {
        draft.client
                .answers(200, 1_000)
                .latency(0.020)
                .segments(4_000, 2)
                .roundTrip(0.001)
                .opened(40);
        draft.server.answers(200, 1_000).latency(0.018).segments(4_000, 1).opened(40);
    }

    private static void healthyAtTheClient(WindowDraft draft) {
        draft.client
                .answers(200, 1_000)
                .latency(0.020)
                .segments(4_000, 2)
                .roundTrip(0.001)
                .opened(40);
    }

    private static List<Double> mostlyAndSome(double most, double some, long count, double share) {
        List<Double> values = new ArrayList<>(WindowDraft.around(most, (long) (count * (1 - share))));
        values.addAll(WindowDraft.around(some, (long) (count * share)));
        Collections.shuffle(values, new Random(3));
        return values;
    }

    static Stream<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>();
        PairWindow before = window(PairJudgeTest::healthy);
        PairWindow beforeAtTheClient = window(PairJudgeTest::healthyAtTheClient);

        // Nothing, or not enough
        all.add(new Scenario("healthy", pair(PairJudgeTest::healthy), Fault.NONE_SEEN, Side.UNKNOWN, HIGH));
        all.add(new Scenario(
                "healthy, as before",
                pair(PairJudgeTest::healthy).withBaseline(before),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario("nothing at all", pair(w -> {}), Fault.NOT_ENOUGH_SEEN, Side.UNKNOWN, MEDIUM));
        all.add(new Scenario(
                "healthy under low traffic",
                pair(w -> w.client.answers(200, 3).latency(0.02).segments(12, 0).opened(1)),
                Fault.NOT_ENOUGH_SEEN,
                Side.UNKNOWN,
                MEDIUM));
        all.add(new Scenario(
                "low traffic, one segment sent again",
                pair(w -> w.client.answers(200, 3).latency(0.02).segments(12, 1).opened(1)),
                Fault.NOT_ENOUGH_SEEN,
                Side.UNKNOWN,
                MEDIUM));
        all.add(new Scenario(
                "a single error in 10,000",
                pair(w -> {
                    w.client.answers(200, 9_999).answers(500, 1).latency(0.02).segments(40_000, 4);
                }),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "one error in ten",
                pair(w -> w.client.answers(200, 9).answers(503, 1).latency(0.02)),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "connections of a protocol that is not understood",
                pair(w -> w.client.opened(100).segments(5_000, 3)),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                MEDIUM));

        // The server's errors
        all.add(new Scenario(
                "500s, seen from both ends",
                pair(w -> {
                    w.client.answers(200, 660).answers(500, 340).latency(0.02).segments(4_000, 1);
                    w.server.answers(200, 660).answers(500, 340).latency(0.02).segments(4_000, 1);
                }),
                Fault.API_ERROR,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "500s, the server's side unseen",
                pair(w -> w.client.answers(200, 50).answers(500, 50).latency(0.02)),
                Fault.API_ERROR,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "the only request failed",
                pair(w -> w.client.answers(500, 1).latency(0.02)),
                Fault.API_ERROR,
                Side.SERVER,
                LOW));
        all.add(new Scenario(
                "three of three failed",
                pair(w -> w.client.answers(502, 3).latency(0.02)),
                Fault.API_ERROR,
                Side.SERVER,
                MEDIUM));
        all.add(new Scenario(
                "500s with retransmits",
                pair(w -> {
                    w.client.answers(200, 500).answers(500, 500).latency(0.02).segments(4_000, 120);
                    w.server.answers(200, 500).answers(500, 500).latency(0.02).segments(4_000, 100);
                }),
                Fault.API_ERROR,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "few errors, much loss",
                pair(w ->
                        w.client.answers(200, 970).answers(500, 30).latency(0.3).segments(4_000, 800)),
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "the client gets errors that the server did not send",
                pair(w -> {
                    w.client.answers(200, 800).answers(502, 200).latency(0.02);
                    w.server.answers(200, 990).latency(0.02);
                }),
                Fault.API_ERROR,
                Side.NETWORK,
                MEDIUM));
        all.add(new Scenario(
                "a load balancer resets in the middle of answers",
                pair(w -> {
                    w.client.answers(200, 100).latency(0.02).journeys(100).cause(Fault.API_ERROR, Side.SERVER, 20);
                    w.server.answers(200, 100).latency(0.02).journeys(100);
                }),
                Fault.API_ERROR,
                Side.NETWORK,
                MEDIUM));
        all.add(new Scenario(
                "gRPC errors, which no status shows",
                pair(w -> {
                    w.client.answers(200, 400).latency(0.02).journeys(400).cause(Fault.API_ERROR, Side.SERVER, 90);
                }),
                Fault.API_ERROR,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "requests are refused as never before",
                pair(w -> w.client.answers(200, 500).answers(403, 500).latency(0.02))
                        .withBaseline(before),
                Fault.API_ERROR,
                Side.CLIENT,
                MEDIUM));
        all.add(new Scenario(
                "404s as ever",
                pair(w -> w.client.answers(200, 500).answers(404, 500).latency(0.02))
                        .withBaseline(window(w ->
                                w.client.answers(200, 500).answers(404, 500).latency(0.02))),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "errors and slow ones: the server times out inside",
                pair(w -> {
                            w.client.answers(200, 500).answers(504, 500).latency(3.0);
                            w.server.answers(200, 500).answers(504, 500).latency(3.0);
                        })
                        .withBaseline(before),
                Fault.API_ERROR,
                Side.SERVER,
                HIGH));

        // Slow, and who is to blame for it
        all.add(new Scenario(
                "the server is slow, both ends say so",
                pair(w -> {
                            w.client
                                    .answers(200, 1_000)
                                    .latency(0.220)
                                    .segments(4_000, 2)
                                    .roundTrip(0.001);
                            w.server.answers(200, 1_000).latency(0.218).segments(4_000, 1);
                        })
                        .withBaseline(before),
                Fault.API_SLOW,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "the server is slow, its end unseen",
                pair(w -> w.client
                                .answers(200, 1_000)
                                .latency(0.220)
                                .segments(4_000, 2)
                                .roundTrip(0.001))
                        .withBaseline(beforeAtTheClient),
                Fault.API_SLOW,
                Side.SERVER,
                MEDIUM));
        all.add(new Scenario(
                "slow without a baseline",
                pair(w ->
                        w.client.answers(200, 50).latency(1.8).segments(300, 0).roundTrip(0.001)),
                Fault.API_SLOW,
                Side.SERVER,
                MEDIUM));
        all.add(new Scenario(
                "slow as ever, and below the bound",
                pair(w -> w.client.answers(200, 500).latency(0.6))
                        .withBaseline(window(w -> w.client.answers(200, 500).latency(0.6))),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "a fifth is slow",
                pair(w -> {
                            w.client
                                    .answers(200, 1_000)
                                    .latencies(mostlyAndSome(0.02, 0.4, 1_000, 0.2))
                                    .roundTrip(0.001);
                            w.server.answers(200, 1_000).latencies(mostlyAndSome(0.018, 0.398, 1_000, 0.2));
                        })
                        .withBaseline(before),
                Fault.API_SLOW,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "three slow ones of few prove nothing",
                pair(w -> w.client
                                .answers(200, 20)
                                .latencies(mostlyAndSome(0.02, 0.4, 20, 0.15))
                                .roundTrip(0.001))
                        .withBaseline(beforeAtTheClient),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "late at the client, not at the server, and segments are lost",
                pair(w -> {
                            w.client
                                    .answers(200, 1_000)
                                    .latency(0.120)
                                    .segments(4_000, 300)
                                    .roundTrip(0.001);
                            w.server.answers(200, 1_000).latency(0.018).segments(4_000, 320);
                        })
                        .withBaseline(before),
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "late, little loss, but that explains it",
                pair(w -> {
                            w.client
                                    .answers(200, 100)
                                    .latency(0.09)
                                    .segments(4_000, 35)
                                    .roundTrip(0.001)
                                    .stall(7);
                            w.server.answers(200, 100).latency(0.018).segments(4_000, 10);
                        })
                        .withBaseline(before),
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                MEDIUM));
        all.add(new Scenario(
                "a little loss does not explain a server that is ten times slower",
                pair(w -> {
                            w.client
                                    .answers(200, 1_000)
                                    .latency(0.260)
                                    .segments(4_000, 80)
                                    .roundTrip(0.001);
                            w.server.answers(200, 1_000).latency(0.250).segments(4_000, 10);
                        })
                        .withBaseline(before),
                Fault.API_SLOW,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "late at the client alone, nothing lost: requests wait on the server's host",
                pair(w -> {
                            w.client
                                    .answers(200, 1_000)
                                    .latency(0.320)
                                    .segments(4_000, 2)
                                    .roundTrip(0.001);
                            w.server.answers(200, 1_000).latency(0.018).segments(4_000, 1);
                        })
                        .withBaseline(before),
                Fault.API_SLOW,
                Side.SERVER,
                MEDIUM));
        all.add(new Scenario(
                "the way became long",
                pair(w -> {
                            w.client
                                    .answers(200, 1_000)
                                    .latency(0.110)
                                    .segments(4_000, 2)
                                    .roundTrip(0.090);
                            w.server.answers(200, 1_000).latency(0.018).segments(4_000, 1);
                        })
                        .withBaseline(before),
                Fault.TRANSPORT_SLOW,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "a slow reader makes the server look slow",
                pair(w -> {
                            w.client.answers(200, 100).latency(0.02);
                            w.server.answers(200, 100).latency(2.5).zeroWindow(240);
                        })
                        .withBaseline(before),
                Fault.RECEIVER_SLOW,
                Side.CLIENT,
                HIGH));
        all.add(new Scenario(
                "a server that does not read uploads",
                pair(w -> w.client.answers(200, 100).latency(0.4).zeroWindow(30)),
                Fault.RECEIVER_SLOW,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "a window closed for a moment",
                pair(w -> {
                    healthy(w);
                    w.server.zeroWindow(0.4);
                }),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));

        // The transport
        all.add(new Scenario(
                "loss to the outside, with nothing else wrong",
                pair(w -> w.client
                        .answers(200, 200)
                        .latency(0.3)
                        .segments(2_000, 160)
                        .roundTrip(0.02)),
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "loss on another pair is none of this one",
                pair(PairJudgeTest::healthy).withElsewhere(window(w -> w.client.segments(5_000, 900))),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "the client loses with everybody",
                pair(w -> w.client.answers(200, 200).latency(0.3).segments(2_000, 160))
                        .withElsewhere(window(w -> w.client.segments(9_000, 700))),
                Fault.TRANSPORT_LOSS,
                Side.CLIENT,
                HIGH));
        all.add(new Scenario(
                "the server loses with everybody",
                pair(w -> {
                            w.client.answers(200, 200).latency(0.3).segments(2_000, 160);
                            w.server.answers(200, 200).latency(0.02).segments(2_000, 160);
                        })
                        .withOthers(window(w -> w.client.segments(9_000, 700))),
                Fault.TRANSPORT_LOSS,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "only the server's end has to send again",
                pair(w -> w.server.answers(200, 300).latency(0.02).segments(6_000, 420)),
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "loss, and some events of the window are missing",
                pair(w -> {
                    w.lost(40);
                    w.client.answers(200, 200).latency(0.3).segments(2_000, 160);
                }),
                Fault.TRANSPORT_LOSS,
                Side.NETWORK,
                MEDIUM));

        // Before there is a connection
        all.add(new Scenario(
                "refused", pair(w -> w.client.failed(FailureReason.REFUSED, 12)), Fault.CONNECT, Side.SERVER, HIGH));
        all.add(new Scenario(
                "refused by some",
                pair(w -> {
                    healthyAtTheClient(w);
                    w.client.failed(FailureReason.REFUSED, 20);
                }),
                Fault.CONNECT,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "no port is free",
                pair(w -> w.client.opened(500).failed(FailureReason.NO_LOCAL_ADDRESS, 90)),
                Fault.CONNECT,
                Side.CLIENT,
                HIGH));
        all.add(new Scenario(
                "filtered",
                pair(w -> w.client.failed(FailureReason.TIMED_OUT, 8).syns(48)),
                Fault.FILTERED,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "filtered, and the client gives up early",
                pair(w -> w.client.failed(FailureReason.CANCELLED, 8).syns(16)),
                Fault.FILTERED,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "attempts given up at once are the client's own doing",
                pair(w -> w.client.opened(20).failed(FailureReason.CANCELLED, 20)),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                MEDIUM));
        all.add(new Scenario(
                "the client's own firewall",
                pair(w -> w.client.failed(FailureReason.DENIED, 9)),
                Fault.FILTERED,
                Side.CLIENT,
                HIGH));
        all.add(new Scenario(
                "no route", pair(w -> w.client.failed(FailureReason.NO_ROUTE, 5)), Fault.ROUTING, Side.CLIENT, HIGH));
        all.add(new Scenario(
                "the next hop is silent",
                pair(w -> w.client.failed(FailureReason.NEIGHBOUR_UNRESOLVED, 5).unsent(20)),
                Fault.ROUTING,
                Side.CLIENT,
                HIGH));
        all.add(new Scenario(
                "a router says unreachable",
                pair(w -> w.client.failed(FailureReason.HOST_UNREACHABLE, 9)),
                Fault.ROUTING,
                Side.NETWORK,
                HIGH));
        all.add(new Scenario(
                "a full queue: SYNs sent again, the listener turned away",
                pair(w -> {
                    w.client
                            .opened(60)
                            .failed(FailureReason.TIMED_OUT, 20)
                            .syns(90)
                            .segments(400, 0);
                    w.server.opened(60);
                    w.listenerDrops(110);
                }),
                Fault.BACKLOG,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "SYNs alone are lost, the server unseen",
                pair(w -> w.client.opened(100).syns(30).segments(5_000, 3)),
                Fault.BACKLOG,
                Side.SERVER,
                MEDIUM));
        all.add(new Scenario(
                "connections wait to be accepted",
                pair(w -> {
                            w.client.answers(200, 100).latency(0.9).opened(100).roundTrip(0.001);
                            w.server.answers(200, 100).latency(0.02).opened(100).queue(0.8);
                        })
                        .withBaseline(before),
                Fault.BACKLOG,
                Side.SERVER,
                HIGH));
        all.add(new Scenario(
                "every second connection is lost on a lossy way",
                pair(w -> w.client
                        .opened(30)
                        .failed(FailureReason.TIMED_OUT, 30)
                        .syns(150)
                        .segments(3_000, 700)),
                Fault.FILTERED,
                Side.NETWORK,
                MEDIUM));

        // Names and TLS
        all.add(new Scenario(
                "the name does not exist",
                pair(w -> w.client.journeys(15).cause(Fault.NAME_RESOLUTION, Side.CLIENT, 15)),
                Fault.NAME_RESOLUTION,
                Side.CLIENT,
                HIGH));
        all.add(new Scenario(
                "names take long, most of the time",
                pair(w -> {
                    w.client
                            .answers(200, 100)
                            .latency(0.02)
                            .journeys(100)
                            .resolutions(90, 140)
                            .cause(Fault.NAME_RESOLUTION, Side.RESOLVER, 80);
                }),
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH));
        all.add(new Scenario(
                "one slow name, then all is fine",
                pair(w -> {
                    w.client
                            .answers(200, 1_000)
                            .latency(0.02)
                            .journeys(1_000)
                            .resolutions(40, 5)
                            .cause(Fault.NAME_RESOLUTION, Side.RESOLVER, 1);
                }),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "a name server that fails",
                pair(w -> w.names(200, 20, 40, 10, 0.002)),
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH));
        all.add(new Scenario(
                "search lists ask for what does not exist",
                pair(w -> w.names(500, 0, 0, 400, 0.002)),
                Fault.NONE_SEEN,
                Side.UNKNOWN,
                HIGH));
        all.add(new Scenario(
                "a name server that is slow",
                pair(w -> w.names(40, 0, 0, 0, 1.4)),
                Fault.NAME_RESOLUTION,
                Side.RESOLVER,
                HIGH));
        all.add(new Scenario(
                "handshakes fail",
                pair(w -> w.client.opened(30).journeys(30).cause(Fault.TLS, Side.SERVER, 30)),
                Fault.TLS,
                Side.SERVER,
                HIGH));

        // What only one of many clients gets
        all.add(new Scenario(
                "errors for this client alone",
                pair(w -> w.client.answers(200, 20).answers(500, 80).latency(0.02))
                        .withOthers(window(PairJudgeTest::healthy)),
                Fault.API_ERROR,
                Side.SERVER,
                HIGH));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void blames(Scenario scenario) {
        LayerVerdict verdict = JUDGE.judge(scenario.pair());
        assertThat(List.of(verdict.fault(), verdict.side(), Confidence.of(verdict)))
                .as("%s", verdict)
                .containsExactly(scenario.fault(), scenario.side(), scenario.confidence());
        assertThat(verdict.summary()).isNotBlank();
        if (verdict.fault().compareTo(Fault.NONE_SEEN) < 0) {
            assertThat(verdict.evidence()).isNotEmpty();
            assertThat(verdict.evidence().getFirst().fault()).isEqualTo(verdict.fault());
        }
    }

    @Test
    void whatElseIsIllIsInTheEvidence() {
        LayerVerdict verdict = JUDGE.judge(window(w -> {
            w.client.answers(200, 500).answers(500, 500).latency(0.02).segments(4_000, 200);
        }));
        assertThat(verdict.fault()).isEqualTo(Fault.API_ERROR);
        assertThat(verdict.evidence()).extracting(Evidence::fault).contains(Fault.API_ERROR, Fault.TRANSPORT_LOSS);
        Evidence loss = verdict.evidence().stream()
                .filter(one -> one.fault() == Fault.TRANSPORT_LOSS)
                .findFirst()
                .orElseThrow();
        assertThat(loss.value()).isCloseTo(5.0, within(1e-9));
        assertThat(loss.unit()).isEqualTo("%");
    }

    @Test
    void whatOtherClientsGotIsEvidence() {
        LayerVerdict verdict = JUDGE.judge(
                pair(w -> w.client.answers(500, 80).latency(0.02)).withOthers(window(PairJudgeTest::healthy)));
        assertThat(verdict.evidence()).anySatisfy(one -> assertThat(one.what()).contains("other clients", "1000"));
    }

    /** Values of the lower end of Wilson's interval from R: {@code prop.test(x, n, correct = FALSE)$conf.int[1]}. */
    @Test
    void sharesAreHeldAgainstTheLowerEndOfTheirInterval() {
        assertThat(PairJudge.atLeast(1, 10)).isCloseTo(0.0179, within(0.0002));
        assertThat(PairJudge.atLeast(10, 100)).isCloseTo(0.0552, within(0.0002));
        assertThat(PairJudge.atLeast(3, 3)).isCloseTo(0.4385, within(0.0002));
        assertThat(PairJudge.atLeast(0, 50)).isZero();
        assertThat(PairJudge.atLeast(0, 0)).isZero();
    }
}
