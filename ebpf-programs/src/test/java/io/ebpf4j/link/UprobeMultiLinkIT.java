package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.util.List;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "uprobe.multi", since = "6.6", config = "CONFIG_UPROBE_EVENTS")
class UprobeMultiLinkIT {

    @Test
    void runsAtEachPlaceWithItsCookie() throws Throwable {
        try (Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.leavingCookie(counter, ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI)) {
            UprobeMultiLink.Options options = new UprobeMultiLink.Options(
                            "libc.so.6", new UprobeMultiLink.Functions.Named(List.of("ffsll", "swab")))
                    .withPid(0)
                    .withCookies(List.of(11L, 22L));
            try (UprobeMultiLink link = UprobeMultiLink.attach(program, options)) {
                UprobeLinkIT.trigger(5);
                assertThat(counter.count()).isEqualTo(5);
                assertThat(counter.left()).isEqualTo(11);
                assertThat(link.info()).isInstanceOfSatisfying(LinkInfo.UprobeMulti.class, info -> {
                    assertThat(info.offsets()).hasSize(2).doesNotHaveDuplicates();
                    assertThat(info.path()).endsWith("libc.so.6");
                    assertThat(info.pid())
                            .isEqualTo((int) ProcessHandle.current().pid());
                });
            }
            UprobeLinkIT.trigger(5);
            assertThat(counter.count()).isEqualTo(5);
        }
    }

    @Test
    void aPatternFindsFunctionsAndReturnIsSeen() throws Throwable {
        try (Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI, 0);
                UprobeMultiLink _ = UprobeMultiLink.attach(
                        program,
                        new UprobeMultiLink.Options("libc.so.6", new UprobeMultiLink.Functions.Matching("ffsl?"))
                                .withMode(MultiProbeMode.RETURN)
                                .withPid(0))) {
            UprobeLinkIT.trigger(5);
            assertThat(counter.count()).isEqualTo(5);
        }
    }

    @Test
    @RequiresKernel(feature = "uprobe.session", since = "6.13")
    void aSessionRunsAtEntryAndReturn() throws Throwable {
        try (Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.TRACE_UPROBE_SESSION, 0);
                UprobeMultiLink _ = UprobeMultiLink.attach(
                        program,
                        new UprobeMultiLink.Options("libc.so.6", new UprobeMultiLink.Functions.Named(List.of("ffsll")))
                                .withMode(MultiProbeMode.SESSION)
                                .withPid(0))) {
            UprobeLinkIT.trigger(5);
            assertThat(counter.count()).isEqualTo(10);
        }
    }

    @Test
    void aPatternWithoutMatchIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI, 0)) {
            assertThatThrownBy(() -> UprobeMultiLink.attach(
                            program,
                            new UprobeMultiLink.Options(
                                    "libc.so.6", new UprobeMultiLink.Functions.Matching("no_such_*"))))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("no_such_*");
        }
    }
}
