package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Privileges.Lockdown;
import io.ebpf4j.kernel.Privileges.UserNamespace;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivilegesTest {
    private static final String DOCKER_STATUS = """
            Name:\tcat
            Umask:\t0022
            CapInh:\t0000000000000000
            CapPrm:\t00000000a80425fb
            CapEff:\t00000000a80425fb
            CapBnd:\t00000000a80425fb
            CapAmb:\t0000000000000000
            """;

    @Test
    void readsTheEffectiveCapabilitiesOfAContainer() {
        // the default set of a container engine, as capsh --decode=00000000a80425fb prints it
        assertThat(Privileges.effective(DOCKER_STATUS))
                .isEqualTo(EnumSet.of(
                        Capability.CHOWN,
                        Capability.DAC_OVERRIDE,
                        Capability.FOWNER,
                        Capability.FSETID,
                        Capability.KILL,
                        Capability.SETGID,
                        Capability.SETUID,
                        Capability.SETPCAP,
                        Capability.NET_BIND_SERVICE,
                        Capability.NET_RAW,
                        Capability.SYS_CHROOT,
                        Capability.MKNOD,
                        Capability.AUDIT_WRITE,
                        Capability.SETFCAP));
    }

    @Test
    void everyBitOfAFullSetHasAName() {
        assertThat(Capability.ofMask(0x1ffffffffffL)).isEqualTo(EnumSet.allOf(Capability.class));
        assertThat(Capability.ofMask(-1L)).isEqualTo(EnumSet.allOf(Capability.class));
    }

    @ParameterizedTest
    @CsvSource({
        "[none] integrity confidentiality, NONE",
        "none [integrity] confidentiality, INTEGRITY",
        "none integrity [confidentiality], CONFIDENTIALITY",
        "garbage, UNKNOWN"
    })
    void lockdownIsTheModeInBrackets(String text, Lockdown mode) {
        assertThat(Privileges.lockdown(text + "\n")).isEqualTo(mode);
    }

    @Test
    void onlyTheInitialNamespaceMapsEveryUserToItself() {
        assertThat(Privileges.userNamespace("         0          0 4294967295\n"))
                .isEqualTo(UserNamespace.INITIAL);
        assertThat(Privileges.userNamespace("         0     100000      65536\n"))
                .isEqualTo(UserNamespace.NESTED);
        assertThat(Privileges.userNamespace("")).isEqualTo(UserNamespace.UNKNOWN);
    }

    @Test
    void listsSecurityModulesInOrder() {
        assertThat(Privileges.modules("lockdown,capability,yama,apparmor,bpf\n"))
                .containsExactly("lockdown", "capability", "yama", "apparmor", "bpf");
    }

    @Test
    void sysAdminCountsAsBpfAndPerfmonButNotAsNetAdmin() {
        Privileges old = with(Set.of(Capability.SYS_ADMIN), Lockdown.NONE, UserNamespace.INITIAL);
        assertThat(old.has(Capability.BPF)).isTrue();
        assertThat(old.has(Capability.PERFMON)).isTrue();
        assertThat(old.has(Capability.NET_ADMIN)).isFalse();
    }

    @Test
    void namesTheMissingCapabilityAndTheSysctl() {
        Privileges none = with(Set.of(), Lockdown.NONE, UserNamespace.INITIAL);
        assertThat(none.explain("bpf(BPF_MAP_CREATE)").orElseThrow().missing())
                .isEqualTo("CAP_BPF (kernel.unprivileged_bpf_disabled is 2)");
        assertThat(none.explain("perf_event_open").orElseThrow().missing())
                .isEqualTo("CAP_PERFMON (kernel.perf_event_paranoid is 3)");
    }

    @Test
    void namesLockdownAndTheNamespaceWhereNoCapabilityIsMissing() {
        Set<Capability> all = EnumSet.allOf(Capability.class);
        assertThat(with(all, Lockdown.CONFIDENTIALITY, UserNamespace.INITIAL)
                        .explain("bpf(BPF_PROG_LOAD)")
                        .orElseThrow()
                        .missing())
                .isEqualTo("kernel lockdown (confidentiality)");
        assertThat(with(all, Lockdown.NONE, UserNamespace.NESTED)
                        .explain("bpf(BPF_PROG_LOAD)")
                        .orElseThrow()
                        .missing())
                .contains("initial user namespace");
        assertThat(with(all, Lockdown.NONE, UserNamespace.INITIAL).explain("bpf(BPF_PROG_LOAD)"))
                .isEmpty();
    }

    private static Privileges with(Set<Capability> capabilities, Lockdown lockdown, UserNamespace namespace) {
        return new Privileges(
                capabilities,
                lockdown,
                OptionalInt.of(2),
                OptionalInt.of(3),
                OptionalInt.of(1),
                List.of("capability"),
                namespace);
    }
}
