package io.ebpf4j.observability.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.EventDemultiplexer;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.EventType;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.IdentityResolver;
import io.ebpf4j.observability.identity.IdentityTable;
import io.ebpf4j.observability.identity.ProcessIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.Resolution;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** TCP from its records where they lie. */
class TcpViewsTest {
    private static final int CONNECTIONS = 10_000;

    private final TcpRecords records = new TcpRecords();
    private final IdentityTable table = new IdentityTable(1_000);
    private int resolved;

    /** An end is the port that it has. */
    private final IdentityResolver resolver = subject -> {
        resolved++;
        return resolution(new ProcessIdentity("port-" + subject.endpoint().port(), ""));
    };

    private Resolution resolution(Identity identity) {
        return new Resolution(table.number(identity), identity, List.of());
    }

    private IdentifiedEvent identify(ConnectivityEvent event) {
        Connection connection = ((ConnectionEvent) event).connection();
        Resolution near =
                resolution(new ProcessIdentity("port-" + connection.local().port(), ""));
        Resolution far =
                resolution(new ProcessIdentity("port-" + connection.remote().port(), ""));
        return connection.direction() == Direction.SERVER
                ? new IdentifiedEvent(event, Direction.SERVER, far, near)
                : new IdentifiedEvent(event, connection.direction(), near, far);
    }

    @Test
    void viewsAndEventsAddUpToTheSame() {
        FlowAggregator byViews = new FlowAggregator(AggregateOptions.DEFAULTS, 1);
        FlowAggregator byEvents = new FlowAggregator(AggregateOptions.DEFAULTS, 1);
        EventDemultiplexer views = new EventDemultiplexer(records.format(), byViews.tcp(resolver));
        EventDemultiplexer events = new EventDemultiplexer(
                records.format(), EventHandler.events(event -> byEvents.accept(identify(event))));
        for (MemorySegment record : TcpRecords.all()) {
            views.handle(record, 0, (int) record.byteSize());
            events.handle(record, 0, (int) record.byteSize());
        }
        Snapshot found = byViews.snapshot(byViews.latest(), 0);
        Snapshot expected = byEvents.snapshot(byEvents.latest(), 0);
        assertThat(found.tcp()).isEqualTo(expected.tcp());
        assertThat(found.ports()).containsExactlyInAnyOrderElementsOf(expected.ports());
        assertThat(found.families()).isEqualTo(expected.families());
        assertThat(found).isEqualTo(expected);
        assertThat(byViews.snapshot().tcp())
                .hasSizeGreaterThan(3)
                .anySatisfy(tcp -> assertThat(tcp.bytesSent()).isPositive());
        assertThat(byViews.snapshot().tcp())
                .filteredOn(tcp -> tcp.flow().source().equals(ReservedIdentity.UNKNOWN))
                .allSatisfy(tcp -> assertThat(tcp.flow().reporter()).isEqualTo(Direction.SERVER));
        assertThat(TcpRecords.all())
                .anySatisfy(record -> assertThat(record.get(ValueLayout.JAVA_BYTE, 0))
                        .isEqualTo((byte) records.format().number(EventType.LISTENER_SAMPLE)));
    }

    /** Samples of as many connections, each of a series of its own, that go on. */
    @Test
    void aRecordOfAKnownConnectionAllocatesNothing() {
        FlowAggregator aggregator = new FlowAggregator(
                AggregateOptions.DEFAULTS
                        .withSeries(Family.TCP, CONNECTIONS)
                        .withAddresses(AggregateOptions.Part.KEPT)
                        .withConnections(1 << 16),
                1);
        EventDemultiplexer demultiplexer = new EventDemultiplexer(records.format(), aggregator.tcp(resolver));
        MemorySegment sample = records.first(EventType.SOCKET_SAMPLE);
        MemorySegment again = records.first(EventType.RETRANSMITTED);
        long cookie = records.offset("event_header", "cookie");
        long sent = records.offset("socket_sample", "traffic", "segments_sent");
        long port = records.offset("socket_sample", "connection", "remote_address") + 12;
        long role = records.offset("connection_event", "role");
        long ends = records.offset("connection_event", "local_address");
        sample.set(
                ValueLayout.JAVA_BYTE, role, records.first(EventType.CONNECTED).get(ValueLayout.JAVA_BYTE, role));
        again.asSlice(ends, role + 1 - ends).copyFrom(sample.asSlice(ends, role + 1 - ends));
        again.set(ValueLayout.JAVA_INT_UNALIGNED, records.offset("retransmitted", "error"), 0);
        int[] round = {0};
        Runnable feed = () -> {
            round[0]++;
            for (int i = 0; i < CONNECTIONS; i++) {
                sample.set(ValueLayout.JAVA_LONG_UNALIGNED, cookie, 1_000_000 + i);
                sample.set(ValueLayout.JAVA_INT_UNALIGNED, sent, round[0]);
                sample.set(ValueLayout.JAVA_INT_UNALIGNED, port, i);
                demultiplexer.handle(sample, 0, (int) sample.byteSize());
                again.set(ValueLayout.JAVA_LONG_UNALIGNED, cookie, 1_000_000 + i);
                demultiplexer.handle(again, 0, (int) again.byteSize());
            }
        };
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        feed.run();
        int first = resolved;
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 30 && least != 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            feed.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
        assertThat(resolved).isEqualTo(first).isEqualTo(2 * CONNECTIONS);
        Snapshot snapshot = aggregator.snapshot();
        assertThat(snapshot.tcp().size()).isEqualTo(CONNECTIONS);
        long all = (long) round[0] * CONNECTIONS;
        assertThat(snapshot.tcp().stream()
                        .mapToLong(tcp -> tcp.retransmits() + tcp.synRetransmits())
                        .sum())
                .isEqualTo(all);
        assertThat(snapshot.tcp().stream().mapToLong(Snapshot.Tcp::segmentsSent).sum())
                .isEqualTo(all);
    }
}
