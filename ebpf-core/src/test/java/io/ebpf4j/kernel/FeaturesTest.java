package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.FeatureSupport.Cause;
import io.ebpf4j.kernel.FeatureSupport.Unsupported;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.testing.FakeKernel;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FeaturesTest {
    private static final int HASH = 1;
    private static final int RINGBUF = 27;
    private static final int INODE_STORAGE = 28;
    private static final int XDP = 6;
    private static final Kconfig WITHOUT_LSM = Kconfig.parse("CONFIG_BPF_SYSCALL=y\n", "/boot/config");
    private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);

    private final FakeKernel kernel = new FakeKernel();

    @Test
    void aMapThatCanBeMadeIsSupportedAndAskedForOnce() {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> kernel.newFd());
        Features features = features("6.18", ALL, Privileges.Lockdown.NONE);
        assertThat(features.mapType(RINGBUF).isSupported()).isTrue();
        assertThat(features.mapType(RINGBUF).isSupported()).isTrue();
        assertThat(kernel.bpfCalls(BpfCommand.MAP_CREATE)).hasSize(1);
        assertThat(kernel.openFds()).isEmpty();
    }

    @Test
    void anOldKernelIsTooOld() {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> -22);
        Unsupported missing =
                unsupported(features("5.4.1", ALL, Privileges.Lockdown.NONE).mapType(RINGBUF));
        assertThat(missing.cause()).isEqualTo(Cause.TOO_OLD);
        assertThat(missing.since()).hasValue(KernelVersion.parse("5.8"));
        assertThatThrownBy(missing::require)
                .isInstanceOf(NotSupportedException.class)
                .hasMessageContaining("5.8")
                .hasMessageContaining("5.4.1");
    }

    @Test
    void aNewKernelWithoutTheOptionIsConfiguredOut() {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> -22).onBpf(BpfCommand.BTF_LOAD, attr -> kernel.newFd());
        Unsupported missing =
                unsupported(features("6.1", ALL, Privileges.Lockdown.NONE).mapType(INODE_STORAGE));
        assertThat(missing.cause()).isEqualTo(Cause.CONFIGURED_OUT);
        assertThat(missing.detail()).contains("CONFIG_BPF_LSM");
        assertThat(kernel.openFds()).isEmpty();
    }

    @Test
    void aNewKernelThatRefusesForNoKnownReasonIsSaidToDoSo() {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> -22);
        Unsupported missing =
                unsupported(features("6.1", ALL, Privileges.Lockdown.NONE).mapType(RINGBUF));
        assertThat(missing.cause()).isEqualTo(Cause.UNKNOWN);
        assertThat(missing.detail()).contains("EINVAL");
    }

    @Test
    void theUnprivilegedLackACapabilityOrMeetTheSysctl() {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> -1).onBpf(BpfCommand.PROG_LOAD, attr -> -1);
        Features features = features("6.1", Set.of(), Privileges.Lockdown.NONE);
        assertThat(unsupported(features.mapType(HASH)).cause()).isEqualTo(Cause.SYSCTL);
        assertThat(unsupported(features.programType(XDP)).cause()).isEqualTo(Cause.CAPABILITY);
        assertThatThrownBy(() -> features.programType(XDP).require())
                .isInstanceOf(DeniedException.class)
                .hasMessageContaining("CAP_BPF");
    }

    @Test
    void lockdownAndSandboxesAreToldApart() {
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> -1);
        assertThat(unsupported(features("6.1", ALL, Privileges.Lockdown.CONFIDENTIALITY)
                                .programType(XDP))
                        .cause())
                .isEqualTo(Cause.LOCKDOWN);
        assertThat(unsupported(features("6.1", ALL, Privileges.Lockdown.NONE).programType(XDP))
                        .cause())
                .isEqualTo(Cause.POLICY);
    }

    private Features features(String version, Set<Capability> capabilities, Privileges.Lockdown lockdown) {
        return new Features(
                kernel,
                KernelVersion.parse(version),
                WITHOUT_LSM,
                new Privileges(
                        capabilities,
                        lockdown,
                        OptionalInt.of(2),
                        OptionalInt.of(2),
                        OptionalInt.of(0),
                        List.of(),
                        Privileges.UserNamespace.INITIAL));
    }

    private static Unsupported unsupported(FeatureSupport support) {
        assertThat(support).isInstanceOf(Unsupported.class);
        return (Unsupported) support;
    }
}
