package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        feature = "netkit link",
        since = "6.7",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN})
class NetkitLinkIT {

    @Test
    void anotherDeviceIsRefusedAndAKernelWithoutNetkitSaysSo() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.SCHED_CLS, AttachType.NETKIT_PRIMARY, -1)) {
            String device = TestNetwork.NEAR;
            Class<? extends Exception> expected = InvalidTargetException.class;
            try {
                network.tool("ip", "link", "add", "kit", "type", "netkit");
                device = "kit";
            } catch (IOException kernelOrToolWithoutNetkit) {
                assertThat(kernelOrToolWithoutNetkit).hasMessageContaining("netkit");
                expected = NotSupportedException.class;
            }
            String name = device;
            if (name.equals("kit")) {
                try (NetkitLink link = network.inside(() -> NetkitLink.attach(
                        program, new NetkitLink.Options(NetworkInterface.of(name), NetkitLink.End.PRIMARY)))) {
                    assertThat(link.info()).isInstanceOf(LinkInfo.Netkit.class);
                }
                return;
            }
            assertThatThrownBy(() -> network.inside(() -> NetkitLink.attach(
                            program, new NetkitLink.Options(NetworkInterface.of(name), NetkitLink.End.PRIMARY))))
                    .isInstanceOf(expected)
                    .hasMessageContaining("CONFIG_NETKIT");
        }
    }
}
