package io.ebpf4j.benchmarks;

import io.ebpf4j.kernel.sys.Memory;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.ring.AddressHandler;
import io.ebpf4j.ring.RecordHandler;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.Verdict;
import io.ebpf4j.ring.ViewHandler;
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
 * What does it cost to take a record of 48 bytes out of a kernel ring buffer? A BPF program fills the ring before each drain; only the drain is timed. The
 * twin is {@code ring_drain.c}. One operation is a whole drain.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingDrainBenchmark {
    private static final MemorySegment ALL = Memory.all();

    /** Bytes of the ring. */
    @Param("1048576")
    int size;

    /** Records in it. */
    @Param("15000")
    int records;

    private final Meter meter = new Meter();
    private final FlowRecord.Flow flow = new FlowRecord.Flow();
    private BpfObject object;
    private BpfProgram fill;
    private RingBuffer ring;
    private TestRun run;
    private long total;

    private final ViewHandler view = record -> {
        total += record.getLong(FlowRecord.BYTES) + record.getInt(FlowRecord.TYPE);
        return Verdict.CONTINUE;
    };
    private final ViewHandler byFlyweight = record -> {
        flow.over(record);
        total += flow.bytes() + flow.type();
        return Verdict.CONTINUE;
    };
    private final ViewHandler byRecord = record -> {
        FlowRecord flow = record.decode(FlowRecord.CODEC);
        total += flow.bytes() + flow.type();
        return Verdict.CONTINUE;
    };
    private final RecordHandler segment = (bytes, offset, length) -> {
        total += bytes.get(ValueLayout.JAVA_LONG, offset + FlowRecord.BYTES)
                + bytes.get(ValueLayout.JAVA_INT, offset + FlowRecord.TYPE);
        return Verdict.CONTINUE;
    };
    private final AddressHandler address = (start, length) -> {
        total += ALL.get(ValueLayout.JAVA_LONG, start + FlowRecord.BYTES)
                + ALL.get(ValueLayout.JAVA_INT, start + FlowRecord.TYPE);
        return Verdict.CONTINUE;
    };

    /** Loads the program and its ring. */
    @Setup
    public void load() {
        object = BpfObject.open(BenchObject.spec("ring"))
                .with(options -> options.withMaxEntries("ring", size))
                .load();
        fill = object.program("fill");
        ring = RingBuffer.open(object.map("ring"));
        run = TestRun.once().withContext(BenchObject.fillArguments(records));
    }

    /** Makes the backlog that the next drain takes. */
    @Setup(Level.Invocation)
    public void fill() {
        fill.testRun(run);
    }

    /** {@return a sum} Through the view of the record. */
    @Benchmark
    public long view() {
        return drain(view);
    }

    /** {@return a sum} Through a flyweight with named accessors over the view. */
    @Benchmark
    public long flyweight() {
        return drain(byFlyweight);
    }

    /** {@return a sum} Through a Java record of all members that stays in the handler. */
    @Benchmark
    public long record() {
        return drain(byRecord);
    }

    /** {@return a sum} Through a memory segment over the whole ring. */
    @Benchmark
    public long segment() {
        return drain(segment);
    }

    /** {@return a sum} By address, without bounds. */
    @Benchmark
    public long address() {
        return drain(address);
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

    /** Gives the ring and the program back. */
    @TearDown
    public void close() {
        meter.report();
        ring.close();
        object.close();
    }
}
