package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "raw tracepoint", since = "5.7")
class RawTracepointLinkIT {

    @Test
    @RequiresKernel(feature = "raw tracepoint cookie", since = "6.10")
    void runsWithItsCookieUntilClosed() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.leavingCookie(counter, ProgramType.RAW_TRACEPOINT, AttachType.NONE)) {
            try (RawTracepointLink link =
                    RawTracepointLink.attach(program, new RawTracepointLink.Options("sys_enter").withCookie(77))) {
                TracepointLinkIT.trigger(10);
                assertThat(counter.countOnce(10)).isGreaterThanOrEqualTo(10);
                assertThat(counter.left()).isEqualTo(77);
                assertThat(link.info()).isInstanceOfSatisfying(LinkInfo.RawTracepoint.class, info -> {
                    assertThat(info.name()).isEqualTo("sys_enter");
                    assertThat(info.cookie()).isEqualTo(77);
                });
            }
            long closed = counter.count();
            TracepointLinkIT.trigger(10);
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    @Test
    void anUnknownTracepointIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.RAW_TRACEPOINT, AttachType.NONE, 0)) {
            assertThatThrownBy(() -> RawTracepointLink.attach(program, new RawTracepointLink.Options("nothing")))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("nothing");
        }
    }
}
