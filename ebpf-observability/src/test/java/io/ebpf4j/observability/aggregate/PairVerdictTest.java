package io.ebpf4j.observability.aggregate;

import static io.ebpf4j.observability.aggregate.SyntheticEvents.connection;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.service;
import static io.ebpf4j.observability.aggregate.SyntheticEvents.traffic;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.event.Retransmitted.Segment;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.PairCase;
import io.ebpf4j.observability.verdict.PairJudge;
import io.ebpf4j.observability.verdict.PairJudgeOptions;
import io.ebpf4j.observability.verdict.Side;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From events to the verdict of a pair: what the aggregator makes of them, in two windows, seen from both ends or from one. */
class PairVerdictTest {
    private static final PairJudge JUDGE = new PairJudge(PairJudgeOptions.DEFAULTS);
    private static final Identity RESUMES = service("resumes", "resumes-1");
    private static final Identity CORE = service("core-api", "core-api-1");
    private static final long MILLISECOND = 1_000_000;

    /** Which ends are watched. */
    enum Seen {
        BOTH,
        CLIENT,
        SERVER;

        boolean isOf(Direction end) {
            return switch (this) {
                case BOTH -> true;
                case CLIENT -> end == Direction.CLIENT;
                case SERVER -> end == Direction.SERVER;
            };
        }
    }

    /** The pair's traffic, as the watched ends tell it. */
    private static final class Traffic {
        private final SyntheticEvents events = new SyntheticEvents();
        private final FlowAggregator aggregator = new FlowAggregator(AggregateOptions.DEFAULTS, 1);
        private final Seen seen;
        private long now = 1_000_000_000;
        private long cookie;

        Traffic(Seen seen) {
            this.seen = seen;
        }

        private void tell(Direction end, ConnectivityEvent event) {
            if (seen.isOf(end)) {
                aggregator.accept(events.identified(event, end, RESUMES, CORE));
            }
        }

        /** Requests, each over a connection of its own; segments that the client sends again go with some of them. */
        Traffic requests(int count, int status, double atClient, double atServer, int sentAgain) {
            for (int i = 0; i < count; i++) {
                now += 10 * MILLISECOND;
                Connection client = connection(++cookie, Direction.CLIENT);
                Connection server = connection(++cookie, Direction.SERVER);
                long late = (long) (atClient * MILLISECOND * (0.8 + 0.4 * i / count));
                long own = (long) (atServer * MILLISECOND * (0.8 + 0.4 * i / count));
                tell(Direction.CLIENT, SyntheticEvents.connected(now, client, 300_000, 300));
                tell(Direction.SERVER, SyntheticEvents.accepted(now, server, 50_000));
                if (i < sentAgain) {
                    tell(
                            Direction.CLIENT,
                            SyntheticEvents.retransmitted(now + 210 * MILLISECOND, client, Segment.DATA, 1, 0));
                }
                tell(
                        Direction.CLIENT,
                        SyntheticEvents.http(now, client, "GET", "/jobs", status, late, Optional.empty()));
                tell(
                        Direction.SERVER,
                        SyntheticEvents.http(now, server, "GET", "/jobs", status, own, Optional.empty()));
                tell(
                        Direction.CLIENT,
                        SyntheticEvents.closed(now + late, client, late, traffic(100, 200, 5, 4, 0, 300)));
                tell(
                        Direction.SERVER,
                        SyntheticEvents.closed(now + late, server, late, traffic(200, 100, 4, 5, 0, 300)));
            }
            return this;
        }

        Traffic refused(int count) {
            for (int i = 0; i < count; i++) {
                now += MILLISECOND;
                tell(
                        Direction.CLIENT,
                        new ConnectFailed(
                                now,
                                0,
                                connection(++cookie, Direction.CLIENT),
                                FailureReason.REFUSED,
                                111,
                                Duration.ofNanos(200_000),
                                0,
                                0));
            }
            return this;
        }

        Traffic gap(long lost) {
            aggregator.accept(events.identified(
                    new GapEvent(
                            now, -1, new RecordKind(Layer.HTTP, "payload"), GapEvent.Cause.RING_FULL, lost, 1, now),
                    Direction.UNKNOWN,
                    RESUMES,
                    CORE));
            return this;
        }
    }

    /** The verdict on a window after one in which all was well, with answers of ten milliseconds. */
    private static LayerVerdict verdict(Seen seen, Consumer<Traffic> what) {
        Traffic traffic = new Traffic(seen).requests(200, 200, 10, 9, 0);
        Snapshot before = traffic.aggregator.snapshot();
        what.accept(traffic);
        Snapshot window = traffic.aggregator.snapshot().since(before);
        return JUDGE.judge(PairCase.of(
                service("resumes", ""),
                service("core-api", ""),
                window,
                JourneySummary.Counted.NONE,
                Optional.of(before)));
    }

    private static void is(LayerVerdict verdict, Fault fault, Side side) {
        assertThat(List.of(verdict.fault(), verdict.side())).as("%s", verdict).containsExactly(fault, side);
    }

    @ParameterizedTest
    @EnumSource(Seen.class)
    void asBefore(Seen seen) {
        LayerVerdict verdict = verdict(seen, traffic -> traffic.requests(200, 200, 10, 9, 0));
        is(verdict, Fault.NONE_SEEN, Side.UNKNOWN);
        assertThat(verdict.confidence()).isGreaterThan(0.85);
    }

    @ParameterizedTest
    @EnumSource(Seen.class)
    void oneThirdFails(Seen seen) {
        LayerVerdict verdict =
                verdict(seen, traffic -> traffic.requests(132, 200, 10, 9, 0).requests(68, 500, 10, 9, 0));
        is(verdict, Fault.API_ERROR, Side.SERVER);
        assertThat(verdict.confidence()).isGreaterThan(0.8);
        assertThat(verdict.summary()).contains("34 %");
    }

    @ParameterizedTest
    @EnumSource(Seen.class)
    void slowSinceTheUpgrade(Seen seen) {
        LayerVerdict verdict = verdict(seen, traffic -> traffic.requests(200, 200, 801, 800, 0));
        is(verdict, Fault.API_SLOW, Side.SERVER);
    }

    /** Nothing was lost and the way is short, so requests lie on the server's host; that is less sure than its own word. */
    @Test
    void lateAtTheClientAlone() {
        Consumer<Traffic> late = traffic -> traffic.requests(200, 200, 801, 9, 0);
        LayerVerdict unread = verdict(Seen.BOTH, late);
        is(unread, Fault.API_SLOW, Side.SERVER);
        assertThat(unread.confidence()).isLessThan(0.65);
        assertThat(unread.summary()).contains("before it reads them");
        is(verdict(Seen.SERVER, late), Fault.NONE_SEEN, Side.UNKNOWN);
        LayerVerdict blind = verdict(Seen.CLIENT, late);
        is(blind, Fault.API_SLOW, Side.SERVER);
        assertThat(blind.confidence())
                .isLessThan(verdict(Seen.BOTH, traffic -> traffic.requests(200, 200, 801, 800, 0))
                        .confidence());
    }

    @Test
    void lostSegments() {
        Consumer<Traffic> lossy =
                traffic -> traffic.requests(100, 200, 10, 9, 0).requests(100, 200, 260, 9, 100);
        is(verdict(Seen.BOTH, lossy), Fault.TRANSPORT_LOSS, Side.NETWORK);
        is(verdict(Seen.CLIENT, lossy), Fault.TRANSPORT_LOSS, Side.NETWORK);
    }

    @Test
    void refused() {
        Consumer<Traffic> refused = traffic -> traffic.refused(40);
        is(verdict(Seen.BOTH, refused), Fault.CONNECT, Side.SERVER);
        is(verdict(Seen.CLIENT, refused), Fault.CONNECT, Side.SERVER);
        is(verdict(Seen.SERVER, refused), Fault.NOT_ENOUGH_SEEN, Side.UNKNOWN);
    }

    @Test
    void nothingInTheWindow() {
        is(verdict(Seen.BOTH, traffic -> {}), Fault.NOT_ENOUGH_SEEN, Side.UNKNOWN);
    }

    @Test
    void whatIsMissingMakesLessSure() {
        Consumer<Traffic> failing =
                traffic -> traffic.requests(132, 200, 10, 9, 0).requests(68, 500, 10, 9, 0);
        LayerVerdict whole = verdict(Seen.BOTH, failing);
        LayerVerdict part = verdict(Seen.BOTH, failing.andThen(traffic -> traffic.gap(17)));
        is(part, Fault.API_ERROR, Side.SERVER);
        assertThat(part.confidence()).isLessThan(whole.confidence());
        assertThat(part.evidence()).anySatisfy(evidence -> {
            assertThat(evidence.fault()).isEqualTo(Fault.NOT_ENOUGH_SEEN);
            assertThat(evidence.value()).isEqualTo(17);
        });
    }
}
