package io.ebpf4j.observability.verdict;

import static io.ebpf4j.observability.event.Direction.CLIENT;
import static io.ebpf4j.observability.event.Direction.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.CongestionState;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.TcpState;
import io.ebpf4j.observability.protocol.Completeness;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two journeys that differ in one input, and two verdicts. */
class FlippedInputTest {
    private static final RequestJudge JUDGE = new RequestJudge(RequestJudgeOptions.DEFAULTS, LatencyBaseline.NONE);
    private static final long MUCH = 24 << 20;
    private static final String HERE = "192.0.2.2";

    /** What is said of a fault and its side. */
    record Blame(Fault fault, Side side) {}

    /** The events, made of the one input, its two values, and what each leads to. */
    record Flip<T>(String name, BiConsumer<ToldEvents, T> events, T one, Blame ofOne, T other, Blame ofOther) {
        Blame judged(T input) {
            ToldEvents told = new ToldEvents();
            events.accept(told, input);
            LayerVerdict verdict = JUDGE.judge(told.only());
            return new Blame(verdict.fault(), verdict.side());
        }

        List<Blame> both() {
            return List.of(judged(one), judged(other));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Flip<?>> flips() {
        Blame well = new Blame(Fault.NONE_SEEN, Side.UNKNOWN);
        Blame unseen = new Blame(Fault.NOT_ENOUGH_SEEN, Side.UNKNOWN);
        Blame serverSlow = new Blame(Fault.API_SLOW, Side.SERVER);
        Blame serverError = new Blame(Fault.API_ERROR, Side.SERVER);
        Blame readerSlow = new Blame(Fault.RECEIVER_SLOW, Side.CLIENT);
        Blame backlog = new Blame(Fault.BACKLOG, Side.SERVER);
        Blame filtered = new Blame(Fault.FILTERED, Side.NETWORK);
        Blame loss = new Blame(Fault.TRANSPORT_LOSS, Side.NETWORK);
        return Stream.of(
                new Flip<Long>(
                        "silence: what the listener has turned away by the next sweep",
                        (e, drops) -> e.listener(0, HERE, ToldEvents.SERVER_SPACE, 0, 1, 5)
                                .failed(7_000, FailureReason.TIMED_OUT, 7_000, 2, 0)
                                .listener(15_000, HERE, ToldEvents.SERVER_SPACE, 0, 1, drops),
                        8L,
                        backlog,
                        5L,
                        filtered),
                new Flip<Long>(
                        "a SYN sent again: what the listener has turned away by the next sweep",
                        (e, drops) -> e.listener(0, HERE, ToldEvents.SERVER_SPACE, 0, 1, 5)
                                .started(1)
                                .connected(1_011, 1_010, 1)
                                .exchanged(CLIENT, 1_012, 1_020, 1_021, 200)
                                .listener(15_000, HERE, ToldEvents.SERVER_SPACE, 0, 1, drops),
                        6L,
                        backlog,
                        5L,
                        loss),
                new Flip<Double>(
                        "a late answer handed over in one call: how long the reader's window was closed",
                        (e, closed) -> e.accepted(1, 0.1)
                                .sampled(SERVER, 2, 0)
                                .answered(SERVER, 3, 4_000, 4_000, MUCH)
                                .closed(SERVER, 4_100, CloseReason.FINISHED, TcpState.LAST_ACK, closed, 10),
                        3_600.0,
                        readerSlow,
                        0.0,
                        serverSlow),
                new Flip<Long>(
                        "a late answer on a connection that stays open, no sample: how many bytes",
                        (e, bytes) -> e.accepted(1, 0.1).sampled(SERVER, 2, 0).answered(SERVER, 3, 4_000, 4_000, bytes),
                        MUCH,
                        unseen,
                        1_000L,
                        serverSlow),
                new Flip<Double>(
                        "much on a connection that stays open, no sample: how late it was handed over",
                        (e, end) -> e.accepted(1, 0.1).sampled(SERVER, 2, 0).answered(SERVER, 3, end, end, MUCH),
                        4_000.0,
                        unseen,
                        30.0,
                        well),
                new Flip<Double>(
                        "much on a connection that stays open: whether a sample is taken before it has settled",
                        (e, time) -> {
                            e.accepted(1, 0.1).sampled(SERVER, 2, 0).answered(SERVER, 3, 4_000, 4_000, MUCH);
                            e.tracker.elapse(ToldEvents.at(time - 1));
                            e.sampled(SERVER, time, 3_600);
                        },
                        4_010.0,
                        readerSlow,
                        60_000.0,
                        unseen),
                new Flip<Integer>(
                        "the status",
                        (e, status) -> e.exchanged(CLIENT, 6, 20, 21, status),
                        500,
                        serverError,
                        499,
                        well),
                new Flip<Integer>(
                        "segments sent again: whether they left this host",
                        (e, error) -> e.started(0)
                                .connected(1, 1, 0)
                                .again(CLIENT, 300, CongestionState.LOSS, error)
                                .exchanged(CLIENT, 6, 420, 421, 200),
                        0,
                        loss,
                        -1,
                        new Blame(Fault.ROUTING, Side.CLIENT)),
                new Flip<ConnectionReset.Side>(
                        "a reset in place of an answer: whose",
                        (e, side) -> e.started(0)
                                .connected(1, 1, 0)
                                .reset(CLIENT, 40, side, "")
                                .closed(CLIENT, 40, CloseReason.RESET_BY_PEER, TcpState.ESTABLISHED, 0, 0)
                                .exchanged(CLIENT, 6, 0, 0, 0, -1, Completeness.CUT, 41),
                        ConnectionReset.Side.PEER,
                        serverError,
                        ConnectionReset.Side.THIS_END,
                        unseen),
                new Flip<FailureReason>(
                        "no connection: what the kernel gives for the reason",
                        (e, reason) -> e.failed(7_000, reason, 7_000, 2, 0),
                        FailureReason.REFUSED,
                        new Blame(Fault.CONNECT, Side.SERVER),
                        FailureReason.TIMED_OUT,
                        filtered));
    }

    @ParameterizedTest
    @MethodSource("flips")
    void theVerdictFlips(Flip<?> flip) {
        assertThat(flip.both()).containsExactly(flip.ofOne(), flip.ofOther());
    }
}
