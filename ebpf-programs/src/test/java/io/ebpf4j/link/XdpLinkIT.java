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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RequiresKernel(
        feature = "XDP link",
        since = "5.9",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN})
class XdpLinkIT {
    private static final int PASS = 2;

    private static BpfProgram passing(Counter counter) {
        return TestPrograms.counting(counter, ProgramType.XDP, AttachType.XDP, PASS);
    }

    @ParameterizedTest
    @EnumSource(
            value = XdpLink.Mode.class,
            names = {"BEST", "STACK", "DRIVER"})
    void seesPacketsUntilClosed(XdpLink.Mode mode) throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = passing(counter)) {
            try (XdpLink link = network.inside(() -> XdpLink.attach(
                    program, new XdpLink.Options(NetworkInterface.of(TestNetwork.NEAR)).withMode(mode)))) {
                assertThat(network.inside(
                                () -> NetworkInterface.of(TestNetwork.NEAR).name()))
                        .contains(TestNetwork.NEAR);
                network.exchange(5);
                assertThat(counter.countOnce(5)).isGreaterThanOrEqualTo(5);
                assertThat(network.tool("ip", "link", "show", TestNetwork.NEAR))
                        .contains(mode == XdpLink.Mode.STACK ? "xdpgeneric" : "xdp")
                        .contains("prog/xdp id " + program.info().id());
                assertThat(link.info()).isInstanceOf(LinkInfo.Xdp.class);
            }
            assertThat(network.tool("ip", "link", "show", TestNetwork.NEAR)).doesNotContain("prog/xdp");
        }
    }

    @ParameterizedTest
    @EnumSource(AttachForm.class)
    void anotherProgramTakesItsPlace(AttachForm form) throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter first = Counter.create();
                Counter second = Counter.create();
                BpfProgram one = passing(first);
                BpfProgram other = passing(second);
                XdpLink link = network.inside(() -> XdpLink.attach(
                        one, new XdpLink.Options(NetworkInterface.of(TestNetwork.NEAR)).withForm(form)))) {
            network.exchange(2);
            link.update(other);
            long seen = first.count();
            network.exchange(5);
            assertThat(first.count()).isEqualTo(seen).isPositive();
            assertThat(second.countOnce(5)).isGreaterThanOrEqualTo(5);
            assertThat(link.info().programId()).isEqualTo(other.info().id());
            link.detach();
            assertThat(network.tool("ip", "link", "show", TestNetwork.NEAR)).doesNotContain("prog/xdp");
        }
    }

    @ParameterizedTest
    @EnumSource(AttachForm.class)
    void aProgramThatIsThereStays(AttachForm form) throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram alien = passing(counter);
                BpfProgram ours = passing(counter);
                XdpLink there = network.inside(() -> XdpLink.attach(
                        alien,
                        new XdpLink.Options(NetworkInterface.of(TestNetwork.NEAR)).withForm(AttachForm.UNLINKED)))) {
            assertThatThrownBy(() -> network.inside(() -> XdpLink.attach(
                            ours, new XdpLink.Options(NetworkInterface.of(TestNetwork.NEAR)).withForm(form))))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("already");
            assertThat(there.info()).isInstanceOf(LinkInfo.Unlinked.class);
            assertThat(network.tool("ip", "link", "show", TestNetwork.NEAR))
                    .contains("id " + alien.info().id());
        }
    }

    @Test
    void aProgramThatTookOurPlaceStays() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram ours = passing(counter);
                BpfProgram alien = passing(counter)) {
            XdpLink link = network.inside(() -> XdpLink.attach(
                    ours, new XdpLink.Options(NetworkInterface.of(TestNetwork.NEAR)).withForm(AttachForm.UNLINKED)));
            network.tool("ip", "link", "set", TestNetwork.NEAR, "xdp", "off");
            try (XdpLink _ = network.inside(() -> XdpLink.attach(
                    alien, new XdpLink.Options(NetworkInterface.of(TestNetwork.NEAR)).withForm(AttachForm.UNLINKED)))) {
                link.close();
                assertThat(network.tool("ip", "link", "show", TestNetwork.NEAR))
                        .contains("id " + alien.info().id());
            }
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program = passing(counter)) {
            assertThatThrownBy(() -> XdpLink.attach(program, new XdpLink.Options(new NetworkInterface(999_999))))
                    .isInstanceOf(InvalidTargetException.class);
            assertThatThrownBy(() -> NetworkInterface.of("nosuch0"))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("nosuch0");
        }
    }

    @Test
    void anInterfaceThatGoesTakesTheProgramAlong() throws Exception {
        try (Counter counter = Counter.create();
                BpfProgram program = passing(counter)) {
            XdpLink link;
            XdpLink unlinked;
            try (TestNetwork network = TestNetwork.create()) {
                network.tool("ip", "link", "add", "extra", "type", "veth", "peer", "name", "extra2");
                link = network.inside(
                        () -> XdpLink.attach(program, new XdpLink.Options(NetworkInterface.of(TestNetwork.NEAR))));
                unlinked = network.inside(() -> XdpLink.attach(
                        program, new XdpLink.Options(NetworkInterface.of("extra")).withForm(AttachForm.UNLINKED)));
                network.tool("ip", "link", "del", "extra");
            }
            link.close();
            unlinked.close();
        }
    }
}
