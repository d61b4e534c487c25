package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "socket filter", since = "3.19")
class SocketFilterIT {
    private static final int PASS_ALL = 0xffff;

    @Test
    void seesWhatTheSocketReceivesUntilClosed() {
        try (TestSocket receiver =
                        TestSocket.open(Constants.AF_INET, Constants.SOCK_DGRAM).bind();
                TestSocket sender = TestSocket.open(Constants.AF_INET, Constants.SOCK_DGRAM);
                Counter first = Counter.create();
                Counter second = Counter.create();
                BpfProgram one = TestPrograms.counting(first, ProgramType.SOCKET_FILTER, AttachType.NONE, PASS_ALL);
                BpfProgram other =
                        TestPrograms.counting(second, ProgramType.SOCKET_FILTER, AttachType.NONE, PASS_ALL)) {
            try (SocketFilter link = SocketFilter.attach(one, new SocketFilter.Options(receiver.fd()))) {
                sender.sendTo(receiver.port(), 10);
                assertThat(receiver.receive()).isEqualTo(10);
                assertThat(first.count()).isEqualTo(1);
                link.update(other);
                sender.sendTo(receiver.port(), 10);
                assertThat(receiver.receive()).isEqualTo(10);
                assertThat(first.count()).isEqualTo(1);
                assertThat(second.count()).isEqualTo(1);
                assertThat(link.info().programId()).isEqualTo(other.info().id());
                assertThatThrownBy(() -> link.pin(Path.of("/sys/fs/bpf/no"))).isInstanceOf(NotSupportedException.class);
            }
            sender.sendTo(receiver.port(), 10);
            assertThat(receiver.receive()).isEqualTo(10);
            assertThat(second.count()).isEqualTo(1);
        }
    }
}
