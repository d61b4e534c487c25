package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

@RequiresKernel(capability = Capability.PERFMON, config = "CONFIG_PERF_EVENTS", feature = "perf_event_open(2)")
class PerfEventIT {
    private final Kernel kernel = Kernel.system();

    @Test
    void countsWhileItIsEnabledAndNotBefore() {
        try (PerfEvent clock = PerfEvent.open(
                        kernel,
                        attr -> {
                            attr.set(ValueLayout.JAVA_INT, PerfEventAttr.TYPE, PerfEventAttr.PERF_TYPE_SOFTWARE);
                            attr.set(
                                    ValueLayout.JAVA_LONG, PerfEventAttr.CONFIG, PerfEventAttr.PERF_COUNT_SW_CPU_CLOCK);
                            attr.set(
                                    ValueLayout.JAVA_LONG,
                                    PerfEventAttr.FLAGS,
                                    PerfEventAttr.flag(PerfEventAttr.DISABLED));
                        },
                        0,
                        PerfEvent.EVERY_CPU,
                        "CPU clock");
                Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_LONG);
            assertThat(read(clock, value)).isZero();
            clock.enable();
            long end = System.nanoTime() + 20_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            clock.disable();
            long counted = read(clock, value);
            assertThat(counted).isPositive();
            assertThat(read(clock, value)).isEqualTo(counted);
        }
    }

    private long read(PerfEvent event, MemorySegment value) {
        assertThat(kernel.readRestarting(event.fd().number(), value, 8)).isEqualTo(8);
        return value.get(ValueLayout.JAVA_LONG, 0);
    }
}
