package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "tracepoint link", since = "5.15")
class TracepointLinkIT {
    private static final TracepointLink.Options GETPID = new TracepointLink.Options("syscalls", "sys_enter_getpid");

    static void trigger(int times) {
        for (int i = 0; i < times; i++) {
            Kernel.system().call(SystemCall.GETPID, 0, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void runsAtTheTracepointUntilClosed() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.leavingCookie(counter, ProgramType.TRACEPOINT, AttachType.NONE)) {
            try (TracepointLink link = TracepointLink.attach(program, GETPID.withCookie(0x1234_5678_9abc_def0L))) {
                trigger(10);
                assertThat(counter.countOnce(10)).isGreaterThanOrEqualTo(10);
                assertThat(counter.left()).isEqualTo(0x1234_5678_9abc_def0L);
                assertThat(link.info()).isInstanceOfSatisfying(LinkInfo.Tracepoint.class, info -> {
                    assertThat(info.name()).isEqualTo("sys_enter_getpid");
                    assertThat(info.programId()).isEqualTo(program.info().id());
                    assertThat(info.cookie()).isEqualTo(0x1234_5678_9abc_def0L);
                });
                assertThatThrownBy(() -> link.update(program)).isInstanceOf(NotSupportedException.class);
            }
            long closed = counter.count();
            trigger(10);
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    @Test
    void aLinkThatTheKernelCannotDetachSaysSo() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.TRACEPOINT, AttachType.NONE, 0);
                TracepointLink link = TracepointLink.attach(program, GETPID)) {
            assertThatThrownBy(link::detach)
                    .isInstanceOf(NotSupportedException.class)
                    .hasMessageContaining("last descriptor");
        }
    }

    @Test
    void theOlderFormRunsToo() {
        LinkCommands commands = LinkCommands.system();
        long id = Tracefs.require().tracepointId("syscalls", "sys_enter_getpid");
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.TRACEPOINT, AttachType.NONE, 0)) {
            PerfEventSource event =
                    PerfEventSource.own(commands, PerfEventSource.openTracepoint(commands, id, -1), "getpid");
            try (TracepointLink link = new TracepointLink(event.attachByIoctl(program))) {
                event.enable();
                trigger(10);
                assertThat(counter.countOnce(10)).isGreaterThanOrEqualTo(10);
                assertThat(link.info()).isInstanceOf(LinkInfo.Unlinked.class);
                assertThatThrownBy(() -> link.pin(java.nio.file.Path.of("/sys/fs/bpf/no")))
                        .isInstanceOf(NotSupportedException.class)
                        .hasMessageContaining("5.7");
            }
            long closed = counter.count();
            trigger(10);
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    @Test
    void anUnknownTracepointIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.TRACEPOINT, AttachType.NONE, 0)) {
            assertThatThrownBy(() -> TracepointLink.attach(program, new TracepointLink.Options("syscalls", "nothing")))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("syscalls:nothing");
        }
    }
}
