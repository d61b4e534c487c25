package io.ebpf4j.samples;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.FeatureSupport;
import io.ebpf4j.kernel.Features;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.Privileges;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ProgramType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** Looks at what decides whether eBPF works on this machine for this process. */
final class MachineChecks {
    private final Privileges privileges = Privileges.current();
    private final Features features = Features.running();

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        checks.add(kernel());
        checks.add(types());
        checks.add(capabilities());
        checks.add(lockdown());
        checks.add(namespace());
        checks.add(jit());
        checks.add(mounted("tracefs", "/sys/kernel/tracing", "tracepoints are attached through it"));
        checks.add(mounted("bpf", "/sys/fs/bpf", "pins live there"));
        checks.add(mounted("cgroup2", "", "cgroup programs attach to its folders"));
        checks.add(features("program types", ProgramType.known(), type -> features.programType(type.number())));
        checks.add(features("map types", MapType.known(), type -> features.mapType(type.number())));
        checks.add(features("attach types", AttachType.known(), type -> features.attachType(type.number())));
        checks.add(observe());
        return checks;
    }

    private Check kernel() {
        KernelVersion version = features.kernel();
        String detail = "Linux " + version + " on " + System.getProperty("os.arch");
        return version.isAtLeast(5, 12)
                ? Check.ok("kernel", detail)
                : new Check("kernel", Check.State.LIMITED, detail, "Linux 5.12 or newer for observe");
    }

    private static Check types() {
        Path vmlinux = Path.of("/sys/kernel/btf/vmlinux");
        return Files.isReadable(vmlinux)
                ? Check.ok("kernel types (BTF)", vmlinux.toString())
                : new Check(
                        "kernel types (BTF)",
                        Check.State.LIMITED,
                        vmlinux + " cannot be read",
                        "a kernel with CONFIG_DEBUG_INFO_BTF, or give a file: object plan --btf FILE");
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
                missing.contains("CAP_BPF") ? Check.State.MISSING : Check.State.LIMITED,
                String.join(", ", missing) + " not effective",
                "run as root, or grant them to the java launcher's process (systemd: AmbientCapabilities=)");
    }

    private Check lockdown() {
        return switch (privileges.lockdown()) {
            case NONE -> Check.ok("lockdown", "none");
            case INTEGRITY ->
                new Check("lockdown", Check.State.LIMITED, "integrity: programs may not write user memory", "");
            case CONFIDENTIALITY ->
                new Check(
                        "lockdown",
                        Check.State.MISSING,
                        "confidentiality: programs may not read kernel memory",
                        "boot with lockdown=integrity or without lockdown");
            case UNKNOWN -> new Check("lockdown", Check.State.LIMITED, "cannot be told", "");
        };
    }

    private Check namespace() {
        return privileges.userNamespace() == Privileges.UserNamespace.NESTED
                ? new Check(
                        "user namespace",
                        Check.State.MISSING,
                        "capabilities count only inside this container",
                        "run in the initial user namespace, or have a BPF file system delegated (Linux 6.9)")
                : Check.ok("user namespace", "initial");
    }

    private static Check jit() {
        return read("/proc/sys/net/core/bpf_jit_enable").equals("0")
                ? new Check(
                        "JIT", Check.State.LIMITED, "off: programs are interpreted", "sysctl net.core.bpf_jit_enable=1")
                : Check.ok("JIT", "on");
    }

    private static Check mounted(String type, String usual, String use) {
        String where = read("/proc/self/mounts")
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > 2 && fields[2].equals(type))
                .map(fields -> fields[1])
                .findFirst()
                .orElse("");
        if (!where.isEmpty()) {
            return Check.ok(type, where);
        }
        String command = "mount -t " + type + " " + type + " " + (usual.isEmpty() ? "/sys/fs/cgroup/unified" : usual);
        return new Check(type, Check.State.LIMITED, "not mounted; " + use, command);
    }

    private static <T> Check features(String name, List<T> known, Function<T, FeatureSupport> support) {
        List<FeatureSupport.Unsupported> missing = known.stream()
                .map(support)
                .filter(FeatureSupport.Unsupported.class::isInstance)
                .map(FeatureSupport.Unsupported.class::cast)
                .toList();
        int there = known.size() - missing.size();
        String detail = there + " of " + known.size() + " that are known";
        if (missing.isEmpty()) {
            return Check.ok(name, detail);
        }
        return new Check(
                name,
                there == 0 ? Check.State.MISSING : Check.State.LIMITED,
                detail,
                String.join(
                        "; ",
                        new TreeSet<>(missing.stream()
                                .map(feature -> feature.feature() + ": " + feature.detail())
                                .toList())));
    }

    private Check observe() {
        List<String> needs = new ArrayList<>();
        needs(needs, features.programType(ProgramType.TRACING.number()));
        needs(needs, features.attachType(AttachType.TRACE_RAW_TP.number()));
        needs(needs, features.programType(ProgramType.TRACEPOINT.number()));
        needs(needs, features.mapType(MapType.RINGBUF.number()));
        needs(needs, features.mapType(MapType.SK_STORAGE.number()));
        needs(needs, features.mapType(MapType.TASK_STORAGE.number()));
        if (mounted("tracefs", "", "").state() != Check.State.OK) {
            needs.add("tracefs is not mounted");
        }
        return needs.isEmpty()
                ? Check.ok("ebpf4j observe", "works here")
                : new Check("ebpf4j observe", Check.State.MISSING, "does not work here", String.join("; ", needs));
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
