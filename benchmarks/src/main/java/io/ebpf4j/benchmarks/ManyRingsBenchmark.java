package io.ebpf4j.benchmarks;

import io.ebpf4j.object.BpfObject;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.RingPoller;
import io.ebpf4j.ring.Verdict;
import io.ebpf4j.ring.ViewHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * What does it cost to take records out of many rings by turns? Every ring has its own program and its own backlog; one poller drains them all. The twin is
 * {@code ring_drain.c} with as many rings. One operation is one round over all rings.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ManyRingsBenchmark {
    /** How many rings. */
    @Param("16")
    int rings;

    /** Bytes of each. */
    @Param("65536")
    int size;

    /** Records in each. */
    @Param("900")
    int records;

    private final Meter meter = new Meter();
    private final List<BpfObject> objects = new ArrayList<>();
    private final List<BpfProgram> fills = new ArrayList<>();
    private RingPoller poller;
    private TestRun run;
    private long total;

    private final ViewHandler view = record -> {
        total += record.getLong(FlowRecord.BYTES) + record.getInt(FlowRecord.TYPE);
        return Verdict.CONTINUE;
    };

    /** Loads the programs and their rings. */
    @Setup
    public void load() {
        poller = RingPoller.create();
        for (int i = 0; i < rings; i++) {
            BpfObject object = BpfObject.open(BenchObject.spec("ring"))
                    .with(options -> options.withMaxEntries("ring", size))
                    .load();
            objects.add(object);
            fills.add(object.program("fill"));
            poller.add(RingBuffer.open(object.map("ring")), view);
        }
        run = TestRun.once().withContext(BenchObject.fillArguments(records));
    }

    /** Makes the backlogs that the next round takes. */
    @Setup(Level.Invocation)
    public void fill() {
        for (BpfProgram fill : fills) {
            fill.testRun(run);
        }
    }

    /** {@return a sum} */
    @Benchmark
    public long poll() {
        meter.begin();
        long drained = poller.poll(Duration.ZERO);
        meter.end();
        if (drained != (long) records * rings) {
            throw new IllegalStateException("drained " + drained);
        }
        return total;
    }

    /** Gives the rings and the programs back. */
    @TearDown
    public void close() {
        meter.report();
        poller.close();
        objects.forEach(BpfObject::close);
    }
}
