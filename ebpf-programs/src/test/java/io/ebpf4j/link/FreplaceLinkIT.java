package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "extension", since = "5.10")
class FreplaceLinkIT {

    @Test
    void aProgramThatIsNoExtensionIsRefused() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.SOCKET_FILTER, AttachType.NONE, 0)) {
            assertThatThrownBy(() -> FreplaceLink.attach(program, FreplaceLink.Options.AS_LOADED))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("EINVAL");
        }
    }

    @Test
    void aTargetNeedsItsFunction() {
        assertThatThrownBy(() -> new FreplaceLink.Options(3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FreplaceLink.Options(0, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
