package io.ebpf4j.object;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.DeniedException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KeyExistsException;
import io.ebpf4j.kernel.KeyNotFoundException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.VerifierException;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.MapSpec.InitialSlot;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import io.ebpf4j.spec.ProgramType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges each program of an object on its own: would the kernel load it, whatever becomes of the others?
 *
 * <p>A program is loaded with all other programs off, on a thread with mount and network namespaces of its own and an
 * empty BPF file system, and given up again. Objects are often meant for a user-space part that sets sizes before it
 * loads; so when a load fails, it is tried once more with sizes put in where the object has none:
 *
 * <ol>
 *   <li>{@code max_entries} 0 becomes 1,024, of a ring buffer 262,144, of a cpumap the number of possible CPUs; a stack
 *       trace map without sizes gets keys of 4 bytes and values of 127 addresses. Perf event arrays, storage and
 *       struct_ops maps stay as they are.
 *   <li>A perf event array gets keys and values of 4 bytes, a ring buffer none.
 *   <li>The template of a map of maps is treated likewise.
 *   <li>struct_ops maps are left out for programs that are not struct_ops.
 * </ol>
 *
 * <p>Programs that a program array of the object names are loaded with every program of the object, for the array would
 * not be complete without them.
 */
public final class EachProgram {
    private static final int ENTRIES = 1024;
    private static final int RING_BYTES = 262_144;
    private static final int STACK_DEPTH = 127;

    /** Map types that need no {@code max_entries}, or another size. */
    private static final Set<MapType> WITHOUT_ENTRIES = Set.of(
            MapType.PERF_EVENT_ARRAY,
            MapType.SK_STORAGE,
            MapType.INODE_STORAGE,
            MapType.TASK_STORAGE,
            MapType.CGRP_STORAGE,
            MapType.CGROUP_STORAGE,
            MapType.PERCPU_CGROUP_STORAGE,
            MapType.STRUCT_OPS);

    private static final Set<MapType> RINGS = Set.of(MapType.RINGBUF, MapType.USER_RINGBUF);

    /** What became of a program. */
    public enum Outcome {
        /** The kernel took it. */
        LOADED,
        /** It was not tried, for it asks for something that is not supported yet. */
        SKIPPED,
        /** It cannot be loaded into this kernel. */
        REFUSED
    }

    /**
     * What became of a program, and why.
     *
     * @param program its name
     * @param section its section's name
     * @param type its type
     * @param outcome what became of it
     * @param errno the error number, empty when it was loaded
     * @param reason why it was not loaded, in words; empty when it was
     * @param instructions how many slots it has, fitted to the kernel
     * @param poisoned how many of them could not be resolved
     */
    public record Verdict(
            String program,
            String section,
            ProgramType type,
            Outcome outcome,
            Optional<Errno> errno,
            String reason,
            int instructions,
            int poisoned) {}

    private final ObjectSpec spec;
    private final TargetKernel target;
    private final Kernel kernel;
    private final Duration patience;

    private EachProgram(ObjectSpec spec, TargetKernel target, Kernel kernel, Duration patience) {
        this.spec = spec;
        this.target = target;
        this.kernel = kernel;
        this.patience = patience;
    }

    /**
     * Judges every program of an object on the running kernel.
     *
     * @param spec the object
     * @param target what is known of the running kernel; one may serve many objects
     * @param patience how long a program may take
     * @return a verdict for each program, in the object's order
     * @throws BpfException when namespaces cannot be made, for lack of CAP_SYS_ADMIN
     */
    public static List<Verdict> judge(ObjectSpec spec, TargetKernel target, Duration patience) {
        EachProgram each = new EachProgram(spec, target, Kernel.system(), patience);
        List<Verdict> verdicts = new ArrayList<>();
        LoadOptions all =
                LoadOptions.DEFAULTS.withEnabled(spec.programs().keySet().toArray(String[]::new));
        LoadPlan whole = LoadPlan.of(spec, all, target);
        for (PlannedProgram program : whole.programs().values()) {
            verdicts.add(each.judge(program));
        }
        return List.copyOf(verdicts);
    }

    private Verdict judge(PlannedProgram planned) {
        ProgramSpec program = planned.spec();
        LoadOptions alone = LoadOptions.DEFAULTS.withOnly(companions(program).toArray(String[]::new));
        Optional<BpfException> failure = tryLoad(alone);
        if (failure.isPresent()) {
            LoadOptions completed = complete(alone, program);
            Optional<BpfException> second = completed.equals(alone) ? failure : tryLoad(completed);
            failure = second;
        }
        return failure.map(why -> new Verdict(
                        program.name(),
                        program.sectionName(),
                        program.type(),
                        isUnsupported(planned) ? Outcome.SKIPPED : Outcome.REFUSED,
                        Optional.of(errno(why)),
                        String.valueOf(why.getMessage()),
                        planned.code().length(),
                        planned.poisoned()))
                .orElseGet(() -> new Verdict(
                        program.name(),
                        program.sectionName(),
                        program.type(),
                        Outcome.LOADED,
                        Optional.empty(),
                        "",
                        planned.code().length(),
                        planned.poisoned()));
    }

    private static boolean isUnsupported(PlannedProgram program) {
        return program.refusal()
                .filter(refusal -> refusal.cause() == Refusal.Cause.NOT_SUPPORTED)
                .isPresent();
    }

    /** The program, and those that belong into the object's program arrays. */
    private Set<String> companions(ProgramSpec program) {
        Set<String> programs = new LinkedHashSet<>();
        programs.add(program.name());
        for (MapSpec map : spec.maps().values()) {
            if (map.type().equals(MapType.PROG_ARRAY)) {
                map.initialSlots().stream().map(InitialSlot::target).forEach(programs::add);
            }
        }
        return programs;
    }

    private Optional<BpfException> tryLoad(LoadOptions options) {
        return IsolatedThread.call(kernel, patience, () -> {
            try (BpfObject object = LoadPlan.of(spec, options, target).load(kernel)) {
                if (object.programs().isEmpty()) {
                    throw new IllegalStateException("nothing was loaded of " + spec.origin());
                }
                return Optional.empty();
            } catch (BpfException e) {
                return Optional.of(e);
            }
        });
    }

    private LoadOptions complete(LoadOptions alone, ProgramSpec program) {
        LoadOptions options = alone;
        for (MapSpec map : spec.maps().values()) {
            MapType type = map.type();
            if (type.equals(MapType.STRUCT_OPS) && !program.type().equals(ProgramType.STRUCT_OPS)) {
                options = options.withDisabledMaps(map.name());
            }
            if (map.maxEntries() == 0 && !WITHOUT_ENTRIES.contains(type)) {
                options = options.withMaxEntries(map.name(), entries(type));
            }
            if (type.equals(MapType.STACK_TRACE) && (map.keySize() == 0 || map.valueSize() == 0)) {
                options = options.withElementSizes(map.name(), Integer.BYTES, STACK_DEPTH * Long.BYTES);
            }
            if (type.equals(MapType.PERF_EVENT_ARRAY)
                    && (map.keySize() != Integer.BYTES || map.valueSize() != Integer.BYTES)) {
                options = options.withElementSizes(map.name(), Integer.BYTES, Integer.BYTES);
            }
            if (RINGS.contains(type) && (map.keySize() != 0 || map.valueSize() != 0)) {
                options = options.withElementSizes(map.name(), 0, 0);
            }
            Optional<MapSpec> inner = map.inner();
            if (inner.isPresent() && inner.get().maxEntries() == 0) {
                options = options.withInnerMaxEntries(
                        map.name(), entries(inner.get().type()));
            }
        }
        return options;
    }

    private int entries(MapType type) {
        if (RINGS.contains(type)) {
            return RING_BYTES;
        }
        return type.equals(MapType.CPUMAP) ? target.possibleCpus() : ENTRIES;
    }

    private static Errno errno(BpfException failure) {
        return switch (failure) {
            case VerifierException refused -> refused.diagnostics().errno();
            case SystemCallException failed -> failed.errno();
            case DeniedException ignored -> Errno.EPERM;
            case NotSupportedException ignored -> Errno.EOPNOTSUPP;
            case InvalidTargetException ignored -> Errno.ESRCH;
            case IncompatibleException ignored -> Errno.EINVAL;
            case InvalidObjectException ignored -> Errno.EINVAL;
            case KeyExistsException ignored -> Errno.EEXIST;
            case KeyNotFoundException ignored -> Errno.ENOENT;
        };
    }
}
