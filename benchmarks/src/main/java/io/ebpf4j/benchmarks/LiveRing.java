package io.ebpf4j.benchmarks;

import com.sun.management.ThreadMXBean;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.RingPoller;
import io.ebpf4j.ring.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What does a consumer make of a live producer? A program writes as fast as it can in one thread, and the consumer waits and drains in another; then one
 * record comes at a time, and what counts is how long it takes to be read. The twin is {@code live_ring.c}. Each thread is bound to a CPU.
 *
 * <p>Prints lines of figure, tab, value.
 */
public final class LiveRing {
    private static final int CHUNK = 4096;
    private static final int WAKE_UPS = 200;
    private static final int TURNS = 5;

    private final BpfProgram fill;
    private final RingPoller poller = RingPoller.create();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong attempted = new AtomicLong();
    private final AtomicLong submitted = new AtomicLong();
    private long received;
    private long total;
    private long arrival;

    private LiveRing(BpfObject object) {
        fill = object.program("fill");
        poller.add(
                RingBuffer.open(object.map("ring")),
                record -> {
                    received++;
                    total += record.getLong(FlowRecord.BYTES) + record.getInt(FlowRecord.TYPE);
                    arrival = record.getLong(FlowRecord.TIME);
                    return Verdict.CONTINUE;
                },
                Long.MAX_VALUE);
    }

    /**
     * Measures.
     *
     * @param args bytes of the ring, and milliseconds of full load
     * @throws InterruptedException never
     */
    public static void main(String[] args) throws InterruptedException {
        int bytes = Integer.parseInt(args[0]);
        try (BpfObject object = BpfObject.open(BenchObject.spec("ring"))
                .with(options -> options.withMaxEntries("ring", bytes).withGlobal("live", 1))
                .load()) {
            LiveRing live = new LiveRing(object);
            try (RingPoller poller = live.poller) {
                pin(0);
                live.underLoad(Duration.ofMillis(Long.parseLong(args[1])));
                live.oneAtATime();
            }
        }
    }

    private long write(int records) {
        return fill.testRun(TestRun.once().withContext(BenchObject.fillArguments(records)))
                .returnValue();
    }

    /**
     * Binds the thread that calls to a CPU, as the twin does: the kernel would put a consumer beside the producer that wakes it, on the same CPU.
     */
    private static void pin(int cpu) {
        String name = "pin-" + cpu;
        Thread.currentThread().setName(name); // the kernel's name of the thread follows
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).strip().equals(name)) {
                    Process taskset = new ProcessBuilder(
                                    "taskset",
                                    "-pc",
                                    Integer.toString(cpu),
                                    task.getFileName().toString())
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
                    if (taskset.waitFor() != 0) {
                        throw new IllegalStateException("taskset could not bind a thread to CPU " + cpu);
                    }
                    return;
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("no thread is called " + name);
    }

    private void underLoad(Duration time) throws InterruptedException {
        Thread producer = Thread.ofPlatform().start(() -> {
            pin(1);
            while (!stop.get()) {
                long taken = write(CHUNK);
                attempted.addAndGet(CHUNK);
                submitted.addAndGet(taken);
            }
        });
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // The first ones are the warm-up: both CPUs are busy, so the compiler gets little of them.
        for (int turn = 0; turn < TURNS; turn++) {
            long start = System.nanoTime();
            long cpu = threads.getCurrentThreadCpuTime();
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long tried = attempted.get();
            long taken = submitted.get();
            long before = received;
            while (System.nanoTime() - start < time.toNanos()) {
                poller.poll(Duration.ofMillis(100));
            }
            if (turn == TURNS - 1) {
                double seconds = (System.nanoTime() - start) / 1e9;
                long events = received - before;
                print("events a second", events / seconds);
                print("reader's CPU, ns an event", (threads.getCurrentThreadCpuTime() - cpu) / (double) events);
                print("lost, %", 100.0 * (1 - (double) (submitted.get() - taken) / (attempted.get() - tried)));
                print("bytes an event", (threads.getCurrentThreadAllocatedBytes() - allocated) / events);
            }
        }
        stop.set(true);
        while (!producer.join(Duration.ofMillis(1))) {
            poller.poll(Duration.ZERO);
        }
        poller.poll(Duration.ZERO);
    }

    private void oneAtATime() throws InterruptedException {
        Thread producer = Thread.ofPlatform().start(() -> {
            pin(1);
            for (int i = 0; i < WAKE_UPS; i++) {
                try {
                    Thread.sleep(Duration.ofMillis(2));
                } catch (InterruptedException stopped) {
                    return;
                }
                write(1);
            }
        });
        double[] micros = new double[WAKE_UPS];
        long before = received;
        int woken = 0;
        while (received - before < WAKE_UPS) {
            if (poller.poll(Duration.ofSeconds(1)) > 0) {
                micros[woken++] = (System.nanoTime() - arrival) / 1e3;
            }
        }
        producer.join();
        Arrays.sort(micros, 0, woken);
        print("wake-up, µs", micros[woken / 2]);
    }

    private static void print(String figure, double value) {
        System.out.printf(Locale.ROOT, "%s\t%.3f%n", figure, value);
    }
}
