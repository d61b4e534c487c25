package io.ebpf4j.spec;

import java.util.Set;

/**
 * What a section name says of the programs in it: a row of {@link SectionTable}.
 *
 * @param name the section's name in the table, without a {@code +}
 * @param form which texts after the name are allowed
 * @param programType the type of the programs
 * @param attachType the attach type to give at load time, {@link AttachType#NONE} for none
 * @param traits what else follows from the name
 */
public record SectionDefinition(
        String name, Form form, ProgramType programType, AttachType attachType, Set<Trait> traits) {

    /** The definition of a section whose name says nothing; its programs have type {@link ProgramType#UNSPEC}. */
    public static final SectionDefinition UNKNOWN =
            new SectionDefinition("", Form.EXACT, ProgramType.UNSPEC, AttachType.NONE, Set.of());

    /** Which texts after a section's name are allowed. */
    public enum Form {
        /** The name and nothing else. */
        EXACT,
        /** The name alone, or the name, a slash and the attach target. */
        OPTIONAL_TARGET
    }

    /** What else follows from a section name. */
    public enum Trait {
        /** The attach target is looked up in the kernel's BTF before loading. */
        NEEDS_BTF_TARGET,
        /** Loaded with {@code BPF_F_SLEEPABLE}. */
        SLEEPABLE,
        /** Loaded with {@code BPF_F_XDP_HAS_FRAGS}. */
        XDP_FRAGS,
        /** {@code bpf_prog_attach} takes the attach type. */
        ATTACHABLE,
        /** The expected attach type may be left out where the kernel is too old to know it. */
        ATTACH_TYPE_OPTIONAL,
        /** A user statically defined tracing probe. */
        USDT
    }

    /**
     * A definition.
     *
     * @throws NullPointerException for a missing part
     */
    public SectionDefinition {
        traits = Set.copyOf(traits);
    }

    /**
     * Whether the definition has a trait.
     *
     * @param trait what to look for
     * @return true when it does
     */
    public boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
