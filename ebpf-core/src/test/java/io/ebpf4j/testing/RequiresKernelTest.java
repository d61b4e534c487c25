package io.ebpf4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.Kconfig;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.Privileges;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequiresKernelTest {
    private static final Kconfig CONFIG = Kconfig.parse("CONFIG_NETKIT=m\n", "/boot/config");
    private static final KernelVersion NEW = KernelVersion.parse("6.8");

    @RequiresKernel(since = "6.7", capability = Capability.NET_ADMIN, config = "CONFIG_NETKIT", feature = "netkit")
    private static final class Netkit {}

    private static final RequiresKernel NETKIT = Netkit.class.getAnnotation(RequiresKernel.class);

    @Test
    void aKernelThatHasWhatItTakesIsNoObstacle() {
        assertThat(RequiresKernelCondition.obstacle(NETKIT, NEW, CONFIG, privileges(Capability.NET_ADMIN)))
                .isEmpty();
    }

    @Test
    void theReasonNamesFeatureAndVersion() {
        assertThat(RequiresKernelCondition.obstacle(
                        NETKIT, KernelVersion.parse("6.1.176"), CONFIG, privileges(Capability.NET_ADMIN)))
                .hasValue("netkit came with Linux 6.7 and this is Linux 6.1.176");
    }

    @Test
    void theReasonNamesTheMissingCapability() {
        assertThat(RequiresKernelCondition.obstacle(NETKIT, NEW, CONFIG, privileges()))
                .hasValue("netkit (Linux 6.7) needs CAP_NET_ADMIN");
    }

    @Test
    void theReasonNamesTheMissingOption() {
        Kconfig without = Kconfig.parse("# CONFIG_NETKIT is not set\n", "/boot/config");
        assertThat(RequiresKernelCondition.obstacle(NETKIT, NEW, without, privileges(Capability.NET_ADMIN))
                        .orElseThrow())
                .contains("CONFIG_NETKIT")
                .contains("/boot/config");
        Kconfig unknown = Kconfig.parse("", "");
        assertThat(RequiresKernelCondition.obstacle(NETKIT, NEW, unknown, privileges(Capability.NET_ADMIN)))
                .isEmpty();
    }

    private static Privileges privileges(Capability... capabilities) {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        set.addAll(List.of(capabilities));
        return new Privileges(
                set,
                Privileges.Lockdown.NONE,
                OptionalInt.of(2),
                OptionalInt.of(2),
                OptionalInt.of(0),
                List.of(),
                Privileges.UserNamespace.INITIAL);
    }
}
