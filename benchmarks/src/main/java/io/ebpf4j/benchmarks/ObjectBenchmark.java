package io.ebpf4j.benchmarks;

import io.ebpf4j.object.BpfObject;
import io.ebpf4j.object.LoadPlan;
import io.ebpf4j.spec.ObjectSpec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does an object of ten programs with maps, globals and CO-RE relocations cost, from its bytes to loaded programs? The twin is {@code object_load.c}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ObjectBenchmark {
    private final Meter meter = new Meter();

    private final byte[] bytes = BenchObject.bytes("ten");
    private final ObjectSpec spec = BenchObject.spec("ten");

    /** {@return what the bytes say} */
    @Benchmark
    public ObjectSpec open() {
        meter.begin();
        ObjectSpec said = ObjectSpec.parse(bytes, "ten.bpf.o");
        meter.end();
        return said;
    }

    /** {@return what a load would do} From the spec. */
    @Benchmark
    public LoadPlan plan() {
        meter.begin();
        LoadPlan plan = BpfObject.open(spec).plan();
        meter.end();
        return plan;
    }

    /** From the bytes to loaded programs and closed again. */
    @Benchmark
    public void load() {
        meter.begin();
        BpfObject.open(ObjectSpec.parse(bytes, "ten.bpf.o")).load().close();
        meter.end();
    }

    /** Says what it took. */
    @TearDown
    public void report() {
        meter.report();
    }
}
