package io.ebpf4j.object;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.relocate.RelocationEntry;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program as it will be loaded, fitted to the target kernel. Of its code only descriptors are missing, which exist when
 * the maps do.
 *
 * @param spec what the object says
 * @param code the code, CO-RE relocations applied; as the object has it when the program is skipped
 * @param poisoned how many slots are poisoned because a CO-RE relocation could not be resolved
 * @param relocations every CO-RE relocation explained
 * @param attachType the attach type given at load time
 * @param flags the {@code BPF_F_*} given at load time
 * @param attachTarget what it attaches to, as the section's name or the options say it; empty = not said
 * @param attach the target's type; empty when none is needed at load time
 * @param unresolved by slot, what could not be resolved there
 * @param skipReason why it is not loaded; empty when it is
 * @param refusal why it cannot be loaded; empty when nothing is known against it
 */
public record PlannedProgram(
        ProgramSpec spec,
        Instructions code,
        int poisoned,
        List<RelocationEntry> relocations,
        AttachType attachType,
        int flags,
        String attachTarget,
        Optional<AttachTypeId> attach,
        Map<Integer, String> unresolved,
        Optional<String> skipReason,
        Optional<Refusal> refusal) {

    /**
     * What a program attaches to, by its type.
     *
     * @param typeName the type's name, such as {@code btf_trace_sched_switch}
     * @param typeId its id in the BTF of the kernel or of the module
     * @param module the module that has it; empty for the kernel itself
     */
    public record AttachTypeId(String typeName, int typeId, Optional<String> module) {}

    /** Copies the collections. */
    public PlannedProgram {
        relocations = List.copyOf(relocations);
        unresolved = Map.copyOf(unresolved);
    }

    /** {@return the program's name} */
    public String name() {
        return spec.name();
    }

    /** {@return whether it will be loaded} */
    public boolean isLoaded() {
        return skipReason.isEmpty();
    }

    /** {@return it in one line} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name())
                .append(": ")
                .append(spec.type().name())
                .append(" in ")
                .append(spec.sectionName())
                .append(", ")
                .append(code.length())
                .append(" instructions, ")
                .append(relocations.size())
                .append(" relocations");
        if (poisoned > 0) {
            text.append(", ").append(poisoned).append(" poisoned");
        }
        attach.ifPresent(target -> text.append(", attaches to ")
                .append(target.typeName())
                .append(" (type ")
                .append(target.typeId())
                .append(target.module().map(module -> " of " + module).orElse(""))
                .append(')'));
        skipReason.ifPresent(reason -> text.append(", skipped: ").append(reason));
        refusal.ifPresent(refused -> text.append(", refused: ").append(refused.reason()));
        return text.toString();
    }
}
