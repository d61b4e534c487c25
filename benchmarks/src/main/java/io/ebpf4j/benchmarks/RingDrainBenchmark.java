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
import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to take a record of 48 bytes out of a kernel ring buffer? A BPF program fills the ring before each round; only the drain is timed. The
 * C twin is {@code ring_drain.c}: libbpf's ring_buffer__consume over the same backlog with the same work a record.
 *
 * <p>One operation is a whole drain; {@code benchmarks/run} divides by the records.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class RingDrainBenchmark {
    private static final MemorySegment ALL = Memory.all();
    private static final long BYTES = 24;
    private static final long TYPE = 32;

    /** The ring's size in bytes and the records in it, as "bytes:records": a backlog out of the caches, and a hot ring. */
    @Param({"67108864:900000", "1048576:15000"})
    String backlog = "";

    record Flow(long sequence, long addressHigh, long addressLow, long bytes, int type, int process, long time) {}
    private static final io.ebpf4j.codec.Codec<Flow> FLOW = io.ebpf4j.codec.Codec.of(java.lang.invoke.MethodHandles.lookup(), Flow.class);
    private BpfObject object;
    private BpfProgram fill;
    private RingBuffer ring;
    private byte[] arguments;
    private long records;
    private long total;

    // One object each for the whole run: a call site that sees one handler is what a program has too.
    private final ViewHandler view = record -> {
        total += record.getLong(BYTES) + record.getInt(TYPE);
        return Verdict.CONTINUE;
    };
    private final ViewHandler records2 = record -> {
        Flow flow = record.decode(FLOW);
        total += flow.bytes() + flow.type();
        return Verdict.CONTINUE;
    };
    private final RecordHandler bounded = (segment, offset, length) -> {
        total += segment.get(ValueLayout.JAVA_LONG, offset + BYTES) + segment.get(ValueLayout.JAVA_INT, offset + TYPE);
        return Verdict.CONTINUE;
    };
    private final AddressHandler raw = (address, length) -> {
        total += ALL.get(ValueLayout.JAVA_LONG, address + BYTES) + ALL.get(ValueLayout.JAVA_INT, address + TYPE);
        return Verdict.CONTINUE;
    };

    /** Loads the program and its ring. */
    @Setup
    public void load() {
        int colon = backlog.indexOf(':');
        records = Long.parseLong(backlog.substring(colon + 1));
        ObjectSpec spec;
        try (InputStream bytes = RingDrainBenchmark.class.getResourceAsStream("ring.bpf.o")) {
            spec = ObjectSpec.parse(bytes.readAllBytes(), "ring.bpf.o");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        int size = Integer.parseInt(backlog.substring(0, colon));
        object = BpfObject.open(spec)
                .with(options -> options.withMaxEntries("ring", size))
                .load();
        fill = object.program("fill");
        ring = RingBuffer.open(object.map("ring"));
        arguments = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt((int) records)
                .array();
    }

    /** Makes the backlog that the next round drains. */
    @Setup(Level.Invocation)
    public void fill() {
        fill.testRun(TestRun.once().withContext(arguments));
    }

    /**
     * Through the bounded segment.
     *
     * @return a sum, so that nothing is optimised away
     */
    @Benchmark
    public long drain() {
        return check(ring.drain(bounded));
    }

    @Benchmark
    public long drainViews() {
        return check(ring.drain(view));
    }
    @Benchmark
    public long drainRecords() {
        return check(ring.drain(records2));
    }

    /**
     * By address.
     *
     * @return a sum, so that nothing is optimised away
     */
    @Benchmark
    public long drainAddresses() {
        return check(ring.drainAddresses(raw, Long.MAX_VALUE));
    }

    private long check(long drained) {
        if (drained != records) {
            throw new IllegalStateException("drained " + drained + " of " + records);
        }
        return total;
    }

    /** Gives the ring and the program back. */
    @TearDown
    public void close() {
        ring.close();
        object.close();
    }
}
