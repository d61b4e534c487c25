package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        feature = "sk_msg",
        since = "4.17",
        capability = {Capability.BPF, Capability.NET_ADMIN})
class SkMsgIT {
    private static final int PASS = 1;

    @Test
    void seesWhatTheSocketsOfTheMapSendUntilClosed() {
        try (TestSocket server = TestSocket.open(Constants.AF_INET, Constants.SOCK_STREAM)
                        .bind()
                        .listen();
                TestSocket client = TestSocket.open(Constants.AF_INET, Constants.SOCK_STREAM)
                        .connect(server.port());
                TestSocket accepted = server.accept();
                Fd map = Counter.sockmap();
                Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.SK_MSG, AttachType.SK_MSG_VERDICT, PASS)) {
            try (SkMsg _ = SkMsg.attach(program, new SkMsg.Options(map.number()))) {
                Counter.put(map, client.fd());
                client.send(7);
                assertThat(accepted.receive()).isEqualTo(7);
                assertThat(counter.count()).isEqualTo(1);
                assertThat(AttachedPrograms.ofMap(map.number(), AttachType.SK_MSG_VERDICT)
                                .entries())
                        .extracting(AttachedPrograms.Entry::programId)
                        .containsExactly(program.info().id());
                assertThatThrownBy(() -> SkMsg.attach(program, new SkMsg.Options(map.number())))
                        .isInstanceOf(InvalidTargetException.class)
                        .hasMessageContaining("another");
            }
            assertThat(AttachedPrograms.ofMap(map.number(), AttachType.SK_MSG_VERDICT)
                            .entries())
                    .isEmpty();
        }
    }
}
