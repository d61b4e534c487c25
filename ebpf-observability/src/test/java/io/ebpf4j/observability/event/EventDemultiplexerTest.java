package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventDemultiplexerTest {
    private static final int OFFSET = 24;

    private final List<ConnectivityEvent> events = new ArrayList<>();
    private final EventFormat format = EventFormat.bind(
            BundledBtf.load(), new EnumNames(EventFormat.RESET_REASONS, Map.of(1L, "SK_RST_REASON_NO_SOCKET")));
    private final EventDemultiplexer demultiplexer = new EventDemultiplexer(format, EventHandler.events(events::add));

    static List<RecordedEvent> recorded() {
        return RecordedEvent.all();
    }

    @Test
    void theRecordingHasEveryKind() {
        assertThat(recorded())
                .extracting(event -> EventType.valueOf(event.expected().get("type")))
                .contains(EventType.values());
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void readsWhatTheCProgramRead(RecordedEvent recorded) {
        Verdict verdict = demultiplexer.handle(recorded.inRing(OFFSET), OFFSET, recorded.bytes().length);

        assertThat(verdict).isEqualTo(Verdict.CONTINUE);
        assertThat(events).hasSize(1);
        ConnectionEvent event = (ConnectionEvent) events.getFirst();
        assertThat(event.timestamp()).isEqualTo(recorded.number("timestamp"));
        assertThat(event.cpu()).isEqualTo((int) recorded.number("cpu"));
        Connection connection = event.connection();
        assertThat(connection.cookie()).isEqualTo(recorded.number("cookie"));
        assertThat(connection.direction().name()).isEqualTo(recorded.expected().get("direction"));
        assertThat(connection.local()).hasToString(recorded.expected().get("local"));
        assertThat(connection.remote()).hasToString(recorded.expected().get("remote"));
        assertThat(connection.networkNamespace()).isEqualTo(recorded.number("netns"));
        assertThat(connection.cgroup()).isEqualTo(recorded.number("cgroup"));
        assertThat(connection.process())
                .isEqualTo(new ProcessRef(
                        (int) recorded.number("pid"),
                        (int) recorded.number("uid"),
                        recorded.number("started"),
                        recorded.expected().get("comm")));
        switch (event) {
            case ConnectStarted started -> assertThat(recorded.expected()).containsEntry("type", "CONNECT_STARTED");
            case Connected connected -> {
                assertThat(connected.latency()).isEqualTo(Duration.ofNanos(recorded.number("latency")));
                assertThat(connected.synRetransmits()).isEqualTo((int) recorded.number("syn"));
                assertThat(connected.roundTrip()).isEqualTo(micros(recorded, "rtt"));
            }
            case ConnectFailed failed -> {
                assertThat(failed.error()).isEqualTo((int) recorded.number("error"));
                assertThat(failed.duration()).isEqualTo(Duration.ofNanos(recorded.number("duration")));
                assertThat(failed.synRetransmits()).isEqualTo((int) recorded.number("syn"));
                assertThat(failed.unsentRetransmits()).isEqualTo((int) recorded.number("unsent"));
            }
            case Accepted accepted ->
                assertThat(accepted.queued()).isEqualTo(Duration.ofNanos(recorded.number("queued")));
            case Closed closed -> checkClosed(recorded, closed);
            case Retransmitted again -> {
                assertThat(again.segment().name()).isEqualTo(recorded.expected().get("again"));
                assertThat(again.error()).isEqualTo((int) recorded.number("error"));
                assertThat(again.isSent()).isEqualTo(recorded.number("error") == 0);
                assertThat(again.segments()).isEqualTo((int) recorded.number("segments"));
                assertThat(again.sequence()).isEqualTo((int) recorded.number("sequence"));
                assertThat(again.congestion().ordinal()).isEqualTo((int) recorded.number("congestion"));
                assertThat(again.state().ordinal()).isEqualTo((int) recorded.number("state"));
            }
            case ConnectionReset reset -> {
                assertThat(reset.side().name()).isEqualTo(recorded.expected().get("side"));
                // enum sk_rst_reason of the kernel that it was recorded on
                assertThat(reset.reason()).isEqualTo(recorded.number("reason") == 1 ? "NO_SOCKET" : "");
                assertThat(reset.state().ordinal()).isEqualTo((int) recorded.number("state"));
            }
            case CongestionChanged changed -> {
                assertThat(changed.before().ordinal()).isEqualTo((int) recorded.number("before"));
                assertThat(changed.after().ordinal()).isEqualTo((int) recorded.number("after"));
                assertThat(changed.window()).isEqualTo((int) recorded.number("window"));
                assertThat(changed.threshold()).isEqualTo((int) recorded.number("threshold"));
            }
            case SocketSample sample -> {
                assertThat(sample.age()).isEqualTo(Duration.ofNanos(recorded.number("age")));
                assertThat(sample.state().ordinal()).isEqualTo((int) recorded.number("state"));
                assertThat(sample.congestionWindow()).isEqualTo((int) recorded.number("window"));
                assertThat(sample.peerWindow()).isEqualTo(recorded.number("peer_window"));
                assertThat(sample.unacknowledged()).isEqualTo(recorded.number("unacknowledged"));
                assertThat(sample.unread()).isEqualTo(recorded.number("unread"));
                checkTraffic(recorded, sample.traffic());
                assertThat(sample.traffic().bytesSent()).isEqualTo(100); // what the recorded client had written
            }
            case ListenerSample sample -> {
                assertThat(sample.backlog()).isEqualTo((int) recorded.number("backlog"));
                assertThat(sample.maximum()).isEqualTo((int) recorded.number("maximum"));
                assertThat(sample.drops()).isEqualTo(recorded.number("drops"));
            }
        }
    }

    private static void checkClosed(RecordedEvent recorded, Closed closed) {
        assertThat(closed.error()).isEqualTo((int) recorded.number("error"));
        assertThat(closed.duration()).isEqualTo(Duration.ofNanos(recorded.number("duration")));
        assertThat(closed.before().ordinal()).isEqualTo((int) recorded.number("before"));
        Traffic traffic = closed.traffic();
        checkTraffic(recorded, traffic);
        // the recorded clients sent 1,000 bytes and got 10,000, or sent 200: sequence numbers of SYN and FIN are no
        // bytes
        boolean client = closed.connection().direction() == Direction.CLIENT;
        boolean local = recorded.expected().get("local").contains(":8080")
                || recorded.expected().get("remote").contains(":8080");
        assertThat(client ? traffic.bytesSent() : traffic.bytesReceived()).isEqualTo(local ? 1_000 : 200);
        assertThat(client ? traffic.bytesReceived() : traffic.bytesSent()).isEqualTo(local ? 10_000 : 0);
        assertThat(closed.reason()).isEqualTo(CloseReason.FINISHED);
    }

    private static void checkTraffic(RecordedEvent recorded, Traffic traffic) {
        assertThat(traffic.bytesRetransmitted()).isEqualTo(recorded.number("bytes_retrans"));
        assertThat(traffic.segmentsSent() + "/" + traffic.segmentsReceived())
                .isEqualTo(recorded.expected().get("segments"));
        assertThat(traffic.dataSegmentsSent() + "/" + traffic.dataSegmentsReceived())
                .isEqualTo(recorded.expected().get("data"));
        assertThat(traffic.retransmits()).isEqualTo((int) recorded.number("retransmits"));
        assertThat(traffic.delivered()).isEqualTo((int) recorded.number("delivered"));
        assertThat(traffic.lost()).isEqualTo((int) recorded.number("lost"));
        assertThat(traffic.roundTrip()).isEqualTo(micros(recorded, "rtt"));
        assertThat(traffic.roundTripDeviation()).isEqualTo(micros(recorded, "deviation"));
        assertThat(traffic.roundTripMinimum()).isEqualTo(micros(recorded, "minimum"));
        RoundTrips life = traffic.roundTrips();
        assertThat(String.join(
                        "/",
                        Integer.toString(life.samples()),
                        micros(life.least()),
                        micros(life.mean()),
                        micros(life.most()),
                        micros(life.deviation()),
                        micros(life.minimum())))
                .isEqualTo(recorded.expected().get("life"));
        assertThat(traffic.zeroWindow().toNanos() + "/" + traffic.zeroWindows())
                .isEqualTo(recorded.expected().get("zero"));
    }

    private static String micros(Duration duration) {
        return Long.toString(duration.toNanos() / 1_000);
    }

    private static Duration micros(RecordedEvent recorded, String name) {
        return Duration.ofNanos(recorded.number(name) * 1_000);
    }

    @Test
    void tellsWhyTheRecordedAttemptsFailed() {
        for (RecordedEvent recorded : recorded()) {
            demultiplexer.handle(recorded.inRing(0), 0, recorded.bytes().length);
        }
        assertThat(events)
                .filteredOn(ConnectFailed.class::isInstance)
                .extracting(event -> ((ConnectFailed) event).reason())
                .containsExactly(FailureReason.REFUSED, FailureReason.NEIGHBOUR_UNRESOLVED, FailureReason.NO_ROUTE);
    }

    @Test
    void countsAndSkipsAnUnknownKind() {
        byte[] bytes = recorded().getFirst().bytes();
        bytes[0] = (byte) 255;
        demultiplexer.handle(MemorySegment.ofArray(bytes), 0, bytes.length);
        assertThat(events).isEmpty();
        assertThat(demultiplexer.rejected()).isEqualTo(1);
    }

    @Test
    void countsAndSkipsARecordThatIsTooShort() {
        for (RecordedEvent recorded : recorded()) {
            for (int length : new int[] {0, 1, 23, recorded.bytes().length - 1}) {
                demultiplexer.handle(recorded.inRing(0).asSlice(0, length), 0, length);
            }
        }
        assertThat(events).isEmpty();
        assertThat(demultiplexer.rejected()).isEqualTo(4L * recorded().size());
    }

    @Test
    void countsWhatItDelivered() {
        for (RecordedEvent recorded : recorded()) {
            demultiplexer.handle(recorded.inRing(0), 0, recorded.bytes().length);
        }
        for (EventType type : EventType.values()) {
            assertThat(demultiplexer.delivered(type))
                    .as("%s", type)
                    .isEqualTo(recorded().stream()
                            .filter(event -> event.expected().get("type").equals(type.name()))
                            .count());
        }
    }

    @Test
    void allocatesNothingForARecord() {
        Summing handler = new Summing();
        EventDemultiplexer hot = new EventDemultiplexer(format, handler);
        List<RecordedEvent> all = recorded();
        MemorySegment[] rings = all.stream().map(event -> event.inRing(OFFSET)).toArray(MemorySegment[]::new);
        int[] lengths = all.stream().mapToInt(event -> event.bytes().length).toArray();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 50 && allocated != 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                hot.handle(rings[i % rings.length], OFFSET, lengths[i % rings.length]);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(handler.sum).isNotZero();
        assertThat(allocated / 20_000).isZero();
    }

    /** Reads what an aggregate would. */
    private static final class Summing implements EventHandler {
        private long sum;

        @Override
        public void connected(ConnectedView view) {
            sum += view.cookie()
                    + view.latencyNanos()
                    + view.remoteLow()
                    + view.direction().ordinal();
        }

        @Override
        public void connectFailed(ConnectFailedView view) {
            sum += view.reason().ordinal() + view.remotePort();
        }

        @Override
        public void closed(ClosedView view) {
            sum += view.bytesSent() + view.bytesReceived() + view.reason().ordinal() + view.pid();
        }
    }
}
