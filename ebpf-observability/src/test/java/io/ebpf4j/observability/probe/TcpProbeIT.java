package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.ConnectFailedView;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "socket cookies in tp_btf programs")
class TcpProbeIT {
    private static final RecordKind FAILED = new RecordKind(Layer.TCP, "connect_failed");
    private static final int ATTEMPTS = 200;

    /** Counts failures. */
    private static final class Failures implements EventHandler {
        private long count;

        @Override
        public void connectFailed(ConnectFailedView view) {
            count++;
        }
    }

    @Test
    void whatFindsTheRingFullIsCountedToTheUnit() {
        Failures failures = new Failures();
        try (TestNetwork network = new TestNetwork();
                TcpProbe probe = TcpProbe.open(
                        TcpProbeOptions.DEFAULTS.withRingBytes(4096).withNetworkNamespace(network.inode()), failures)) {
            network.call(() -> refusals());
            while (probe.poll(Duration.ZERO) > 0) {
                // until the ring is empty
            }
            LossLedger ledger = probe.ledger();
            assertThat(ledger.pending()).isZero();
            LossLedger.Counts failed = ledger.counts(FAILED);
            assertThat(failed.attempted()).isBetween(ATTEMPTS - ledger.missedRuns(), (long) ATTEMPTS);
            assertThat(failed.delivered()).isEqualTo(failures.count).isPositive();
            assertThat(failed.lost()).isEqualTo(failed.attempted() - failures.count);
            assertThat(ledger.lost()).isPositive();
            assertThat(ledger.isComplete()).isFalse();
        }
    }

    @Test
    void watchesOnlyTheNamespaceThatWasAskedFor() {
        Failures failures = new Failures();
        try (TestNetwork watched = new TestNetwork();
                TestNetwork other = new TestNetwork();
                TcpProbe probe =
                        TcpProbe.open(TcpProbeOptions.DEFAULTS.withNetworkNamespace(watched.inode()), failures)) {
            other.call(() -> refusals());
            while (probe.poll(Duration.ZERO) > 0) {
                // until the ring is empty
            }
            assertThat(failures.count).isZero();
            assertThat(probe.ledger().counts(FAILED).attempted()).isZero();
        }
    }

    private static int refusals() throws IOException {
        int refused = 0;
        for (int i = 0; i < ATTEMPTS; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
            } catch (ConnectException e) {
                refused++;
            }
        }
        return refused;
    }
}
