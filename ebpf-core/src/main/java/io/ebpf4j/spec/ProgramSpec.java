package io.ebpf4j.spec;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.relocate.RelocationSite;
import java.util.List;

/**
 * An entry program as an object file holds it, linked: its own code, then every subprogram that it needs, each once.
 * Immutable.
 */
public final class ProgramSpec {

    /**
     * A function within a linked program.
     *
     * @param name the function's name
     * @param slot where it begins
     * @param length its slots
     */
    public record Subprogram(String name, int slot, int length) {}

    /**
     * The type of a function of the linked program.
     *
     * @param slot where the function begins
     * @param typeId its FUNC type in the object's BTF
     */
    public record FunctionInfo(int slot, int typeId) {}

    /**
     * The source line of an instruction and of those up to the next one.
     *
     * @param slot the instruction
     * @param fileNameOffset the file's name in the strings of the object's BTF
     * @param lineOffset the line's text in the strings of the object's BTF
     * @param line the line, 1 is the first
     * @param column the column, 0 = unknown
     */
    public record LineInfo(int slot, int fileNameOffset, int lineOffset, int line, int column) {}

    private final Parts parts;

    ProgramSpec(Parts parts) {
        this.parts = parts;
    }

    /** {@return the function's name, the key in {@link ObjectSpec#programs()}} */
    public String name() {
        return parts.name;
    }

    /** {@return the section's name without a leading {@code ?}} */
    public String sectionName() {
        return parts.sectionName;
    }

    /**
     * What the section's name says.
     *
     * @return {@link SectionDefinition#UNKNOWN} when it says nothing: such a program can be read but not loaded
     */
    public SectionDefinition definition() {
        return parts.definition;
    }

    /** {@return the program's type, that of its section} */
    public ProgramType type() {
        return parts.definition.programType();
    }

    /** {@return the attach type to give at load time, that of its section} */
    public AttachType attachType() {
        return parts.definition.attachType();
    }

    /**
     * What to attach to, as the section's name says: {@code vfs_read} of {@code kprobe/vfs_read}, {@code module:func}
     * of {@code fentry/module:func}.
     *
     * @return {@code ""} when the name says nothing
     */
    public String attachTarget() {
        return parts.attachTarget;
    }

    /**
     * Whether the program is loaded with the object: false for a section name that begins with {@code ?}.
     *
     * @return false when it has to be asked for
     */
    public boolean autoload() {
        return parts.autoload;
    }

    /**
     * The linked code, each slot in canonical form (see {@link io.ebpf4j.asm.Slot}).
     *
     * @return a copy
     */
    public long[] slots() {
        return parts.instructions.slots();
    }

    /** {@return the linked code, to print or marshal it} */
    public Instructions instructions() {
        return parts.instructions;
    }

    /** {@return the number of slots} */
    public int length() {
        return parts.instructions.length();
    }

    /** {@return the instructions that a loader must complete, ordered by slot} */
    public List<CodeReference> references() {
        return parts.references;
    }

    /** {@return the instructions that depend on the kernel's types, ordered by function, then as in the file} */
    public List<RelocationSite> coreRelocations() {
        return parts.coreRelocations;
    }

    /**
     * The types of the functions, ordered by slot.
     *
     * @return one for each of {@link #subprograms()}, or none at all when the object does not know them all
     */
    public List<FunctionInfo> functionInfos() {
        return parts.functionInfos;
    }

    /**
     * The source lines, ordered by slot.
     *
     * @return at least one for each of {@link #subprograms()}, or none at all when the object does not know them all
     */
    public List<LineInfo> lineInfos() {
        return parts.lineInfos;
    }

    /** {@return the functions of the linked program, the entry first, ordered by slot} */
    public List<Subprogram> subprograms() {
        return parts.subprograms;
    }

    /**
     * What the object asks of this program that no loader can give, each a sentence for the plan.
     *
     * @return empty for a program that can be loaded
     */
    public List<String> unsupported() {
        return parts.unsupported;
    }

    /** {@return the program in one line} */
    @Override
    public String toString() {
        return type() + " " + name() + " in " + sectionName() + ", " + length() + " slots";
    }

    /** The parts of a program. */
    record Parts(
            String name,
            String sectionName,
            SectionDefinition definition,
            String attachTarget,
            boolean autoload,
            Instructions instructions,
            List<CodeReference> references,
            List<RelocationSite> coreRelocations,
            List<FunctionInfo> functionInfos,
            List<LineInfo> lineInfos,
            List<Subprogram> subprograms,
            List<String> unsupported) {

        Parts {
            references = List.copyOf(references);
            coreRelocations = List.copyOf(coreRelocations);
            functionInfos = List.copyOf(functionInfos);
            lineInfos = List.copyOf(lineInfos);
            subprograms = List.copyOf(subprograms);
            unsupported = List.copyOf(unsupported);
        }
    }
}
