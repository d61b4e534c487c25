package io.ebpf4j.benchmarks;

import io.ebpf4j.object.BpfObject;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.Verdict;

/**
 * How long does it take from the start of a JVM to the first event? It loads a program, lets it write one record, reads that record, and ends. The twin is
 * {@code first_event.c}; the time is that of the whole process.
 */
public final class FirstEvent {
    private FirstEvent() {}

    /**
     * Does it once.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (BpfObject object = BpfObject.open(BenchObject.spec("ring"))
                        .with(options -> options.withMaxEntries("ring", 4096))
                        .load();
                RingBuffer ring = RingBuffer.open(object.map("ring"))) {
            object.program("fill").testRun(TestRun.once().withContext(BenchObject.fillArguments(1)));
            ring.drain(record -> {
                System.out.println(record.getLong(0));
                return Verdict.CONTINUE;
            });
        }
    }
}
