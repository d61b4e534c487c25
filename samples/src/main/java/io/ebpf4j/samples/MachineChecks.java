package io.ebpf4j.samples;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.FeatureSupport;
import io.ebpf4j.kernel.Features;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.Privileges;
import io.ebpf4j.samples.Check.State;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ProgramType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Looks at what decides whether eBPF works on this machine for this process. */
final class MachineChecks {
    private final Privileges privileges = Privileges.current();
    private final Features features = Features.running();

    List<Check> all() {
        return List.of(
                kernel(),
                types(),
                capabilities(),
                lockdown(),
                namespace(),
                jit(),
                mounted("tracefs", "/sys/kernel/tracing", "ebpf4j opens one of its own, given CAP_SYS_ADMIN"),
                mounted("bpf", "/sys/fs/bpf", "pins live there"),
                mounted("cgroup2", "/sys/fs/cgroup/unified", "cgroup programs attach to its folders"),
                features(
                        "program types",
                        without(ProgramType.known(), ProgramType.UNSPEC),
                        ProgramType::name,
                        type -> features.programType(type.number())),
                features(
                        "map types",
                        without(MapType.known(), MapType.UNSPEC),
                        MapType::name,
                        type -> features.mapType(type.number())),
                features(
                        "attach types",
                        AttachType.known(),
                        AttachType::name,
                        type -> features.attachType(type.number())),
                observe());
    }

    private Check kernel() {
        KernelVersion version = features.kernel();
        String detail = "Linux " + version + " on " + System.getProperty("os.arch");
        return version.isAtLeast(5, 12)
                ? Check.ok("kernel", detail)
                : new Check("kernel", State.LIMITED, detail, List.of("observe needs Linux 5.12 or newer"));
    }

    private static Check types() {
        Path vmlinux = Path.of("/sys/kernel/btf/vmlinux");
        return Files.isReadable(vmlinux)
                ? Check.ok("kernel types (BTF)", vmlinux.toString())
                : new Check(
                        "kernel types (BTF)",
                        State.LIMITED,
                        vmlinux + " cannot be read",
                        List.of("use a kernel with CONFIG_DEBUG_INFO_BTF, or give a file: object plan --btf FILE"));
    }

    private Check capabilities() {
        List<String> missing = new ArrayList<>();
        for (Capability needed : List.of(Capability.BPF, Capability.PERFMON, Capability.NET_ADMIN)) {
            if (!privileges.has(needed)) {
                missing.add(needed.kernelName());
            }
        }
        if (missing.isEmpty()) {
            return Check.ok("capabilities", "CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are effective");
        }
        return new Check(
                "capabilities",
                privileges.has(Capability.BPF) ? State.LIMITED : State.MISSING,
                String.join(", ", missing) + " not effective",
                List.of("run as root, or grant them to the JVM's process (systemd: AmbientCapabilities=)"));
    }

    private Check lockdown() {
        return switch (privileges.lockdown()) {
            case NONE -> Check.ok("lockdown", "none");
            case INTEGRITY ->
                new Check("lockdown", State.LIMITED, "integrity: programs may not write user memory", List.of());
            case CONFIDENTIALITY ->
                new Check(
                        "lockdown",
                        State.MISSING,
                        "confidentiality: programs may not read kernel memory",
                        List.of("boot with lockdown=integrity or without lockdown"));
            case UNKNOWN ->
                new Check(
                        "lockdown",
                        State.LIMITED,
                        "cannot be told: securityfs is not mounted",
                        List.of("mount -t securityfs securityfs /sys/kernel/security"));
        };
    }

    private Check namespace() {
        return switch (privileges.userNamespace()) {
            case INITIAL -> Check.ok("user namespace", "initial");
            case NESTED ->
                new Check(
                        "user namespace",
                        State.MISSING,
                        "capabilities count only inside this container",
                        List.of("run in the initial user namespace, or have a BPF file system delegated (Linux 6.9)"));
            case UNKNOWN -> new Check("user namespace", State.LIMITED, "cannot be told", List.of());
        };
    }

    private static Check jit() {
        return read("/proc/sys/net/core/bpf_jit_enable").equals("0")
                ? new Check(
                        "JIT",
                        State.LIMITED,
                        "off: programs are interpreted",
                        List.of("sysctl net.core.bpf_jit_enable=1"))
                : Check.ok("JIT", "on");
    }

    private static Check mounted(String type, String usual, String use) {
        String where = where(type);
        return where.isEmpty()
                ? new Check(
                        type,
                        State.LIMITED,
                        "not mounted: " + use,
                        List.of("mount -t " + type + " " + type + " " + usual))
                : Check.ok(type, where);
    }

    /** The first place where a file system of that type is mounted, empty where none is. */
    private static String where(String type) {
        return read("/proc/self/mounts")
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > 2 && fields[2].equals(type))
                .map(fields -> fields[1])
                .findFirst()
                .orElse("");
    }

    private static <T> Check features(
            String name, List<T> known, Function<T, String> title, Function<T, FeatureSupport> support) {
        List<String> missing = new ArrayList<>();
        for (T each : known) {
            if (support.apply(each) instanceof FeatureSupport.Unsupported lacking) {
                missing.add(title.apply(each) + ": " + lacking.detail());
            }
        }
        int there = known.size() - missing.size();
        State state = missing.isEmpty() ? State.OK : there == 0 ? State.MISSING : State.LIMITED;
        return new Check(name, state, there + " of " + known.size() + " that ebpf4j knows", missing);
    }

    private static <T> List<T> without(List<T> all, T one) {
        return all.stream().filter(each -> !each.equals(one)).toList();
    }

    private Check observe() {
        List<String> needs = new ArrayList<>();
        needs(needs, features.programType(ProgramType.TRACING.number()));
        needs(needs, features.attachType(AttachType.TRACE_RAW_TP.number()));
        needs(needs, features.programType(ProgramType.TRACEPOINT.number()));
        needs(needs, features.mapType(MapType.RINGBUF.number()));
        needs(needs, features.mapType(MapType.SK_STORAGE.number()));
        needs(needs, features.mapType(MapType.TASK_STORAGE.number()));
        if (where("tracefs").isEmpty() && !privileges.has(Capability.SYS_ADMIN)) {
            needs.add("tracefs is not mounted, and without CAP_SYS_ADMIN none can be opened");
        }
        return needs.isEmpty()
                ? Check.ok("ebpf4j observe", "works here")
                : new Check("ebpf4j observe", State.MISSING, "does not work here", needs);
    }

    private static void needs(List<String> needs, FeatureSupport support) {
        if (support instanceof FeatureSupport.Unsupported missing) {
            needs.add(missing.feature() + ": " + missing.detail());
        }
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            return "";
        }
    }
}
