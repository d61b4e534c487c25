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

/**
 * What does an object of ten programs with maps, globals and CO-RE relocations cost, from its bytes to loaded programs? The twin is {@code object_load.c}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ObjectBenchmark {
    private final byte[] bytes = BenchObject.bytes("ten");
    private final ObjectSpec spec = BenchObject.spec("ten");

    /** {@return what the bytes say} */
    @Benchmark
    public ObjectSpec open() {
        return ObjectSpec.parse(bytes, "ten.bpf.o");
    }

    /** {@return what a load would do} From the spec. */
    @Benchmark
    public LoadPlan plan() {
        return BpfObject.open(spec).plan();
    }

    /** From the bytes to loaded programs and closed again. */
    @Benchmark
    public void load() {
        BpfObject.open(ObjectSpec.parse(bytes, "ten.bpf.o")).load().close();
    }
}
