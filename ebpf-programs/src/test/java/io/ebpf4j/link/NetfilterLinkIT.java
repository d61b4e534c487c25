package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        feature = "netfilter link",
        since = "6.4",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN},
        config = "CONFIG_NETFILTER_BPF_LINK")
class NetfilterLinkIT {
    private static final int ACCEPT = 1;

    @Test
    void seesPacketsUntilClosed() throws Exception {
        NetfilterLink.Options options =
                new NetfilterLink.Options(NetfilterLink.Family.IPV4, NetfilterLink.Hook.PRE_ROUTING, -17);
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.NETFILTER, AttachType.NETFILTER, ACCEPT)) {
            try (NetfilterLink link = network.inside(() -> NetfilterLink.attach(program, options))) {
                network.exchange(5);
                assertThat(counter.countOnce(5)).isGreaterThanOrEqualTo(5);
                assertThat(link.info()).isInstanceOfSatisfying(LinkInfo.Netfilter.class, info -> {
                    assertThat(info.protocolFamily()).isEqualTo(2);
                    assertThat(info.hook()).isZero();
                    assertThat(info.priority()).isEqualTo(-17);
                });
                assertThatThrownBy(() -> network.inside(() -> NetfilterLink.attach(program, options)))
                        .isInstanceOf(InvalidTargetException.class)
                        .hasMessageContaining("-17");
            }
            long closed = counter.count();
            network.exchange(5);
            assertThat(counter.count()).isEqualTo(closed);
        }
    }
}
