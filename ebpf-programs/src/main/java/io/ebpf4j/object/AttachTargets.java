package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.object.PlannedProgram.AttachTypeId;
import io.ebpf4j.spec.AttachType;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds the type of what a program attaches to in the BTF of the kernel or of its modules. The names are made as the
 * kernel makes them: the typedef {@code btf_trace_NAME} of a tracepoint (include/trace/bpf_probe.h), the functions
 * {@code bpf_lsm_NAME} (kernel/bpf/bpf_lsm.c) and {@code bpf_iter_NAME} (include/linux/bpf.h); otherwise the function
 * itself.
 */
final class AttachTargets {
    private final TargetKernel target;

    AttachTargets(TargetKernel target) {
        this.target = target;
    }

    /**
     * {@return the type, empty when there is none of that name}
     *
     * @param attachType which kind of target
     * @param name the target as a section's name says it, {@code MODULE:NAME} or {@code NAME}
     */
    Optional<AttachTypeId> find(AttachType attachType, String name) {
        int colon = name.indexOf(':');
        String module = colon < 0 ? "" : name.substring(0, colon);
        String typeName = prefix(attachType) + name.substring(colon + 1);
        BtfKind kind = attachType.equals(AttachType.TRACE_RAW_TP) ? BtfKind.TYPEDEF : BtfKind.FUNC;
        if (module.isEmpty() || module.equals("vmlinux")) {
            OptionalInt id = target.btf().map(btf -> btf.find(typeName, kind)).orElse(OptionalInt.empty());
            if (id.isPresent()) {
                return Optional.of(new AttachTypeId(typeName, id.getAsInt(), Optional.empty()));
            }
        }
        for (ModuleTypes types : target.modules()) {
            if (module.isEmpty() || module.equals(types.name())) {
                OptionalInt id = findOwn(types.btf(), typeName, kind);
                if (id.isPresent()) {
                    return Optional.of(new AttachTypeId(typeName, id.getAsInt(), Optional.of(types.name())));
                }
            }
        }
        return Optional.empty();
    }

    /** {@return the name of the type that stands for a target} */
    static String typeName(AttachType attachType, String name) {
        return prefix(attachType) + name.substring(name.indexOf(':') + 1);
    }

    /** {@return the first type of a module's own, not of the kernel's it is split from} */
    static OptionalInt findOwn(Btf btf, String name, BtfKind kind) {
        for (int id : btf.findAll(name)) {
            if (id >= btf.firstId() && btf.kind(id) == kind) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    private static String prefix(AttachType attachType) {
        if (attachType.equals(AttachType.TRACE_RAW_TP)) {
            return "btf_trace_";
        }
        if (attachType.equals(AttachType.LSM_MAC) || attachType.equals(AttachType.LSM_CGROUP)) {
            return "bpf_lsm_";
        }
        return attachType.equals(AttachType.TRACE_ITER) ? "bpf_iter_" : "";
    }
}
