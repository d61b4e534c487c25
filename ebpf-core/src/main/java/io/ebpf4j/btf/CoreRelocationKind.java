package io.ebpf4j.btf;

import java.util.Optional;

/**
 * What a CO-RE relocation asks about a type, with the kernel's numbers as ordinals. Source:
 * {@code enum bpf_core_relo_kind} in include/uapi/linux/bpf.h.
 */
public enum CoreRelocationKind {
    /** Offset of a field in bytes. */
    FIELD_BYTE_OFFSET("byte_off"),
    /** Size of a field in bytes. */
    FIELD_BYTE_SIZE("byte_sz"),
    /** Whether the field exists, 1 or 0. */
    FIELD_EXISTS("field_exists"),
    /** Whether the field is signed, 1 or 0. */
    FIELD_SIGNED("signed"),
    /** Left shift that brings a bit-field to the top of 64 bits. */
    FIELD_LSHIFT_U64("lshift_u64"),
    /** Right shift that brings it back down. */
    FIELD_RSHIFT_U64("rshift_u64"),
    /** The type's id in the object's own BTF. */
    TYPE_ID_LOCAL("local_type_id"),
    /** The type's id in the target's BTF. */
    TYPE_ID_TARGET("target_type_id"),
    /** Whether a type of that name and shape exists, 1 or 0. */
    TYPE_EXISTS("type_exists"),
    /** Size of the type in bytes. */
    TYPE_SIZE("type_size"),
    /** Whether the enumerator exists, 1 or 0. */
    ENUM_VALUE_EXISTS("enumval_exists"),
    /** Value of the enumerator. */
    ENUM_VALUE("enumval_value"),
    /** Whether a type matches member by member, 1 or 0; Linux 6.0. */
    TYPE_MATCHES("type_matches");

    private static final CoreRelocationKind[] BY_NUMBER = values();

    private final String label;

    CoreRelocationKind(String label) {
        this.label = label;
    }

    /** {@return the kernel's number} */
    public int number() {
        return ordinal();
    }

    /** {@return the name that the kernel's and libbpf's logs use, such as {@code byte_off}} */
    public String label() {
        return label;
    }

    /** {@return whether the relocation is about a field} */
    public boolean isField() {
        return ordinal() <= FIELD_RSHIFT_U64.ordinal();
    }

    /** {@return whether the relocation is about an enumerator} */
    public boolean isEnumValue() {
        return this == ENUM_VALUE_EXISTS || this == ENUM_VALUE;
    }

    /** {@return whether the relocation is about a whole type} */
    public boolean isType() {
        return !isField() && !isEnumValue();
    }

    /**
     * {@return the kind with a number, empty for a number that the kernel does not know either}
     *
     * @param number a kernel number
     */
    public static Optional<CoreRelocationKind> of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? Optional.of(BY_NUMBER[number]) : Optional.empty();
    }
}
