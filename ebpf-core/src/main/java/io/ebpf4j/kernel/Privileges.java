package io.ebpf4j.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What this process may do, and what of the kernel's configuration stands in its way.
 *
 * @param capabilities the effective capabilities
 * @param lockdown the kernel lockdown mode
 * @param unprivilegedBpfDisabled the sysctl {@code kernel.unprivileged_bpf_disabled}: 0 anyone may call bpf(2), 1 and 2
 *     only the privileged; empty where it cannot be read
 * @param perfEventParanoid the sysctl {@code kernel.perf_event_paranoid}; empty where it cannot be read
 * @param kptrRestrict the sysctl {@code kernel.kptr_restrict}; empty where it cannot be read
 * @param securityModules the active security modules in order, empty where securityfs is not mounted
 * @param userNamespace where the capabilities count
 */
public record Privileges(
        Set<Capability> capabilities,
        Lockdown lockdown,
        OptionalInt unprivilegedBpfDisabled,
        OptionalInt perfEventParanoid,
        OptionalInt kptrRestrict,
        List<String> securityModules,
        UserNamespace userNamespace) {

    /** The modes of kernel lockdown, {@code security/lockdown/}, Linux 5.4. */
    public enum Lockdown {
        /** Not locked down, or no such module. */
        NONE,
        /** The running kernel must not be changed: {@code bpf_probe_write_user} is denied. */
        INTEGRITY,
        /** Nor its secrets read: programs may not read kernel memory, kprobes and tracefs are denied. */
        CONFIDENTIALITY,
        /** The file that says so cannot be read. */
        UNKNOWN
    }

    /** Where the capabilities of this process count. */
    public enum UserNamespace {
        /** In the initial namespace, the only one most of bpf(2) accepts capabilities of. */
        INITIAL,
        /** In a namespace of a container: bpf(2) needs a BPF token (Linux 6.9). */
        NESTED,
        /** It cannot be told. */
        UNKNOWN
    }

    /**
     * Why something is denied.
     *
     * @param missing what is missing or in the way
     * @param hint what to do about it
     */
    public record Denial(String missing, String hint) {}

    /** Makes the collections immutable. */
    public Privileges {
        capabilities = Set.copyOf(capabilities);
        securityModules = List.copyOf(securityModules);
    }

    /**
     * {@return the privileges of this process now}
     *
     * <p>Capabilities are read from {@code /proc/self/status}, that is of the main thread; threads of a JVM have the same.
     * What cannot be read is unknown, not an error.
     */
    public static Privileges current() {
        return new Privileges(
                read("/proc/self/status").map(Privileges::effective).orElse(EnumSet.noneOf(Capability.class)),
                read("/sys/kernel/security/lockdown").map(Privileges::lockdown).orElseGet(Privileges::noLockdownFile),
                read("/proc/sys/kernel/unprivileged_bpf_disabled")
                        .map(Privileges::number)
                        .orElse(OptionalInt.empty()),
                read("/proc/sys/kernel/perf_event_paranoid")
                        .map(Privileges::number)
                        .orElse(OptionalInt.empty()),
                read("/proc/sys/kernel/kptr_restrict").map(Privileges::number).orElse(OptionalInt.empty()),
                read("/sys/kernel/security/lsm").map(Privileges::modules).orElse(List.of()),
                read("/proc/self/uid_map").map(Privileges::userNamespace).orElse(UserNamespace.UNKNOWN));
    }

    /**
     * {@return whether a capability is effective}
     *
     * @param capability the capability; {@code CAP_SYS_ADMIN} implies {@code CAP_BPF} and {@code CAP_PERFMON}
     */
    public boolean has(Capability capability) {
        if (capabilities.contains(capability)) {
            return true;
        }
        return (capability == Capability.BPF || capability == Capability.PERFMON)
                && capabilities.contains(Capability.SYS_ADMIN);
    }

    /**
     * Why the kernel may have answered {@code EPERM}.
     *
     * @param call the call as it appears in messages: {@code bpf(BPF_PROG_LOAD)}, {@code perf_event_open}, ...
     * @return the first reason found, or nothing when this process lacks nothing the call is known to need
     */
    public Optional<Denial> explain(String call) {
        if (userNamespace == UserNamespace.NESTED && call.startsWith("bpf(")) {
            return Optional.of(new Denial(
                    "a capability in the initial user namespace",
                    "run in the initial user namespace, or delegate a BPF file system (Linux 6.9)"));
        }
        List<Capability> missing =
                needed(call).stream().filter(each -> !has(each)).toList();
        if (!missing.isEmpty()) {
            String names = String.join(
                    " and ", missing.stream().map(Capability::kernelName).toList());
            String sysctl = call.startsWith("bpf(") && unprivilegedBpfDisabled.orElse(0) > 0
                    ? " (kernel.unprivileged_bpf_disabled is " + unprivilegedBpfDisabled.getAsInt() + ")"
                    : call.startsWith("perf_event_open") && perfEventParanoid.isPresent()
                            ? " (kernel.perf_event_paranoid is " + perfEventParanoid.getAsInt() + ")"
                            : "";
            return Optional.of(new Denial(names + sysctl, "run as root, or grant " + names));
        }
        boolean tracing = call.startsWith("bpf(BPF_PROG_LOAD")
                || call.startsWith("bpf(BPF_LINK_CREATE")
                || call.startsWith("bpf(BPF_RAW_TRACEPOINT_OPEN")
                || call.startsWith("perf_event_open");
        if (tracing && lockdown == Lockdown.CONFIDENTIALITY) {
            return Optional.of(new Denial(
                    "kernel lockdown (confidentiality)", "boot with lockdown=integrity or without lockdown"));
        }
        return Optional.empty();
    }

    private static List<Capability> needed(String call) {
        if (call.startsWith("bpf(") && (call.contains("_BY_ID") || call.contains("_NEXT_ID"))) {
            return List.of(Capability.SYS_ADMIN);
        }
        if (call.startsWith("bpf(BPF_PROG_LOAD")) {
            return List.of(Capability.BPF, Capability.PERFMON, Capability.NET_ADMIN);
        }
        if (call.startsWith("bpf(BPF_PROG_ATTACH") || call.startsWith("bpf(BPF_PROG_DETACH")) {
            return List.of(Capability.BPF, Capability.NET_ADMIN);
        }
        if (call.startsWith("bpf(BPF_LINK_CREATE")) {
            return List.of(Capability.BPF, Capability.PERFMON, Capability.NET_ADMIN);
        }
        if (call.startsWith("bpf(BPF_RAW_TRACEPOINT_OPEN")) {
            return List.of(Capability.BPF, Capability.PERFMON);
        }
        if (call.startsWith("bpf(BPF_ENABLE_STATS")) {
            return List.of(Capability.SYS_ADMIN);
        }
        if (call.startsWith("bpf(")) {
            return List.of(Capability.BPF);
        }
        if (call.startsWith("perf_event_open") || call.startsWith("ioctl(PERF_")) {
            return List.of(Capability.PERFMON);
        }
        if (call.startsWith("netlink") || call.startsWith("RTM_")) {
            return List.of(Capability.NET_ADMIN);
        }
        if (call.startsWith("mount")
                || call.startsWith("umount")
                || call.startsWith("setns")
                || call.startsWith("unshare")) {
            return List.of(Capability.SYS_ADMIN);
        }
        return List.of();
    }

    /**
     * {@return the capabilities in the text of {@code /proc/self/status}}
     *
     * @param status the text
     */
    static Set<Capability> effective(String status) {
        for (String line : status.lines().toList()) {
            if (line.startsWith("CapEff:")) {
                return Capability.ofMask(Long.parseUnsignedLong(
                        line.substring("CapEff:".length()).strip(), 16));
            }
        }
        return EnumSet.noneOf(Capability.class);
    }

    /**
     * {@return the mode in brackets}
     *
     * @param text such as {@code none [integrity] confidentiality}
     */
    static Lockdown lockdown(String text) {
        int open = text.indexOf('[');
        int close = text.indexOf(']', open + 1);
        if (open < 0 || close < 0) {
            return Lockdown.UNKNOWN;
        }
        return switch (text.substring(open + 1, close).toLowerCase(Locale.ROOT)) {
            case "none" -> Lockdown.NONE;
            case "integrity" -> Lockdown.INTEGRITY;
            case "confidentiality" -> Lockdown.CONFIDENTIALITY;
            default -> Lockdown.UNKNOWN;
        };
    }

    /** With securityfs mounted, a missing file means a kernel without lockdown; else nothing is known. */
    private static Lockdown noLockdownFile() {
        return Files.exists(Path.of("/sys/kernel/security/lsm")) ? Lockdown.NONE : Lockdown.UNKNOWN;
    }

    static OptionalInt number(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text.strip()));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    static List<String> modules(String text) {
        List<String> modules = new ArrayList<>();
        for (String name : text.strip().split(",", -1)) {
            if (!name.isBlank()) {
                modules.add(name.strip());
            }
        }
        return modules;
    }

    /**
     * {@return which namespace a map of user ids is of}
     *
     * @param map text of {@code /proc/self/uid_map}; the initial namespace maps all 2<sup>32</sup>-1 ids to themselves
     */
    static UserNamespace userNamespace(String map) {
        List<String> lines =
                map.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (lines.isEmpty()) {
            return UserNamespace.UNKNOWN;
        }
        return lines.size() == 1 && lines.getFirst().matches("0\\s+0\\s+4294967295")
                ? UserNamespace.INITIAL
                : UserNamespace.NESTED;
    }

    /** What cannot be read is reported as unknown by whoever asked for it. */
    private static Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(Path.of(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            System.getLogger("io.ebpf4j.kernel").log(System.Logger.Level.DEBUG, "cannot read " + file, e);
            return Optional.empty();
        }
    }
}
