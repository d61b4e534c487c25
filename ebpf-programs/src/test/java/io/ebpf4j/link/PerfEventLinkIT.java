package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.util.List;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        feature = "perf event link",
        since = "5.15",
        capability = {Capability.BPF, Capability.PERFMON})
class PerfEventLinkIT {
    private static final int SOFTWARE = 1;
    private static final int CONTEXT_SWITCHES = 3;

    @Test
    void theClocksOfAllCpusRunUntilClosed() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.PERF_EVENT, AttachType.NONE, 0)) {
            List<PerfEventLink> links = PerfEventLink.attachOnEachCpu(program, PerfEventLink.Options.cpuClock(0, 1000));
            try {
                long end = System.nanoTime() + 10_000_000_000L;
                while (counter.count() < 10 && System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                assertThat(counter.countOnce(10)).isGreaterThanOrEqualTo(10);
            } finally {
                links.forEach(Link::close);
            }
            long closed = counter.count();
            long end = System.nanoTime() + 50_000_000L;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    @Test
    void oneProcessIsCountedWithItsCookie() throws Exception {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.leavingCookie(counter, ProgramType.PERF_EVENT, AttachType.NONE);
                PerfEventLink link = PerfEventLink.attach(
                        program,
                        new PerfEventLink.Options(
                                SOFTWARE, CONTEXT_SWITCHES, new PerfEventLink.Sampling.Period(1), 0, -1, 5))) {
            for (int i = 0; i < 5; i++) {
                Thread.sleep(2);
            }
            assertThat(counter.countOnce(5)).isGreaterThanOrEqualTo(5);
            assertThat(counter.left()).isEqualTo(5);
            assertThat(link.info())
                    .isInstanceOfSatisfying(
                            LinkInfo.Event.class,
                            info -> assertThat(info.type()).isEqualTo(SOFTWARE));
        }
    }

    @Test
    void aProcessThatIsNotThereIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.PERF_EVENT, AttachType.NONE, 0)) {
            assertThatThrownBy(() -> PerfEventLink.attach(
                            program, PerfEventLink.Options.cpuClock(0, 10).withPid(Integer.MAX_VALUE)))
                    .isInstanceOf(InvalidTargetException.class);
        }
    }
}
