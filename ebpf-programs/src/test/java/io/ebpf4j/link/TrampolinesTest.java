package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.DeniedException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.spec.AttachType;
import org.junit.jupiter.api.Test;

class TrampolinesTest {

    @Test
    void aKernelThatRefusesToPatchItselfIsNotMistakenForAFault() {
        assertThat(Trampolines.refusal(-Errno.EPERM.code(), AttachType.TRACE_FENTRY, "f"))
                .isInstanceOf(DeniedException.class)
                .hasMessageContaining("f");
    }

    @Test
    void aKernelWithoutTrampolinesLacksAFeature() {
        assertThat(Trampolines.refusal(-Errno.ENOTSUPP.code(), AttachType.TRACE_FEXIT, "f"))
                .isInstanceOf(NotSupportedException.class)
                .hasMessageContaining("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS")
                .hasMessageContaining("5.5");
    }

    @Test
    void whatElseFailsIsTheSystemCall() {
        assertThat(Trampolines.refusal(-Errno.EBUSY.code(), AttachType.TRACE_FENTRY, "f"))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("EBUSY");
    }
}
