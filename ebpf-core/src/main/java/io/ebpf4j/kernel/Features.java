package io.ebpf4j.kernel;

import io.ebpf4j.kernel.FeatureSupport.Cause;
import io.ebpf4j.kernel.FeatureSupport.Supported;
import io.ebpf4j.kernel.FeatureSupport.Unsupported;
import io.ebpf4j.kernel.sys.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * What the running kernel can do, found out by doing it.
 *
 * <p>A map type is probed by making a small map, a program type by loading two instructions, a helper by a program that
 * calls it: the answer is the kernel's, whatever a distribution ported back. Each answer is kept. Nothing stays open.
 * Any thread may ask.
 */
public final class Features {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int ENOTSUPP = 524;
    private static final List<Integer> TARGETED = List.of(26, 28, 29);
    private static final int STRUCT_OPS = 27;
    private static final int TRACING = 26;

    /** trace_raw_tp, trace_fentry, trace_iter: a kernel, or a sandbox, may allow one and not another. */
    private static final List<Integer> TRACING_HOOKS = List.of(23, 24, 28);

    private final FeatureProbe probe;
    private final KernelVersion running;
    private final Kconfig config;
    private final Privileges privileges;
    private final Map<String, FeatureSupport> known = new ConcurrentHashMap<>();

    Features(Kernel kernel, KernelVersion running, Kconfig config, Privileges privileges) {
        this.probe = new FeatureProbe(kernel, running);
        this.running = running;
        this.config = config;
        this.privileges = privileges;
    }

    /**
     * {@return the features of the kernel this process runs on, as this process may use them}
     *
     * <p>Every call answers with the same object; privileges gained or lost later are not seen.
     */
    public static Features running() {
        return Running.FEATURES;
    }

    /** {@return the kernel the answers are about} */
    public KernelVersion kernel() {
        return running;
    }

    /**
     * {@return whether maps of a type can be made}
     *
     * @param type a number of {@code enum bpf_map_type}
     */
    public FeatureSupport mapType(int type) {
        FeatureTable.Row row = row(FeatureTable.MAP_TYPES, type);
        return once("map type " + row.name(), feature -> {
            int result = probe.mapType(type);
            return result >= 0
                    ? new Supported(feature)
                    : unsupported(feature, row, row.needs(), result, "bpf(BPF_MAP_CREATE)");
        });
    }

    /**
     * {@return whether programs of a type can be loaded}
     *
     * <p>Types that must name a kernel function or type (tracing, extension, LSM, struct_ops) count as supported when the
     * verifier gets as far as refusing the made-up one.
     *
     * @param type a number of {@code enum bpf_prog_type}
     */
    public FeatureSupport programType(int type) {
        FeatureTable.Row row = row(FeatureTable.PROGRAM_TYPES, type);
        return once("program type " + row.name(), feature -> {
            FeatureProbe.Loaded loaded = probe.programType(type);
            boolean supported = accepts(type, loaded)
                    || (type == TRACING
                            && TRACING_HOOKS.stream().anyMatch(hook -> accepts(type, probe.attachType(type, hook))));
            return supported
                    ? new Supported(feature)
                    : unsupported(feature, row, row.needs(), loaded.result(), "bpf(BPF_PROG_LOAD)");
        });
    }

    /**
     * {@return whether programs of a type can be loaded for an attach type}
     *
     * <p>Where the kernel looks at the attach type only when it attaches, the answer is that of the program type and the
     * version.
     *
     * @param attachType a number of {@code enum bpf_attach_type}
     */
    public FeatureSupport attachType(int attachType) {
        FeatureTable.Row row = row(FeatureTable.ATTACH_TYPES, attachType);
        return once("attach type " + row.name(), feature -> {
            if (row.needs().isEmpty()) {
                return unsupported(feature, row, "", -22, "bpf(BPF_PROG_LOAD)");
            }
            int type = Integer.parseInt(row.needs());
            FeatureSupport programs = programType(type);
            if (programs instanceof Unsupported missing) {
                return new Unsupported(feature, Optional.of(row.since()), missing.cause(), missing.detail());
            }
            if (TARGETED.contains(type) || FeatureProbe.checksAttachTypeAtLoad(type)) {
                FeatureProbe.Loaded loaded = probe.attachType(type, attachType);
                return accepts(type, loaded)
                        ? new Supported(feature)
                        : unsupported(feature, row, "", loaded.result(), "bpf(BPF_PROG_LOAD)");
            }
            return running.isAtLeast(row.since()) ? new Supported(feature) : tooOld(feature, row.since());
        });
    }

    /**
     * {@return whether programs of a type may call a helper}
     *
     * @param programType a number of {@code enum bpf_prog_type}
     * @param helper a number of {@code enum bpf_func_id}
     */
    public FeatureSupport helper(int programType, int helper) {
        FeatureTable.Row row = row(FeatureTable.HELPERS, helper);
        FeatureTable.Row type = row(FeatureTable.PROGRAM_TYPES, programType);
        return once("helper bpf_" + row.name() + " in program type " + type.name(), feature -> {
            FeatureSupport programs = programType(programType);
            if (programs instanceof Unsupported missing) {
                return new Unsupported(feature, missing.since(), missing.cause(), missing.detail());
            }
            if (TARGETED.contains(programType) || programType == STRUCT_OPS) {
                // the verifier looks at the target before it looks at a call, and a probe has no target
                return running.isAtLeast(row.since())
                        ? new Unsupported(
                                feature,
                                Optional.of(row.since()),
                                Cause.UNKNOWN,
                                "it depends on what the program is attached to, and cannot be probed")
                        : tooOld(feature, row.since());
            }
            return switch (probe.helper(programType, helper)) {
                case ALLOWED -> new Supported(feature);
                case UNKNOWN_TO_KERNEL ->
                    running.isAtLeast(row.since())
                            ? new Unsupported(
                                    feature,
                                    Optional.of(row.since()),
                                    Cause.PROGRAM_TYPE,
                                    "the verifier does not allow it in this type of program")
                            : tooOld(feature, row.since());
                case DENIED -> unsupported(feature, row, "", -EPERM, "bpf(BPF_PROG_LOAD)");
            };
        });
    }

    /**
     * {@return whether the kernel has a feature}
     *
     * @param wanted the feature
     */
    public FeatureSupport feature(KernelFeature wanted) {
        FeatureTable.Row row = new FeatureTable.Row(wanted.title(), 0, wanted.since(), "");
        return once(wanted.title(), feature -> switch (wanted) {
            case MEMORY_CGROUP_ACCOUNTING ->
                running.isAtLeast(wanted.since()) ? new Supported(feature) : tooOld(feature, wanted.since());
            case VMLINUX_BTF ->
                Files.exists(Path.of("/sys/kernel/btf/vmlinux"))
                        ? new Supported(feature)
                        : unsupported(feature, row, "CONFIG_DEBUG_INFO_BTF", -2, "open");
            case OBJECT_NAMES -> judged(feature, row, probe::objectName);
            case BTF -> judged(feature, row, probe::btf);
            case GLOBAL_DATA -> judged(feature, row, probe::globalData);
            case LARGE_PROGRAMS -> judged(feature, row, probe::largeProgram);
            case BOUNDED_LOOPS -> judged(feature, row, probe::boundedLoop);
            case MAPPABLE_ARRAYS -> judged(feature, row, probe::mappableArray);
            case MAP_BATCH -> judged(feature, row, probe::mapBatch);
            case ISA_V2 -> judged(feature, row, probe::isaV2);
            case ISA_V3 -> judged(feature, row, probe::isaV3);
            case ATOMIC_FETCH -> judged(feature, row, probe::atomicFetch);
            case ISA_V4 -> judged(feature, row, probe::isaV4);
            case PER_CPU_ELEMENT -> judged(feature, row, probe::perCpuElement);
        });
    }

    private static boolean accepts(int type, FeatureProbe.Loaded loaded) {
        return loaded.result() >= 0
                || (TARGETED.contains(type) && FeatureProbe.refusesTarget(loaded))
                || (type == STRUCT_OPS && loaded.result() == -ENOTSUPP);
    }

    private FeatureSupport judged(String feature, FeatureTable.Row row, IntSupplier result) {
        int answer = result.getAsInt();
        return answer >= 0 ? new Supported(feature) : unsupported(feature, row, "", answer, "bpf(BPF_PROG_LOAD)");
    }

    private FeatureSupport once(String feature, Function<String, FeatureSupport> find) {
        FeatureSupport before = known.get(feature);
        if (before != null) {
            return before;
        }
        // not computeIfAbsent: finding one feature may ask for another
        FeatureSupport found = find.apply(feature);
        known.put(feature, found);
        return found;
    }

    private FeatureSupport unsupported(String feature, FeatureTable.Row row, String option, int result, String call) {
        Optional<KernelVersion> since = row.since().major() == 0 ? Optional.empty() : Optional.of(row.since());
        if (result == -EPERM) {
            return privileges
                    .explain(call)
                    .map(denial -> new Unsupported(feature, since, cause(denial, row), denial.missing()))
                    .orElseGet(() -> new Unsupported(
                            feature, since, Cause.POLICY, "the kernel answers EPERM to a process that lacks nothing"));
        }
        if (since.isEmpty()) {
            return new Unsupported(feature, since, Cause.TOO_OLD, "Linux " + running + " does not know it");
        }
        if (!running.isAtLeast(row.since())) {
            return tooOld(feature, row.since());
        }
        String needed = result == -ENOSYS ? "CONFIG_BPF_SYSCALL" : option;
        if (!needed.isEmpty() && config.isKnown() && !config.isEnabled(needed)) {
            return new Unsupported(feature, since, Cause.CONFIGURED_OUT, "the kernel was built without " + needed);
        }
        return new Unsupported(feature, since, Cause.UNKNOWN, "the kernel answers " + Errno.ofResult(result));
    }

    private Unsupported tooOld(String feature, KernelVersion since) {
        return new Unsupported(feature, Optional.of(since), Cause.TOO_OLD, "this is Linux " + running);
    }

    /** Only what the unprivileged may have at all is denied by the sysctl; everything else by the missing capability. */
    private static Cause cause(Privileges.Denial denial, FeatureTable.Row row) {
        if (denial.missing().contains("lockdown")) {
            return Cause.LOCKDOWN;
        }
        return FeatureTable.UNPRIVILEGED.contains(row.name())
                        && denial.missing().contains("unprivileged_bpf_disabled")
                ? Cause.SYSCTL
                : Cause.CAPABILITY;
    }

    private static FeatureTable.Row row(Map<Integer, FeatureTable.Row> table, int number) {
        FeatureTable.Row row = table.get(number);
        return row != null
                ? row
                : new FeatureTable.Row(Integer.toString(number), number, new KernelVersion(0, 0, 0), "");
    }

    private static final class Running {
        static final Features FEATURES =
                new Features(Kernel.system(), KernelVersion.running(), Kconfig.running(), Privileges.current());
    }
}
