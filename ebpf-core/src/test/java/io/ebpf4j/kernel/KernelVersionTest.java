package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelVersionTest {
    @ParameterizedTest
    @CsvSource({
        "6.18.0-1-amd64, 6, 18, 0",
        "5.10.223, 5, 10, 223",
        "6.12.117+deb13-cloud-amd64, 6, 12, 117",
        "7.3-rc3, 7, 3, 0",
        "5.15.167.4-microsoft-standard-WSL2, 5, 15, 167",
        "4.4, 4, 4, 0"
    })
    void readsReleasesAsDistributionsWriteThem(String release, int major, int minor, int patch) {
        assertThat(KernelVersion.parse(release)).isEqualTo(new KernelVersion(major, minor, patch));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "six.one", "-1.2", "99999.1"})
    void refusesWhatIsNoRelease(String release) {
        assertThatThrownBy(() -> KernelVersion.parse(release)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ordersByNumberNotByText() {
        assertThat(KernelVersion.parse("6.9")).isLessThan(KernelVersion.parse("6.10"));
        assertThat(KernelVersion.parse("6.10.1")).isGreaterThan(KernelVersion.parse("6.10"));
        assertThat(KernelVersion.parse("6.10").isAtLeast(5, 15)).isTrue();
        assertThat(KernelVersion.parse("6.10").isAtLeast(6, 11)).isFalse();
    }

    @Test
    void theCodeOfAProgramHasThePatchInOneByte() {
        assertThat(KernelVersion.parse("4.9.337").code()).isEqualTo(0x0409ff);
        assertThat(KernelVersion.parse("4.19.5").code()).isEqualTo(0x041305);
    }
}
