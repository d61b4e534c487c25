package io.ebpf4j.benchmarks;

import io.ebpf4j.observability.aggregate.AggregateOptions;
import io.ebpf4j.observability.aggregate.Family;
import io.ebpf4j.observability.aggregate.FlowAggregator;
import io.ebpf4j.observability.event.EventDemultiplexer;
import io.ebpf4j.observability.event.EventFormat;
import io.ebpf4j.observability.event.EventType;
import io.ebpf4j.observability.identity.IdentityResolver;
import io.ebpf4j.ring.RingBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does an event cost from the ring to its series? Records of retransmissions of so many connections, each a series of its own, lie in a ring of plain
 * memory; one operation drains them through the demultiplexer into the aggregate. With a reader, another thread takes snapshots all the time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AggregateBenchmark {
    private static final int LEAST_RECORDS = 10_000;
    private static final long HEADER = 8;
    private static final byte CLIENT = 1;
    private static final byte DATA = 1;

    /** Who looks on. */
    public enum Reader {
        /** Nobody. */
        NONE,
        /** A thread that takes one snapshot after the other. */
        SNAPSHOTS
    }

    /** Connections, each with a series of its own. */
    @Param("10000")
    int keys;

    /** Who looks on. */
    @Param("NONE")
    Reader reader;

    private final Meter meter = new Meter();
    private final Arena arena = Arena.ofShared();
    private MemorySegment consumer;
    private MemorySegment producer;
    private MemorySegment data;
    private FlowAggregator aggregator;
    private EventDemultiplexer demultiplexer;
    private RingBuffer ring;
    private int records;
    private long end;
    private volatile boolean done;
    private Thread snapshots;

    /** Lays the records out. */
    @Setup
    public void fill() {
        BundledTypes types = BundledTypes.of("tcp");
        EventFormat format = EventFormat.bind(types.btf());
        records = Math.max(keys, LEAST_RECORDS);
        long length = types.size("retransmitted");
        long stride = length + HEADER + 7 & -8L;
        end = stride * records;
        consumer = arena.allocate(64, 64);
        producer = arena.allocate(64, 64);
        data = arena.allocate(4 * Long.highestOneBit(end), 4096);
        long cookie = types.offset("event_header", "cookie");
        long time = types.offset("event_header", "timestamp");
        long remote = types.offset("connection_event", "remote_address");
        for (int i = 0; i < records; i++) {
            long at = i * stride;
            data.set(ValueLayout.JAVA_INT, at, (int) length);
            MemorySegment record = data.asSlice(at + HEADER, length);
            record.set(ValueLayout.JAVA_BYTE, 0, (byte) format.number(EventType.RETRANSMITTED));
            record.set(ValueLayout.JAVA_LONG_UNALIGNED, cookie, 1 + i % keys);
            record.set(ValueLayout.JAVA_LONG_UNALIGNED, time, 1_000_000_000L + i);
            record.set(ValueLayout.JAVA_SHORT_UNALIGNED, remote + 10, (short) -1);
            record.set(ValueLayout.JAVA_INT_UNALIGNED, remote + 12, i % keys);
            record.set(ValueLayout.JAVA_BYTE, types.offset("connection_event", "role"), CLIENT);
            record.set(ValueLayout.JAVA_INT_UNALIGNED, types.offset("retransmitted", "segments"), 1);
            record.set(ValueLayout.JAVA_BYTE, types.offset("retransmitted", "segment"), DATA);
        }
        aggregator = new FlowAggregator(
                AggregateOptions.DEFAULTS
                        .withSeries(Family.TCP, keys + 16)
                        .withIdentities(keys + 16)
                        .withAddresses(AggregateOptions.Part.KEPT)
                        .withConnections(Integer.highestOneBit(keys) * 4),
                1);
        demultiplexer = new EventDemultiplexer(format, aggregator.tcp(IdentityResolver.NONE));
        if (reader == Reader.SNAPSHOTS) {
            snapshots = Thread.ofPlatform().daemon().start(() -> {
                while (!done) {
                    aggregator.snapshot();
                }
            });
        }
    }

    /** Makes the same records new ones: a ring that begins again. */
    @Setup(Level.Invocation)
    public void rewind() {
        consumer.set(ValueLayout.JAVA_LONG, 0, 0);
        producer.set(ValueLayout.JAVA_LONG, 0, end);
        ring = RingBuffer.over("events", consumer, producer, data);
    }

    /** {@return events} */
    @Benchmark
    public long drain() {
        meter.begin();
        long drained = ring.drain(demultiplexer);
        meter.end();
        if (drained != records) {
            throw new IllegalStateException("drained " + drained + " of " + records);
        }
        return drained;
    }

    /** Checks that what was fed was counted, and gives the memory back. */
    @TearDown
    public void close() throws InterruptedException {
        meter.report();
        done = true;
        if (snapshots != null) {
            snapshots.join();
        }
        int series = aggregator.snapshot().tcp().size();
        if (series != keys || demultiplexer.rejected() != 0) {
            throw new IllegalStateException(series + " series, " + demultiplexer.rejected() + " records rejected");
        }
        arena.close();
    }
}
