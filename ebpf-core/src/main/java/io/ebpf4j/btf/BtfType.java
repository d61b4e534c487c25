package io.ebpf4j.btf;

import java.util.List;

/**
 * One BTF type, decoded. {@link Btf} keeps none of these: each is made when asked for, and refers to others by id. Code
 * that looks at many types uses the accessors of {@link Btf} instead, which allocate nothing.
 */
public sealed interface BtfType {
    /** {@return the type's id, 0 for void} */
    int id();

    /** {@return the name, "" for an anonymous type} */
    String name();

    /**
     * The absence of a type, id 0.
     */
    record VoidType() implements BtfType {
        @Override
        public int id() {
            return 0;
        }

        @Override
        public String name() {
            return "void";
        }
    }

    /**
     * An integer.
     *
     * @param id type id
     * @param name name
     * @param size bytes
     * @param bits significant bits, at most 128
     * @param offset bits before the first significant one, 0 in all that compilers write today
     * @param encoding what the bits mean
     */
    record Int(int id, String name, long size, int bits, int offset, Encoding encoding) implements BtfType {
        /** What an integer's bits mean. */
        public enum Encoding {
            /** An unsigned number. */
            UNSIGNED,
            /** A number in two's complement. */
            SIGNED,
            /** A character. */
            CHAR,
            /** A signed character. */
            SIGNED_CHAR,
            /** A truth value. */
            BOOL
        }
    }

    /**
     * A pointer.
     *
     * @param id type id
     * @param target what it points to
     */
    record Pointer(int id, int target) implements BtfType {
        @Override
        public String name() {
            return "";
        }
    }

    /**
     * An array.
     *
     * @param id type id
     * @param element type of an element
     * @param index type of the index
     * @param length number of elements, 0 for a flexible array
     */
    record Array(int id, int element, int index, long length) implements BtfType {
        @Override
        public String name() {
            return "";
        }
    }

    /**
     * A structure or union.
     *
     * @param id type id
     * @param name name, "" if anonymous
     * @param shape structure or union
     * @param size bytes
     * @param members members in order of declaration
     */
    record Composite(int id, String name, Shape shape, long size, List<Member> members) implements BtfType {
        /** Copies the list. */
        public Composite {
            members = List.copyOf(members);
        }
    }

    /** Structure or union. */
    enum Shape {
        /** Members follow each other. */
        STRUCT,
        /** Members overlap. */
        UNION
    }

    /**
     * A member of a structure or union.
     *
     * @param name name, "" for an anonymous structure or union
     * @param type type id
     * @param bitOffset bits from the start of the structure
     * @param bitfieldSize bits of a bit-field, 0 for any other member
     */
    record Member(String name, int type, long bitOffset, int bitfieldSize) {}

    /**
     * An enumeration of either width.
     *
     * @param id type id
     * @param name name, "" if anonymous
     * @param size bytes
     * @param signedness how the values are to be read
     * @param kind {@link BtfKind#ENUM} or {@link BtfKind#ENUM64}
     * @param enumerators values in order of declaration
     */
    record Enumeration(
            int id, String name, long size, Signedness signedness, BtfKind kind, List<Enumerator> enumerators)
            implements BtfType {
        /** Copies the list. */
        public Enumeration {
            enumerators = List.copyOf(enumerators);
        }
    }

    /** Whether numbers have a sign. */
    enum Signedness {
        /** Two's complement. */
        SIGNED,
        /** No sign. */
        UNSIGNED
    }

    /**
     * One name of an enumeration.
     *
     * @param name name
     * @param value value, extended to 64 bits by the enumeration's signedness
     */
    record Enumerator(String name, long value) {}

    /**
     * A structure or union that is only named.
     *
     * @param id type id
     * @param name name
     * @param shape which of the two
     */
    record Forward(int id, String name, Shape shape) implements BtfType {}

    /**
     * A typedef.
     *
     * @param id type id
     * @param name new name
     * @param target what it names
     */
    record Typedef(int id, String name, int target) implements BtfType {}

    /**
     * A qualifier of another type.
     *
     * @param id type id
     * @param kind {@link BtfKind#CONST}, {@link BtfKind#VOLATILE} or {@link BtfKind#RESTRICT}
     * @param target qualified type
     */
    record Qualifier(int id, BtfKind kind, int target) implements BtfType {
        @Override
        public String name() {
            return "";
        }
    }

    /**
     * A function.
     *
     * @param id type id
     * @param name name
     * @param prototype signature, a {@link FunctionPrototype}
     * @param linkage its visibility
     */
    record Function(int id, String name, int prototype, Linkage linkage) implements BtfType {}

    /** Visibility of a function or variable. */
    enum Linkage {
        /** Within its object file. */
        STATIC,
        /** Everywhere. */
        GLOBAL,
        /** Defined elsewhere. */
        EXTERN
    }

    /**
     * A function's signature.
     *
     * @param id type id
     * @param result type of the result
     * @param parameters parameters in order; a last one with type 0 and no name stands for "..."
     */
    record FunctionPrototype(int id, int result, List<Parameter> parameters) implements BtfType {
        /** Copies the list. */
        public FunctionPrototype {
            parameters = List.copyOf(parameters);
        }

        @Override
        public String name() {
            return "";
        }
    }

    /**
     * A function's parameter.
     *
     * @param name name, "" if not given
     * @param type type id
     */
    record Parameter(String name, int type) {}

    /**
     * A variable.
     *
     * @param id type id
     * @param name name
     * @param type type of its value
     * @param linkage its visibility
     */
    record Variable(int id, String name, int type, Linkage linkage) implements BtfType {}

    /**
     * An ELF section that holds variables.
     *
     * @param id type id
     * @param name section name
     * @param size bytes; compilers write 0 and the loader fills it in
     * @param variables variables in the section
     */
    record DataSection(int id, String name, long size, List<SectionVariable> variables) implements BtfType {
        /** Copies the list. */
        public DataSection {
            variables = List.copyOf(variables);
        }
    }

    /**
     * A variable's place in its section.
     *
     * @param type the {@link Variable}, or a {@link Function} in the section of externs
     * @param offset bytes from the section's start
     * @param size bytes
     */
    record SectionVariable(int type, long offset, long size) {}

    /**
     * A floating point number.
     *
     * @param id type id
     * @param name name
     * @param size bytes
     */
    record FloatingPoint(int id, String name, long size) implements BtfType {}

    /**
     * A tag on a declaration.
     *
     * @param id type id
     * @param name the tag
     * @param target what is tagged
     * @param component index of the member or parameter that is tagged, -1 for the whole
     */
    record DeclarationTag(int id, String name, int target, int component) implements BtfType {}

    /**
     * A tag on a type.
     *
     * @param id type id
     * @param name the tag
     * @param target tagged type
     */
    record TypeTag(int id, String name, int target) implements BtfType {}

    /**
     * A type of a kind that is newer than this class, skipped by the size that the BTF declares for it.
     *
     * @param id type id
     * @param name name
     * @param kindNumber the kernel's kind number
     */
    record Unrecognized(int id, String name, int kindNumber) implements BtfType {}
}
