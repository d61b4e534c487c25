package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.util.List;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "kprobe.multi", since = "5.18")
class KprobeMultiLinkIT {

    @Test
    void runsOrSaysThatTheKernelHasNone() {
        try (Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.TRACE_KPROBE_MULTI, 0)) {
            try (KprobeMultiLink link = KprobeMultiLink.attach(
                    program, new KprobeMultiLink.Options(List.of("__x64_sys_getpid"), MultiProbeMode.ENTRY))) {
                TracepointLinkIT.trigger(10);
                assertThat(counter.countOnce(10)).isGreaterThanOrEqualTo(10);
                assertThat(link.info()).isInstanceOf(LinkInfo.KprobeMulti.class);
            } catch (NotSupportedException refused) {
                assertThat(refused).hasMessageContaining("CONFIG_FPROBE").hasMessageContaining("5.18");
            }
        }
    }
}
