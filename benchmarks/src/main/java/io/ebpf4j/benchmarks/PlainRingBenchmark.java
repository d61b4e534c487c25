package io.ebpf4j.benchmarks;

import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.Verdict;
import io.ebpf4j.ring.ViewHandler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
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
 * What does a record of 48 bytes cost where no kernel is asked? The ring is plain memory and its producer is Java, so it needs no privilege and runs on
 * any system. One operation is a whole drain.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PlainRingBenchmark {
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
    private static final int HEADER = 8;
    private static final int STRIDE = HEADER + FlowRecord.SIZE;

    /** Bytes of the ring. */
    @Param("1048576")
    int size;

    /** Records in it. */
    @Param("15000")
    int records;

    private final Meter meter = new Meter();
    private final Arena arena = Arena.ofShared();
    private MemorySegment producer;
    private MemorySegment data;
    private RingBuffer ring;
    private long total;

    private final ViewHandler view = record -> {
        total += record.getLong(FlowRecord.BYTES) + record.getInt(FlowRecord.TYPE);
        return Verdict.CONTINUE;
    };
    private final ViewHandler byRecord = record -> {
        FlowRecord flow = record.decode(FlowRecord.CODEC);
        total += flow.bytes() + flow.type();
        return Verdict.CONTINUE;
    };

    /** Makes the ring. */
    @Setup
    public void open() {
        producer = arena.allocate(64, 64);
        data = arena.allocate(2L * size, 4096);
        ring = RingBuffer.over("plain", arena.allocate(64, 64), producer, data);
    }

    /** Writes the backlog as the kernel would. */
    @Setup(Level.Invocation)
    public void fill() {
        long position = (long) POSITION.get(producer, 0L);
        for (int i = 0; i < records; i++) {
            long at = position & size - 1;
            FlowRecord.CODEC.encode(new FlowRecord(i, 0, 0x0100007f, i & 1023, i & 3, 4242, i), data, at + HEADER);
            data.set(ValueLayout.JAVA_INT, at, FlowRecord.SIZE);
            position += STRIDE;
        }
        POSITION.setRelease(producer, 0L, position);
    }

    /** {@return a sum} Through the view of the record. */
    @Benchmark
    public long view() {
        return drain(view);
    }

    /** {@return a sum} Through a Java record of all members that stays in the handler. */
    @Benchmark
    public long record() {
        return drain(byRecord);
    }

    private long drain(ViewHandler handler) {
        meter.begin();
        long drained = ring.drain(handler);
        meter.end();
        if (drained != records) {
            throw new IllegalStateException("drained " + drained + " of " + records);
        }
        return total;
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
        meter.report();
        ring.close();
        arena.close();
    }
}
