package io.ebpf4j.object;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ProgramType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something that loading an object needs: the first kernel release that has it, or a capability.
 *
 * @param what what is needed, in words
 * @param since the first release that has it, where a release decides
 * @param capability the capability it takes, where one does (before Linux 5.8, CAP_SYS_ADMIN in place of CAP_BPF and
 *     CAP_PERFMON)
 */
public record Requirement(String what, Optional<KernelVersion> since, Optional<Capability> capability) {

    /** The first release of each program type, by number (the type's introducing commit in the kernel's history). */
    private static final List<String> PROGRAM_TYPES = List.of(
            "0.0", "3.19", "4.1", "4.1", "4.1", "4.7", "4.8", "4.9", "4.10", "4.10", "4.10", "4.10", "4.10", "4.13",
            "4.14", "4.15", "4.17", "4.17", "4.17", "4.18", "4.18", "4.19", "4.20", "5.2", "5.2", "5.3", "5.5", "5.6",
            "5.6", "5.7", "5.9", "5.14", "6.4");

    /** The first release of each map type, by number. */
    private static final List<String> MAP_TYPES = List.of(
            "0.0", "3.19", "3.19", "4.2", "4.3", "4.6", "4.6", "4.6", "4.8", "4.10", "4.10", "4.11", "4.12", "4.12",
            "4.14", "4.14", "4.15", "4.18", "4.18", "4.19", "4.19", "4.20", "4.20", "4.20", "5.2", "5.4", "5.6", "5.8",
            "5.10", "5.11", "5.16", "6.1", "6.2", "6.9", "6.19");

    /** Program types that read kernel memory: CAP_PERFMON beside CAP_BPF (bpf_prog_load, kernel/bpf/syscall.c). */
    private static final List<ProgramType> TRACING = List.of(
            ProgramType.KPROBE,
            ProgramType.TRACEPOINT,
            ProgramType.PERF_EVENT,
            ProgramType.RAW_TRACEPOINT,
            ProgramType.RAW_TRACEPOINT_WRITABLE,
            ProgramType.TRACING,
            ProgramType.LSM,
            ProgramType.EXT);

    /** Program types that need neither of the two beside CAP_BPF (is_net_admin_prog_type, kernel/bpf/syscall.c). */
    private static final List<ProgramType> PLAIN =
            List.of(ProgramType.UNSPEC, ProgramType.SOCKET_FILTER, ProgramType.SYSCALL, ProgramType.STRUCT_OPS);

    /** {@return what programs and maps need, each once, the programs first} */
    static List<Requirement> of(Collection<PlannedProgram> programs, Collection<PlannedMap> maps) {
        Map<String, Requirement> all = new LinkedHashMap<>();
        for (PlannedProgram program : programs) {
            if (program.isLoaded()) {
                add(
                        all,
                        release(
                                "program type " + program.spec().type().name(),
                                PROGRAM_TYPES,
                                program.spec().type().number()));
                add(all, capability(Capability.BPF, "loading programs"));
                if (TRACING.contains(program.spec().type())) {
                    add(all, capability(Capability.PERFMON, "tracing programs"));
                } else if (!PLAIN.contains(program.spec().type())) {
                    add(all, capability(Capability.NET_ADMIN, "networking programs"));
                }
                if (!program.relocations().isEmpty()) {
                    add(all, new Requirement("types of the target kernel (CO-RE)", Optional.empty(), Optional.empty()));
                }
                program.attach()
                        .ifPresent(target -> add(
                                all,
                                new Requirement(
                                        "attach target " + target.typeName(), Optional.empty(), Optional.empty())));
            }
        }
        for (PlannedMap map : maps) {
            if (map.isUsed()) {
                MapType type = map.definition().type();
                add(all, release("map type " + type.name(), MAP_TYPES, type.number()));
            }
        }
        return List.copyOf(all.values());
    }

    private static void add(Map<String, Requirement> all, Requirement requirement) {
        all.putIfAbsent(requirement.what, requirement);
    }

    private static Requirement release(String what, List<String> releases, int number) {
        Optional<KernelVersion> since = number > 0 && number < releases.size()
                ? Optional.of(KernelVersion.parse(releases.get(number)))
                : Optional.empty();
        return new Requirement(what, since, Optional.empty());
    }

    private static Requirement capability(Capability capability, String what) {
        return new Requirement(capability.kernelName() + " for " + what, Optional.empty(), Optional.of(capability));
    }

    /** {@return it in one line} */
    @Override
    public String toString() {
        return what + since.map(release -> ", since Linux " + release).orElse("");
    }
}
