package io.ebpf4j.object;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.object.LoadOptions.Selection;
import io.ebpf4j.object.PlannedExtern.Resolution;
import io.ebpf4j.object.PlannedProgram.AttachTypeId;
import io.ebpf4j.program.ProgramDefinition;
import io.ebpf4j.relocate.CoreRelocator;
import io.ebpf4j.relocate.Relocation;
import io.ebpf4j.relocate.RelocationEntry;
import io.ebpf4j.relocate.RelocationOutcome;
import io.ebpf4j.relocate.TargetBtf;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.CodeReference;
import io.ebpf4j.spec.CodeReference.ExternReference;
import io.ebpf4j.spec.CodeReference.JumpTableReference;
import io.ebpf4j.spec.CodeReference.KfuncReference;
import io.ebpf4j.spec.CodeReference.MapReference;
import io.ebpf4j.spec.CodeReference.MapValueReference;
import io.ebpf4j.spec.Extern.Binding;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.spec.SectionDefinition.Trait;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides what an object's programs become on the target kernel. */
final class ProgramPlanner {
    /** {@code bpf_probe_read_kernel}, since Linux 5.5 (enum bpf_func_id, include/uapi/linux/bpf.h). */
    static final int PROBE_READ_KERNEL = 113;

    private static final int PROBE_READ = 4;
    private static final int PROBE_READ_STR = 45;
    private static final int PROBE_READ_USER = 112;
    private static final int PROBE_READ_USER_STR = 114;
    private static final int PROBE_READ_KERNEL_STR = 115;

    private final ObjectSpec spec;
    private final LoadOptions options;
    private final TargetKernel target;
    private final Map<String, PlannedMap> maps;
    private final Map<String, PlannedExtern> externs;
    private final Optional<CoreRelocator> relocator;
    private final AttachTargets attachTargets;

    ProgramPlanner(
            ObjectSpec spec,
            LoadOptions options,
            TargetKernel target,
            Map<String, PlannedMap> maps,
            Map<String, PlannedExtern> externs) {
        this.spec = spec;
        this.options = options;
        this.target = target;
        this.maps = maps;
        this.externs = externs;
        this.attachTargets = new AttachTargets(target);
        Optional<TargetBtf> types = options.targetBtf().map(TargetBtf::of).or(target::relocationTarget);
        this.relocator = types.map(CoreRelocator::new);
    }

    Map<String, PlannedProgram> plan() {
        Map<String, PlannedProgram> planned = new LinkedHashMap<>();
        spec.programs().forEach((name, program) -> planned.put(name, plan(program)));
        return planned;
    }

    private PlannedProgram plan(ProgramSpec program) {
        Optional<String> skipReason = skipReason(program);
        String attachTarget = options.attachTargets().getOrDefault(program.name(), program.attachTarget());
        AttachType attachType = attachType(program);
        if (skipReason.isPresent()) {
            return new PlannedProgram(
                    program,
                    Instructions.of(program.slots()),
                    0,
                    List.of(),
                    attachType,
                    flags(program),
                    attachTarget,
                    Optional.empty(),
                    Map.of(),
                    skipReason,
                    Optional.empty());
        }
        Fitted fitted = fit(program);
        Optional<AttachTypeId> attach = needsBtfTarget(program) && !attachTarget.isEmpty()
                ? attachTargets.find(attachType, attachTarget)
                : Optional.empty();
        Optional<Refusal> refusal = fitted.refusal
                .or(() -> refusal(program, attachType, attachTarget, attach))
                .or(() -> missingExtern(program));
        return new PlannedProgram(
                program,
                Instructions.of(fitted.slots),
                fitted.poisoned,
                fitted.relocations,
                attachType,
                flags(program),
                attachTarget,
                attach,
                fitted.unresolved,
                Optional.empty(),
                refusal);
    }

    private Optional<String> skipReason(ProgramSpec program) {
        if (options.disabled().contains(program.name())) {
            return Optional.of("left out by the load options");
        }
        if (options.enabled().contains(program.name()) || isInChain(program)) {
            return Optional.empty();
        }
        if (options.selection() == Selection.AS_NAMED) {
            return Optional.of("not among the programs that the load options name");
        }
        return program.autoload()
                ? Optional.empty()
                : Optional.of("its section's name begins with a question mark, and the load options do not name it");
    }

    private boolean isInChain(ProgramSpec program) {
        return options.fallbacks().stream().anyMatch(chain -> chain.programs().contains(program.name()));
    }

    /** Before Linux 4.17 no attach type could be given; where the section's name allows it, it is left out. */
    private AttachType attachType(ProgramSpec program) {
        return program.definition().has(Trait.ATTACH_TYPE_OPTIONAL) && !target.has(TargetFeature.EXPECTED_ATTACH_TYPE)
                ? AttachType.NONE
                : program.attachType();
    }

    private static int flags(ProgramSpec program) {
        int flags = 0;
        if (program.definition().has(Trait.SLEEPABLE)) {
            flags |= ProgramDefinition.SLEEPABLE;
        }
        if (program.definition().has(Trait.XDP_FRAGS)) {
            flags |= ProgramDefinition.XDP_HAS_FRAGS;
        }
        return flags;
    }

    private boolean attachesToProgram(ProgramSpec program) {
        return program.type().equals(ProgramType.EXT)
                || options.programTargets().containsKey(program.name());
    }

    private boolean needsBtfTarget(ProgramSpec program) {
        return program.definition().has(Trait.NEEDS_BTF_TARGET) && !attachesToProgram(program);
    }

    private record Fitted(
            long[] slots,
            int poisoned,
            List<RelocationEntry> relocations,
            Map<Integer, String> unresolved,
            Optional<Refusal> refusal) {}

    /** Fits the code to the kernel's types and helpers, and says what could not be resolved. */
    private Fitted fit(ProgramSpec program) {
        long[] slots = program.slots();
        int poisoned = 0;
        List<RelocationEntry> relocations = List.of();
        Map<Integer, String> unresolved = new HashMap<>();
        Optional<Refusal> refusal = Optional.empty();
        if (!program.coreRelocations().isEmpty()) {
            if (relocator.isEmpty()) {
                refusal = Optional.of(refuse(
                        Refusal.Cause.NOT_FOUND,
                        program,
                        "it is fitted to the kernel's types (CO-RE), and the kernel has none: CONFIG_DEBUG_INFO_BTF, or"
                                + " give types in a file"));
            } else {
                try {
                    Relocation relocation = relocator
                            .get()
                            .relocate(
                                    spec.btf().orElseThrow(),
                                    program.coreRelocations(),
                                    slots,
                                    spec.origin(),
                                    program.name());
                    slots = relocation.slots();
                    poisoned = relocation.poisoned();
                    relocations = relocation.report().entries();
                } catch (IncompatibleException e) {
                    refusal = Optional.of(refuse(Refusal.Cause.INCOMPATIBLE, program, String.valueOf(e.getMessage())));
                }
            }
        }
        for (RelocationEntry entry : relocations) {
            if (entry.outcome() instanceof RelocationOutcome.Poisoned poison) {
                unresolved.put(
                        entry.site().slot(), "CO-RE relocation of " + entry.path() + " failed: " + poison.reason());
            }
        }
        for (CodeReference reference : program.references()) {
            missing(reference).ifPresent(what -> unresolved.put(reference.slot(), what));
        }
        if (!target.has(TargetFeature.PROBE_READ_KERNEL)) {
            replaceProbeReads(slots);
        }
        return new Fitted(slots, poisoned, relocations, unresolved, refusal);
    }

    private Optional<String> missing(CodeReference reference) {
        return switch (reference) {
            case MapReference map -> missingMap(map.map());
            case MapValueReference value -> missingMap(value.map());
            case KfuncReference call -> missingExtern(call.extern());
            case ExternReference ignored -> Optional.empty();
            case JumpTableReference ignored -> Optional.empty();
        };
    }

    private Optional<String> missingMap(String name) {
        PlannedMap map = maps.get(name);
        return map == null
                ? Optional.of("map " + name + " does not exist")
                : map.skipReason().map(reason -> "map " + name + " is not made: " + reason);
    }

    private Optional<String> missingExtern(String name) {
        PlannedExtern extern = externs.get(name);
        if (extern == null) {
            return Optional.of("extern " + name + " is not declared");
        }
        return extern.resolution() instanceof Resolution.Missing missing
                ? Optional.of("kernel function " + name + " is missing: " + missing.reason())
                : Optional.empty();
    }

    /** On kernels without them, bpf_probe_read does for both kinds of memory. */
    private static void replaceProbeReads(long[] slots) {
        for (int i = 0; i < slots.length; i += Slot.width(slots[i])) {
            if (Slot.isHelperCall(slots[i])) {
                switch (Slot.imm(slots[i])) {
                    case PROBE_READ_KERNEL, PROBE_READ_USER -> slots[i] = Slot.withImm(slots[i], PROBE_READ);
                    case PROBE_READ_KERNEL_STR, PROBE_READ_USER_STR ->
                        slots[i] = Slot.withImm(slots[i], PROBE_READ_STR);
                    default -> {
                        // every other helper stays what it is
                    }
                }
            }
        }
    }

    private Optional<Refusal> refusal(
            ProgramSpec program, AttachType attachType, String attachTarget, Optional<AttachTypeId> attach) {
        if (!program.unsupported().isEmpty()) {
            return Optional.of(refuse(Refusal.Cause.NOT_SUPPORTED, program, String.join("; ", program.unsupported())));
        }
        if (program.type().equals(ProgramType.UNSPEC)) {
            return Optional.of(refuse(
                    Refusal.Cause.INCOMPLETE,
                    program,
                    "the section name " + program.sectionName() + " says no program type"));
        }
        if (program.type().equals(ProgramType.STRUCT_OPS)) {
            return Optional.of(
                    refuse(Refusal.Cause.NOT_SUPPORTED, program, "struct_ops programs are read but not loaded yet"));
        }
        if (program.references().stream().anyMatch(JumpTableReference.class::isInstance)) {
            return Optional.of(refuse(Refusal.Cause.NOT_SUPPORTED, program, "jump tables are read but not loaded yet"));
        }
        if (program.type().equals(ProgramType.EXT) && !options.programTargets().containsKey(program.name())) {
            return Optional.of(refuse(
                    Refusal.Cause.INCOMPLETE,
                    program,
                    "it replaces a function of a loaded program, and the load options do not name the program"));
        }
        if (!needsBtfTarget(program) || attach.isPresent()) {
            return Optional.empty();
        }
        if (attachTarget.isEmpty()) {
            return Optional.of(refuse(
                    Refusal.Cause.INCOMPLETE,
                    program,
                    "neither the section name " + program.sectionName()
                            + " nor the load options say what to attach to"));
        }
        return Optional.of(refuse(
                Refusal.Cause.NOT_FOUND,
                program,
                target.btf().isEmpty()
                        ? "the kernel has no BTF (CONFIG_DEBUG_INFO_BTF) to find " + attachTarget + " in"
                        : AttachTargets.typeName(attachType, attachTarget)
                                + " is not found in the BTF of the kernel and its modules"));
    }

    /** An extern that is not weak has to exist. */
    private Optional<Refusal> missingExtern(ProgramSpec program) {
        for (CodeReference reference : program.references()) {
            String name = switch (reference) {
                case KfuncReference call -> call.extern();
                case ExternReference load -> load.extern();
                default -> "";
            };
            PlannedExtern extern = externs.get(name);
            if (extern != null
                    && extern.extern().binding() == Binding.REQUIRED
                    && extern.resolution() instanceof Resolution.Missing missing) {
                return Optional.of(refuse(
                        Refusal.Cause.NOT_FOUND, program, "extern " + name + " is not resolved: " + missing.reason()));
            }
        }
        return Optional.empty();
    }

    private static Refusal refuse(Refusal.Cause cause, ProgramSpec program, String reason) {
        return new Refusal(cause, "program " + program.name(), reason);
    }
}
