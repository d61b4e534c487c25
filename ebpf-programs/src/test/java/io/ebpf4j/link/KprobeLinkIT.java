package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "kprobe program", since = "4.1")
class KprobeLinkIT {

    private static boolean kernelHasKprobes() {
        return Files.exists(Path.of("/sys/bus/event_source/devices/kprobe"))
                || Files.exists(Path.of("/sys/kernel/tracing/kprobe_events"));
    }

    @Test
    void runsOrSaysThatTheKernelHasNone() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.NONE, 0)) {
            KprobeLink.Options options = KprobeLink.systemCall("getpid", ProbePoint.ENTRY);
            if (!kernelHasKprobes()) {
                assertThatThrownBy(() -> KprobeLink.attach(program, options))
                        .isInstanceOf(NotSupportedException.class)
                        .hasMessageContaining("CONFIG_KPROBES")
                        .hasMessageContaining("getpid");
                return;
            }
            try (KprobeLink link = KprobeLink.attach(program, options)) {
                TracepointLinkIT.trigger(10);
                assertThat(counter.countOnce(10)).isGreaterThanOrEqualTo(10);
                assertThat(link.info()).isInstanceOf(LinkInfo.Kprobe.class);
            }
            assertThatThrownBy(() -> KprobeLink.attach(program, new KprobeLink.Options("no_such_function")))
                    .isInstanceOf(InvalidTargetException.class);
        }
    }
}
