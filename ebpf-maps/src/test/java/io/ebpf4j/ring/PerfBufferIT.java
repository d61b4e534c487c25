package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.asm.AluOperation;
import io.ebpf4j.asm.Assembler;
import io.ebpf4j.asm.Condition;
import io.ebpf4j.asm.HelperFunction;
import io.ebpf4j.asm.Register;
import io.ebpf4j.asm.Width;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.RequiresKernel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@RequiresKernel(since = "5.10", feature = "BPF_PROG_TEST_RUN of raw tracepoints")
class PerfBufferIT {
    private static final PerfOptions ONE_PAGE = PerfOptions.DEFAULT.withPages(1);

    /** A sample of 16 bytes is 32 in the ring: a header of 8, a length of 4, and 4 of padding. */
    private static final int PER_PAGE = 4096 / 32;

    private final List<Long> got = new ArrayList<>();
    private final long[] lost = {0};
    private final PerfHandler collect = new PerfHandler() {
        @Override
        public Verdict handle(int cpu, RecordView view) {
            assertThat(view.length()).isEqualTo(20);
            assertThat(view.getLong(8)).isEqualTo(~view.getLong(0));
            got.add(view.getLong(0));
            return Verdict.CONTINUE;
        }

        @Override
        public void lost(int cpu, long count) {
            lost[0] += count;
        }
    };

    private static BpfMap map() {
        return BpfMap.create(MapDefinition.of(MapType.PERF_EVENT_ARRAY, 4, 4, 64));
    }

    /** Sends samples to the CPU it runs on: their numbers from the one in the context on, and the complement. */
    private static KernelProgram sender(BpfMap map, int samples) {
        return KernelProgram.loadRawTracepoint(new Assembler()
                .mov(Register.R6, Register.R1)
                .load(Width.DOUBLE, Register.R7, Register.R1, 0)
                .mov(Register.R8, 0)
                .mov(Register.R9, 0)
                .label("next")
                .store(Width.DOUBLE, Register.R10, -16, Register.R7)
                .mov(Register.R1, Register.R7)
                .alu(AluOperation.XOR, Register.R1, -1)
                .store(Width.DOUBLE, Register.R10, -8, Register.R1)
                .mov(Register.R1, Register.R6)
                .loadMap(Register.R2, map.fd())
                .loadWide(Register.R3, 0xffff_ffffL)
                .mov(Register.R4, Register.R10)
                .alu(AluOperation.ADD, Register.R4, -16)
                .mov(Register.R5, 16)
                .call(HelperFunction.PERF_EVENT_OUTPUT)
                .jumpIf(Condition.EQUAL, Register.R0, 0, "sent")
                .alu(AluOperation.ADD, Register.R9, 1)
                .label("sent")
                .alu(AluOperation.ADD, Register.R7, 1)
                .alu(AluOperation.ADD, Register.R8, 1)
                .jumpIf(Condition.LESS, Register.R8, samples, "next")
                .mov(Register.R0, Register.R9)
                .exit()
                .assemble());
    }

    private static Long[] numbers(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toArray(Long[]::new);
    }

    @Test
    void samplesArriveInOrderOverManyTurnsOfTheRing() {
        try (BpfMap map = map();
                PerfBuffer buffer = PerfBuffer.open(map, ONE_PAGE);
                KernelProgram program = sender(map, 100)) {
            for (long round = 0; round < 40; round++) {
                got.clear();
                assertThat(program.runOnFirstCpu(round * 100 + 1)).as("refused").isZero();
                assertThat(buffer.drain(collect)).isEqualTo(100);
                assertThat(got).containsExactly(numbers(round * 100 + 1, round * 100 + 100));
            }
            assertThat(buffer.counts()).isEqualTo(new PerfCounts(4000, 0, 4000 * 20));
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndCountedAsLost() {
        try (BpfMap map = map();
                PerfBuffer buffer = PerfBuffer.open(map, ONE_PAGE);
                KernelProgram program = sender(map, 200)) {
            int refused = program.runOnFirstCpu(1);
            assertThat(refused).isEqualTo(200 - PER_PAGE + 1);
            buffer.drain(collect);
            // The kernel tells of a loss with the next record that fits.
            program.runOnFirstCpu(1000);
            buffer.drain(collect);
            assertThat(lost[0]).isGreaterThanOrEqualTo(refused);
            assertThat(buffer.counts().lost()).isEqualTo(lost[0]);
        }
    }

    @Test
    void anOverwritableBufferKeepsTheNewest() {
        try (BpfMap map = map();
                PerfBuffer buffer = PerfBuffer.open(map, ONE_PAGE.withMode(PerfOptions.Mode.KEEP_NEWEST));
                KernelProgram program = sender(map, 1000)) {
            assertThat(program.runOnFirstCpu(1)).as("refused").isZero();
            buffer.drain(collect);
            assertThat(got).hasSizeBetween(PER_PAGE - 1, PER_PAGE).startsWith(1000L, 999L, 998L);
            assertThat(got).isSortedAccordingTo((a, b) -> Long.compare(b, a));
            got.clear();
            assertThat(buffer.drain(collect)).as("each once").isZero();
            assertThat(program.runOnFirstCpu(5001)).as("written again").isZero();
            buffer.drain(collect);
            assertThat(got).startsWith(6000L, 5999L);
        }
    }

    @Test
    void aSampleEndsAPollersWaitAndTheWatermarkWaitsForMore() throws Exception {
        try (BpfMap map = map();
                RingPoller poller = RingPoller.create();
                KernelProgram program = sender(map, 1)) {
            poller.add(PerfBuffer.open(map, ONE_PAGE), collect, RingPoller.DEFAULT_BUDGET);
            poller.poll(Duration.ZERO);
            Thread sender = Thread.ofPlatform().start(() -> program.runOnFirstCpu(7));
            long delivered = 0;
            while (delivered == 0) {
                delivered = poller.poll(Duration.ofSeconds(20));
            }
            sender.join();
            assertThat(got).containsExactly(7L);
        }
        got.clear();
        try (BpfMap map = map();
                RingPoller poller = RingPoller.create();
                KernelProgram few = sender(map, 2);
                KernelProgram many = sender(map, 40)) {
            poller.add(
                    PerfBuffer.open(map, ONE_PAGE.withWakeup(new PerfOptions.Wakeup.Watermark(1024))),
                    collect,
                    RingPoller.DEFAULT_BUDGET);
            poller.poll(Duration.ZERO);
            Thread sender = Thread.ofPlatform().start(() -> few.runOnFirstCpu(1));
            sender.join();
            Thread more = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(50);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                many.runOnFirstCpu(100);
            });
            while (got.size() < 42) {
                poller.poll(Duration.ofSeconds(20));
            }
            more.join();
            assertThat(got).startsWith(1L, 2L, 100L).hasSize(42);
        }
    }

    @Test
    void aClosedBufferIsOutOfTheMap() {
        try (BpfMap map = map();
                KernelProgram program = sender(map, 3)) {
            PerfBuffer buffer = PerfBuffer.open(map, ONE_PAGE);
            assertThat(program.runOnFirstCpu(1)).isZero();
            buffer.close();
            buffer.close();
            assertThat(program.runOnFirstCpu(1)).as("refused").isEqualTo(3);
            assertThatThrownBy(() -> buffer.drain(collect)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void onlyAPerfEventArrayCanBeOpenedAndAWatermarkHasToFit() {
        try (BpfMap array = BpfMap.create(MapDefinition.of(MapType.ARRAY, 4, 4, 1));
                BpfMap map = map()) {
            assertThatThrownBy(() -> PerfBuffer.open(array, ONE_PAGE)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> PerfBuffer.open(map, ONE_PAGE.withWakeup(new PerfOptions.Wakeup.Watermark(4096))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
