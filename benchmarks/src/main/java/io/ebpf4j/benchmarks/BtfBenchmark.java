package io.ebpf4j.benchmarks;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does it cost to open the kernel's types and find one by its name? The twin is {@code object_load.c btf}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BtfBenchmark {
    private final Meter meter = new Meter();

    /** {@return the type's number} */
    @Benchmark
    public int openAndFind() {
        meter.begin();
        int found = Btf.vmlinux().find("tcp_sock", BtfKind.STRUCT).orElseThrow();
        meter.end();
        return found;
    }

    /** Says what it took. */
    @TearDown
    public void report() {
        meter.report();
    }
}
