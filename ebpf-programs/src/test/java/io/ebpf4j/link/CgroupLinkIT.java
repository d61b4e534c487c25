package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@RequiresKernel(
        feature = "cgroup link",
        since = "5.7",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN})
class CgroupLinkIT {
    private static final int ALLOW = 1;

    record Hook(ProgramType type, AttachType attachType, Trigger trigger) {
        @Override
        public String toString() {
            return attachType.name();
        }
    }

    /** Every hook, and what makes it run. */
    private static Stream<Hook> hooks() {
        return Stream.of(
                new Hook(ProgramType.CGROUP_SKB, AttachType.CGROUP_INET_INGRESS, () -> datagram(Constants.AF_INET)),
                new Hook(ProgramType.CGROUP_SKB, AttachType.CGROUP_INET_EGRESS, () -> datagram(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK,
                        AttachType.CGROUP_INET_SOCK_CREATE,
                        () -> connection(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK,
                        AttachType.CGROUP_INET_SOCK_RELEASE,
                        () -> connection(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK,
                        AttachType.CGROUP_INET4_POST_BIND,
                        () -> connection(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK,
                        AttachType.CGROUP_INET6_POST_BIND,
                        () -> connection(Constants.AF_INET6)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET4_BIND,
                        () -> connection(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET6_BIND,
                        () -> connection(Constants.AF_INET6)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET4_CONNECT,
                        () -> connection(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET6_CONNECT,
                        () -> connection(Constants.AF_INET6)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_UDP4_SENDMSG,
                        () -> datagram(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_UDP6_SENDMSG,
                        () -> datagram(Constants.AF_INET6)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_UDP4_RECVMSG,
                        () -> datagram(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_UDP6_RECVMSG,
                        () -> datagram(Constants.AF_INET6)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET4_GETPEERNAME,
                        () -> connection(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET6_GETPEERNAME,
                        () -> connection(Constants.AF_INET6)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET4_GETSOCKNAME,
                        () -> connection(Constants.AF_INET)),
                new Hook(
                        ProgramType.CGROUP_SOCK_ADDR,
                        AttachType.CGROUP_INET6_GETSOCKNAME,
                        () -> connection(Constants.AF_INET6)),
                new Hook(
                        ProgramType.CGROUP_SYSCTL,
                        AttachType.CGROUP_SYSCTL,
                        () -> Files.readAllBytes(Path.of("/proc/sys/kernel/osrelease"))),
                new Hook(ProgramType.CGROUP_SOCKOPT, AttachType.CGROUP_SETSOCKOPT, CgroupLinkIT::options),
                new Hook(ProgramType.CGROUP_SOCKOPT, AttachType.CGROUP_GETSOCKOPT, CgroupLinkIT::options),
                new Hook(
                        ProgramType.CGROUP_DEVICE,
                        AttachType.CGROUP_DEVICE,
                        () -> Files.write(Path.of("/dev/null"), new byte[1])),
                new Hook(ProgramType.SOCK_OPS, AttachType.CGROUP_SOCK_OPS, () -> connection(Constants.AF_INET)));
    }

    @FunctionalInterface
    interface Trigger {
        void run() throws IOException;
    }

    private static void connection(int family) {
        try (TestSocket server =
                        TestSocket.open(family, Constants.SOCK_STREAM).bind().listen();
                TestSocket _ = TestSocket.open(family, Constants.SOCK_STREAM).connect(server.port());
                TestSocket accepted = server.accept()) {
            accepted.send(1);
        }
    }

    private static void datagram(int family) {
        try (TestSocket receiver = TestSocket.open(family, Constants.SOCK_DGRAM).bind();
                TestSocket sender = TestSocket.open(family, Constants.SOCK_DGRAM)) {
            sender.sendTo(receiver.port(), 10);
            assertThat(receiver.receive()).isEqualTo(10);
        }
    }

    private static void options() {
        try (TestSocket socket = TestSocket.open(Constants.AF_INET, Constants.SOCK_STREAM)) {
            socket.set(1);
            socket.get();
        }
    }

    @ParameterizedTest
    @MethodSource("hooks")
    void runsUntilClosed(Hook hook) throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, hook.type, hook.attachType, ALLOW)) {
            try (CgroupLink link = CgroupLink.attach(program, cgroup.path())) {
                hook.trigger.run();
                assertThat(counter.countOnce(1)).isPositive();
                long inode = (long) Files.getAttribute(cgroup.path(), "unix:ino");
                assertThat(link.info()).isInstanceOfSatisfying(LinkInfo.Cgroup.class, info -> {
                    assertThat(info.cgroupId()).isEqualTo(inode);
                    assertThat(info.attachType().number()).isEqualTo(hook.attachType.number());
                });
            }
            long closed = counter.count();
            hook.trigger.run();
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    private static AttachedPrograms egress(TestCgroup cgroup) {
        return AttachedPrograms.ofCgroup(
                cgroup.path(), AttachType.CGROUP_INET_EGRESS, AttachedPrograms.CgroupView.ATTACHED);
    }

    private static BpfProgram counting(Counter counter) {
        return TestPrograms.counting(counter, ProgramType.CGROUP_SKB, AttachType.CGROUP_INET_EGRESS, ALLOW);
    }

    @ParameterizedTest
    @EnumSource(CgroupLink.Sharing.class)
    void theOlderFormRunsUntilClosed(CgroupLink.Sharing sharing) throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            CgroupLink.Options options =
                    new CgroupLink.Options(cgroup.path(), AttachType.CGROUP_INET_EGRESS).unlinked(sharing);
            try (CgroupLink link = CgroupLink.attach(program, options)) {
                datagram(Constants.AF_INET);
                assertThat(counter.countOnce(1)).isPositive();
                assertThat(link.info()).isInstanceOf(LinkInfo.Unlinked.class);
                assertThat(egress(cgroup).entries()).hasSize(1);
            }
            assertThat(egress(cgroup).entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(AttachForm.class)
    void aProgramOfOthersStays(AttachForm form) throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter aliens = Counter.create();
                Counter counter = Counter.create();
                BpfProgram alien = counting(aliens);
                BpfProgram ours = counting(counter)) {
            String pin = "/sys/fs/bpf/ebpf4j-alien-" + ProcessHandle.current().pid();
            alien.pin(Path.of(pin));
            try {
                TestNetwork.run(
                        "bpftool", "cgroup", "attach", cgroup.path().toString(), "egress", "pinned", pin, "multi");
                CgroupLink.Options options = new CgroupLink.Options(cgroup.path(), AttachType.CGROUP_INET_EGRESS);
                CgroupLink link = CgroupLink.attach(
                        ours, form == AttachForm.UNLINKED ? options.unlinked(CgroupLink.Sharing.MULTI) : options);
                datagram(Constants.AF_INET);
                assertThat(counter.countOnce(1)).isPositive();
                assertThat(egress(cgroup).entries()).hasSize(2);
                link.detach();
                assertThat(egress(cgroup).entries())
                        .extracting(AttachedPrograms.Entry::programId)
                        .isEqualTo(List.of(alien.info().id()));
                link.close();
                long before = aliens.count();
                datagram(Constants.AF_INET);
                assertThat(aliens.count()).isGreaterThan(before);
                assertThat(TestNetwork.run(
                                "bpftool", "cgroup", "show", cgroup.path().toString()))
                        .contains("cgroup_inet_egress");
            } finally {
                Files.delete(Path.of(pin));
            }
        }
    }

    @Test
    void aHookThatAllowsNoOtherIsRefused() throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create();
                BpfProgram first = counting(counter);
                BpfProgram second = counting(counter);
                CgroupLink _ = CgroupLink.attach(
                        first,
                        new CgroupLink.Options(cgroup.path(), AttachType.CGROUP_INET_EGRESS)
                                .unlinked(CgroupLink.Sharing.EXCLUSIVE))) {
            assertThatThrownBy(() -> CgroupLink.attach(second, cgroup.path()))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("no other");
            assertThat(egress(cgroup).entries()).hasSize(1);
        }
    }

    @Test
    @RequiresKernel(feature = "cgroup program order", since = "6.17")
    void programsRunInTheOrderTheyAskFor() throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create();
                BpfProgram a = counting(counter);
                BpfProgram b = counting(counter);
                CgroupLink _ = CgroupLink.attach(a, cgroup.path());
                CgroupLink _ = CgroupLink.attach(
                        b,
                        new CgroupLink.Options(cgroup.path(), AttachType.CGROUP_INET_EGRESS)
                                .withAnchor(new Anchor.First()))) {
            assertThat(egress(cgroup).entries())
                    .extracting(AttachedPrograms.Entry::programId)
                    .containsExactly(b.info().id(), a.info().id());
            assertThat(egress(cgroup).revision()).isPositive();
        }
    }

    @Test
    void whatIsNoCgroupIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            assertThatThrownBy(() -> CgroupLink.attach(program, Path.of("/tmp")))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("/tmp");
            assertThatThrownBy(() -> CgroupLink.attach(program, Path.of("/no/such/cgroup")))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("no such directory");
        }
    }
}
