package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        feature = "sk_skb verdict",
        since = "5.13",
        capability = {Capability.BPF, Capability.NET_ADMIN})
class SkSkbIT {
    private static final int PASS = 1;

    @Test
    void seesWhatTheSocketsOfTheMapReceiveUntilClosed() {
        try (TestSocket server = TestSocket.open(Constants.AF_INET, Constants.SOCK_STREAM)
                        .bind()
                        .listen();
                TestSocket client = TestSocket.open(Constants.AF_INET, Constants.SOCK_STREAM)
                        .connect(server.port());
                TestSocket accepted = server.accept();
                Fd map = Counter.sockmap();
                Counter counter = Counter.create();
                BpfProgram program =
                        TestPrograms.counting(counter, ProgramType.SK_SKB, AttachType.SK_SKB_VERDICT, PASS)) {
            try (SkSkb link = SkSkb.attach(program, new SkSkb.Options(map.number(), SkSkb.Role.VERDICT))) {
                Counter.put(map, accepted.fd());
                client.send(7);
                assertThat(accepted.receive()).isEqualTo(7);
                assertThat(counter.countOnce(1)).isPositive();
                assertThat(link.info().programId()).isEqualTo(program.info().id());
            }
            assertThat(AttachedPrograms.ofMap(map.number(), AttachType.SK_SKB_VERDICT)
                            .entries())
                    .isEmpty();
        }
    }
}
