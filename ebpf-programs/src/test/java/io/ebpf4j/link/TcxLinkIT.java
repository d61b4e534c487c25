package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RequiresKernel(
        feature = "TCX link",
        since = "6.6",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN})
class TcxLinkIT {
    private static final int NEXT = -1;

    private static BpfProgram counting(Counter counter) {
        return TestPrograms.counting(counter, ProgramType.SCHED_CLS, AttachType.NONE, NEXT);
    }

    private static TcxLink attach(TestNetwork network, BpfProgram program, Anchor anchor) throws Exception {
        return network.inside(() -> TcxLink.attach(
                program,
                new TcxLink.Options(NetworkInterface.of(TestNetwork.NEAR), Direction.INGRESS).withAnchor(anchor)));
    }

    private static AttachedPrograms attached(TestNetwork network) throws Exception {
        return network.inside(() -> AttachedPrograms.of(NetworkInterface.of(TestNetwork.NEAR), AttachType.TCX_INGRESS));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void seesPacketsUntilClosed(Direction direction) throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            try (TcxLink link = network.inside(() ->
                    TcxLink.attach(program, new TcxLink.Options(NetworkInterface.of(TestNetwork.NEAR), direction)))) {
                network.exchange(5);
                assertThat(counter.countOnce(5)).isGreaterThanOrEqualTo(5);
                assertThat(link.info()).isInstanceOf(LinkInfo.Tcx.class);
            }
            long closed = counter.count();
            network.exchange(5);
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    @Test
    void programsRunInTheOrderTheyAskFor() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram a = counting(counter);
                BpfProgram b = counting(counter);
                BpfProgram c = counting(counter);
                BpfProgram d = counting(counter);
                TcxLink first = attach(network, a, new Anchor.Unordered());
                TcxLink second = attach(network, b, new Anchor.First());
                TcxLink third =
                        attach(network, c, new Anchor.AfterLink(second.info().id()));
                TcxLink fourth =
                        attach(network, d, new Anchor.BeforeProgram(a.info().id()))) {
            AttachedPrograms attached = attached(network);
            assertThat(attached.entries())
                    .containsExactly(
                            new AttachedPrograms.Entry(
                                    b.info().id(), second.info().id()),
                            new AttachedPrograms.Entry(
                                    c.info().id(), third.info().id()),
                            new AttachedPrograms.Entry(
                                    d.info().id(), fourth.info().id()),
                            new AttachedPrograms.Entry(
                                    a.info().id(), first.info().id()));
            assertThat(attached.revision()).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void anOldRevisionOrAForeignAnchorIsRefused() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter);
                BpfProgram other = counting(counter);
                TcxLink _ = attach(network, program, new Anchor.Unordered())) {
            long revision = attached(network).revision();
            assertThatThrownBy(() -> network.inside(() -> TcxLink.attach(
                            other,
                            new TcxLink.Options(NetworkInterface.of(TestNetwork.NEAR), Direction.INGRESS)
                                    .withExpectedRevision(revision + 5))))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("revision");
            assertThatThrownBy(() -> attach(
                            network,
                            other,
                            new Anchor.BeforeProgram(other.info().id())))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("anchor");
            assertThat(attached(network).entries()).hasSize(1);
        }
    }

    @Test
    void programsOfOthersStay() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter aliens = Counter.create();
                Counter counter = Counter.create();
                BpfProgram alien = counting(aliens);
                BpfProgram ours = counting(counter);
                TcxLink there = attach(network, alien, new Anchor.Unordered())) {
            TcxLink link = attach(network, ours, new Anchor.First());
            link.detach();
            link.close();
            assertThat(attached(network).entries())
                    .isEqualTo(List.of(new AttachedPrograms.Entry(
                            alien.info().id(), there.info().id())));
            network.exchange(3);
            assertThat(aliens.countOnce(3)).isGreaterThanOrEqualTo(3);
            assertThat(counter.count()).isZero();
        }
    }
}
