package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;

class TlsProbeOptionsTest {
    private static final TlsProbeOptions DEFAULTS = TlsProbeOptions.DEFAULTS;

    @Test
    void eachWitherChangesOneThing() {
        assertThat(DEFAULTS.withRingBytes(1 << 20))
                .isEqualTo(new TlsProbeOptions(
                        1 << 20, DEFAULTS.captureBytes(), DEFAULTS.networkNamespace(), DEFAULTS.processes()));
        assertThat(DEFAULTS.withCaptureBytes(16384))
                .isEqualTo(new TlsProbeOptions(
                        DEFAULTS.ringBytes(), 16384, DEFAULTS.networkNamespace(), DEFAULTS.processes()));
        assertThat(DEFAULTS.withNetworkNamespace(7))
                .isEqualTo(new TlsProbeOptions(DEFAULTS.ringBytes(), DEFAULTS.captureBytes(), 7, DEFAULTS.processes()));
        assertThat(DEFAULTS.withProcesses(Set.of(1, 2)))
                .isEqualTo(new TlsProbeOptions(
                        DEFAULTS.ringBytes(), DEFAULTS.captureBytes(), DEFAULTS.networkNamespace(), Set.of(1, 2)));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withRingBytes(100_000));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withRingBytes(2048));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withCaptureBytes(16385));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withCaptureBytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withNetworkNamespace(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withProcesses(Set.of(0)));
    }
}
