package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        feature = "network namespace link",
        since = "5.9",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN})
class NetnsLinkIT {
    private static final int PASS = 1;

    @Test
    void socketLookupRunsUntilClosed() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.SK_LOOKUP, AttachType.SK_LOOKUP, PASS)) {
            try (NetnsLink link = NetnsLink.attach(program, new NetnsLink.Options(network.file()))) {
                network.exchange(5);
                assertThat(counter.countOnce(5)).isGreaterThanOrEqualTo(5);
                long inode = (long) Files.getAttribute(network.file(), "unix:ino");
                assertThat(link.info())
                        .isInstanceOfSatisfying(
                                LinkInfo.Netns.class,
                                info -> assertThat(Integer.toUnsignedLong(info.namespaceInode()))
                                        .isEqualTo(inode));
                assertThat(AttachedPrograms.ofNamespace(network.file(), AttachType.SK_LOOKUP)
                                .entries())
                        .extracting(AttachedPrograms.Entry::programId)
                        .containsExactly(program.info().id());
            }
            long closed = counter.count();
            network.exchange(5);
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    @Test
    void aSecondFlowDissectorIsRefusedAndTheFirstStays() throws Exception {
        try (TestNetwork network = TestNetwork.create();
                Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.FLOW_DISSECTOR, AttachType.FLOW_DISSECTOR, 0);
                NetnsLink _ = NetnsLink.attach(program, new NetnsLink.Options(network.file()))) {
            assertThatThrownBy(() -> NetnsLink.attach(program, new NetnsLink.Options(network.file())))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("another");
            assertThat(AttachedPrograms.ofNamespace(network.file(), AttachType.FLOW_DISSECTOR)
                            .entries())
                    .hasSize(1);
        }
    }

    @Test
    void aNamespaceThatIsNotThereIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.SK_LOOKUP, AttachType.SK_LOOKUP, PASS)) {
            assertThatThrownBy(
                            () -> NetnsLink.attach(program, new NetnsLink.Options(Path.of("/run/netns/no-such-one"))))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("no-such-one");
        }
    }
}
