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
        feature = "tc filter",
        since = "4.5",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN},
        config = {"CONFIG_NET_CLS_BPF", "CONFIG_NET_CLS_ACT"})
class TcFilterIT {
    private static final int UNSPEC = -1;

    private static BpfProgram counting(Counter counter) {
        return TestPrograms.counting(counter, ProgramType.SCHED_CLS, AttachType.NONE, UNSPEC);
    }

    private static TcFilter attach(TestNetwork network, BpfProgram program, int priority) throws Exception {
        return network.inside(() -> TcFilter.attach(
                program,
                new TcFilter.Options(NetworkInterface.of(TestNetwork.NEAR), Direction.INGRESS).withPriority(priority)));
    }

    private static String filters(TestNetwork network) throws Exception {
        return network.tool("tc", "filter", "show", "dev", TestNetwork.NEAR, "ingress");
    }

    private static String qdiscs(TestNetwork network) throws Exception {
        return network.tool("tc", "qdisc", "show", "dev", TestNetwork.NEAR);
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void seesPacketsAndLeavesNothing(Direction direction) throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            try (TcFilter link = network.inside(() ->
                    TcFilter.attach(program, new TcFilter.Options(NetworkInterface.of(TestNetwork.NEAR), direction)))) {
                network.exchange(5);
                assertThat(counter.countOnce(5)).isGreaterThanOrEqualTo(5);
                assertThat(qdiscs(network)).contains("clsact");
                assertThat(link.info().programId()).isEqualTo(program.info().id());
            }
            assertThat(qdiscs(network)).doesNotContain("clsact");
        }
    }

    @Test
    void aForeignQdiscAndItsFilterStay() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            network.tool("tc", "qdisc", "add", "dev", TestNetwork.NEAR, "clsact");
            network.tool(
                    "tc",
                    "filter",
                    "add",
                    "dev",
                    TestNetwork.NEAR,
                    "ingress",
                    "prio",
                    "7",
                    "protocol",
                    "ip",
                    "u32",
                    "match",
                    "u32",
                    "0",
                    "0");
            String before = filters(network);
            assertThat(before).contains("u32");
            try (TcFilter link = attach(network, program, 1)) {
                network.exchange(5);
                assertThat(counter.countOnce(5)).isGreaterThanOrEqualTo(5);
                assertThat(filters(network)).contains("u32").contains("bpf");
                link.detach();
                assertThat(filters(network)).isEqualTo(before);
            }
            assertThat(filters(network)).isEqualTo(before);
            assertThat(qdiscs(network)).contains("clsact");
        }
    }

    @Test
    void aQdiscThatOthersBeganToUseStays() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            TcFilter link = attach(network, program, 1);
            network.tool(
                    "tc",
                    "filter",
                    "add",
                    "dev",
                    TestNetwork.NEAR,
                    "egress",
                    "prio",
                    "7",
                    "protocol",
                    "ip",
                    "u32",
                    "match",
                    "u32",
                    "0",
                    "0");
            link.close();
            assertThat(filters(network)).doesNotContain("bpf");
            assertThat(network.tool("tc", "filter", "show", "dev", TestNetwork.NEAR, "egress"))
                    .contains("u32");
        }
    }

    @Test
    void aFilterThatTookOurPlaceStays() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter);
                BpfProgram alien = counting(counter)) {
            network.tool("tc", "qdisc", "add", "dev", TestNetwork.NEAR, "clsact");
            TcFilter link = attach(network, program, 1);
            network.tool("tc", "filter", "del", "dev", TestNetwork.NEAR, "ingress");
            try (TcFilter _ = attach(network, alien, 1)) {
                link.close();
                assertThat(filters(network))
                        .contains("bpf")
                        .contains("id " + alien.info().id());
            }
        }
    }

    @Test
    void anotherProgramTakesItsPlace() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter first = Counter.create();
                Counter second = Counter.create();
                BpfProgram one = counting(first);
                BpfProgram other = counting(second);
                TcFilter link = attach(network, one, 3)) {
            link.update(other);
            network.exchange(5);
            assertThat(first.count()).isZero();
            assertThat(second.countOnce(5)).isGreaterThanOrEqualTo(5);
            assertThat(filters(network)).contains("pref 3 ");
            link.detach();
            assertThat(qdiscs(network)).doesNotContain("clsact");
        }
    }

    @Test
    void aTakenPlaceIsRefused() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram one = counting(counter);
                BpfProgram other = counting(counter);
                TcFilter _ = network.inside(() -> TcFilter.attach(
                        one, new TcFilter.Options(NetworkInterface.of(TestNetwork.NEAR), Direction.INGRESS, 5, 1)))) {
            assertThatThrownBy(() -> network.inside(() -> TcFilter.attach(
                            other,
                            new TcFilter.Options(NetworkInterface.of(TestNetwork.NEAR), Direction.INGRESS, 5, 1))))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("priority 5");
            assertThat(filters(network)).contains("id " + one.info().id());
        }
    }

    @Test
    void anInterfaceThatGoesTakesTheFilterAlong() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            TcFilter link = attach(network, program, 0);
            network.tool("ip", "link", "del", TestNetwork.NEAR);
            link.close();
        }
    }
}
