package io.ebpf4j.benchmarks;

import io.ebpf4j.object.BpfObject;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.ring.UserRingBuffer;
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
 * What does it cost to give a program a record of 48 bytes through a user ring buffer? A program takes them out between the operations. The twin is
 * {@code user_ring.c}. One operation writes all records.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class UserRingBenchmark {
    /** Records that one operation writes. */
    @Param("10000")
    int records;

    private final Meter meter = new Meter();
    private BpfObject object;
    private BpfProgram drain;
    private UserRingBuffer ring;
    private TestRun run;

    /** Loads the program and its ring. */
    @Setup
    public void load() {
        object = BpfObject.open(BenchObject.spec("user_ring")).load();
        drain = object.program("drain");
        ring = UserRingBuffer.open(object.map("user_ring"));
        run = TestRun.once().withContext(new byte[16]);
    }

    /** Lets the program take what was written. */
    @Setup(Level.Invocation)
    public void drain() {
        drain.testRun(run);
    }

    /** Reserves, writes in place and submits. */
    @Benchmark
    public void write() {
        meter.begin();
        MemorySegment memory = ring.segment();
        for (int i = 0; i < records; i++) {
            long at = ring.reserve(FlowRecord.SIZE);
            if (at == UserRingBuffer.FULL) {
                throw new IllegalStateException("full after " + i);
            }
            memory.set(ValueLayout.JAVA_LONG, at, i);
            memory.set(ValueLayout.JAVA_LONG, at + 8, 0);
            memory.set(ValueLayout.JAVA_LONG, at + 16, 0x0100007f);
            memory.set(ValueLayout.JAVA_LONG, at + FlowRecord.BYTES, i & 1023);
            memory.set(ValueLayout.JAVA_INT, at + FlowRecord.TYPE, i & 3);
            memory.set(ValueLayout.JAVA_INT, at + FlowRecord.TYPE + 4, 4242);
            memory.set(ValueLayout.JAVA_LONG, at + FlowRecord.TIME, i);
            ring.submit(at);
        }
        meter.end();
    }

    /** Gives the ring and the program back. */
    @TearDown
    public void close() {
        meter.report();
        ring.close();
        object.close();
    }
}
