package io.ebpf4j.btf;

import java.util.Locale;

/**
 * The kinds of BTF types, with the kernel's numbers as ordinals. Source: include/uapi/linux/btf.h.
 */
public enum BtfKind {
    /** Type 0, {@code void}; also what {@link Btf#kind} answers for a kind that is newer than this class. */
    UNKNOWN("UNKN", 0, 0),
    /** An integer. */
    INT("INT", 4, 0),
    /** A pointer. */
    PTR("PTR", 0, 0),
    /** An array. */
    ARRAY("ARRAY", 12, 0),
    /** A structure. */
    STRUCT("STRUCT", 0, 12),
    /** A union. */
    UNION("UNION", 0, 12),
    /** An enumeration of up to 32 bits a value. */
    ENUM("ENUM", 0, 8),
    /** A forward declaration of a structure or union. */
    FWD("FWD", 0, 0),
    /** A typedef. */
    TYPEDEF("TYPEDEF", 0, 0),
    /** The volatile qualifier. */
    VOLATILE("VOLATILE", 0, 0),
    /** The const qualifier. */
    CONST("CONST", 0, 0),
    /** The restrict qualifier. */
    RESTRICT("RESTRICT", 0, 0),
    /** A function. */
    FUNC("FUNC", 0, 0),
    /** A function's signature. */
    FUNC_PROTO("FUNC_PROTO", 0, 8),
    /** A variable. */
    VAR("VAR", 4, 0),
    /** An ELF section of variables. */
    DATASEC("DATASEC", 0, 12),
    /** A floating point number; Linux 5.13. */
    FLOAT("FLOAT", 0, 0),
    /** A tag on a declaration; Linux 5.16. */
    DECL_TAG("DECL_TAG", 4, 0),
    /** A tag on a type; Linux 5.17. */
    TYPE_TAG("TYPE_TAG", 0, 0),
    /** An enumeration of 64 bits a value; Linux 6.0. */
    ENUM64("ENUM64", 0, 12);

    private static final BtfKind[] BY_NUMBER = values();

    private final String kernelName;
    private final int fixedSize;
    private final int elementSize;

    BtfKind(String kernelName, int fixedSize, int elementSize) {
        this.kernelName = kernelName;
        this.fixedSize = fixedSize;
        this.elementSize = elementSize;
    }

    /** {@return the kernel's number of this kind} */
    public int number() {
        return ordinal();
    }

    /** {@return the name as the kernel and bpftool write it, such as {@code FUNC_PROTO}} */
    public String kernelName() {
        return kernelName;
    }

    /** {@return the name in lower case with spaces, for messages} */
    public String label() {
        return kernelName.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** {@return bytes that follow the twelve of {@code struct btf_type} once} */
    int fixedSize() {
        return fixedSize;
    }

    /** {@return bytes that follow for each of the type's elements} */
    int elementSize() {
        return elementSize;
    }

    /**
     * {@return the kind with a number, {@link #UNKNOWN} for one that is newer than this class}
     *
     * @param number a kernel kind number
     */
    public static BtfKind of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }

    /** {@return whether this is const, volatile, restrict or a type tag} */
    public boolean isModifier() {
        return this == CONST || this == VOLATILE || this == RESTRICT || this == TYPE_TAG;
    }

    /** {@return whether this is a structure or a union} */
    public boolean isComposite() {
        return this == STRUCT || this == UNION;
    }

    /** {@return whether this is an enumeration of either width} */
    public boolean isEnumeration() {
        return this == ENUM || this == ENUM64;
    }
}
