package io.ebpf4j.benchmarks;

import io.ebpf4j.object.BpfObject;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.ring.PerfBuffer;
import io.ebpf4j.ring.PerfHandler;
import io.ebpf4j.ring.PerfOptions;
import io.ebpf4j.ring.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * What does it cost to take a sample of 48 bytes out of a perf buffer? The twin is {@code perf_drain.c}: libbpf's perf_buffer__consume over the same
 * backlog. One operation is a whole drain.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PerfDrainBenchmark {
    /** Pages of each CPU's buffer. */
    @Param("256")
    int pages;

    /** Samples that one run of the program sends. */
    @Param("4000")
    int records;

    /** Runs of the program before a drain. */
    @Param("4")
    int fills;

    private final Meter meter = new Meter();
    private BpfObject object;
    private BpfProgram fill;
    private PerfBuffer buffer;
    private TestRun run;
    private long total;

    private final PerfHandler view = (cpu, sample) -> {
        total += sample.getLong(FlowRecord.BYTES) + sample.getInt(FlowRecord.TYPE);
        return Verdict.CONTINUE;
    };

    /** Loads the program and opens the buffer. */
    @Setup
    public void load() {
        object = BpfObject.open(BenchObject.spec("perf")).load();
        fill = object.program("fill");
        buffer = PerfBuffer.open(object.map("perf"), PerfOptions.DEFAULT.withPages(pages));
        run = TestRun.once()
                .withContext(ByteBuffer.allocate(8)
                        .order(ByteOrder.nativeOrder())
                        .putLong(records)
                        .array());
    }

    /** Makes the backlog that the next drain takes. */
    @Setup(Level.Invocation)
    public void fill() {
        for (int i = 0; i < fills; i++) {
            fill.testRun(run);
        }
    }

    /** {@return a sum} */
    @Benchmark
    public long view() {
        meter.begin();
        long drained = buffer.drain(view);
        meter.end();
        if (drained != (long) records * fills) {
            throw new IllegalStateException("drained " + drained + " of " + records * fills);
        }
        return total;
    }

    /** Gives the buffer and the program back. */
    @TearDown
    public void close() {
        meter.report();
        buffer.close();
        object.close();
    }
}
