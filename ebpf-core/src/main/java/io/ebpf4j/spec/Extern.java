package io.ebpf4j.spec;

/** Something that an object declares and the running kernel defines. */
public sealed interface Extern {

    /** What happens when the kernel has no such thing. */
    enum Binding {
        /** Loading is refused. */
        REQUIRED,
        /** It reads as zero; a call that is reached all the same is refused by the verifier. */
        WEAK
    }

    /** How a kernel configuration value is read. */
    enum ConfigKind {
        /** One character. */
        CHARACTER,
        /** {@code y} is true. */
        BOOLEAN,
        /** An integer of one, two, four or eight bytes; {@code y} and {@code m} do not fit. */
        INTEGER,
        /** libbpf's {@code enum libbpf_tristate}: 0 no, 1 yes, 2 module. */
        TRISTATE,
        /** A text with its terminator, cut to the array. */
        TEXT
    }

    /** Whether an integer has a sign. */
    enum Signedness {
        /** Two's complement. */
        SIGNED,
        /** No sign. */
        UNSIGNED
    }

    /**
     * The extern's name, flavour suffix ({@code ___x}) included.
     *
     * @return the name in the source
     */
    String name();

    /**
     * What happens when the kernel has no such thing.
     *
     * @return the binding of the ELF symbol
     */
    Binding binding();

    /**
     * The name to look for in the kernel: {@link #name()} without a flavour suffix.
     *
     * @return the essential name
     */
    default String kernelName() {
        String name = name();
        for (int i = name.length() - 5; i >= 0; i--) {
            if (name.startsWith("___", i + 1) && name.charAt(i) != '_' && name.charAt(i + 4) != '_') {
                return name.substring(0, i + 1);
            }
        }
        return name;
    }

    /**
     * A kernel configuration value ({@code extern ... __kconfig}): a part of the {@code .kconfig} map's value. The
     * names {@code LINUX_KERNEL_VERSION}, {@code LINUX_HAS_BPF_COOKIE} and {@code LINUX_HAS_SYSCALL_WRAPPER} are the
     * loader's own.
     *
     * @param name the name, {@code CONFIG_...} or one of the loader's own
     * @param binding what happens when it is not set
     * @param typeId its type in the object's BTF
     * @param kind how its text is read
     * @param signedness whether an integer has a sign
     * @param offset bytes from the start of the {@code .kconfig} map's value
     * @param size bytes of the variable
     */
    record KconfigExtern(
            String name, Binding binding, int typeId, ConfigKind kind, Signedness signedness, int offset, int size)
            implements Extern {}

    /**
     * A kernel variable ({@code extern ... __ksym}). Untyped ({@code const void}) it is an address from
     * /proc/kallsyms; typed it is found by name and type in the kernel's BTF.
     *
     * @param name the name
     * @param binding what happens when the kernel has none
     * @param typeId its type in the object's BTF, modifiers and typedefs skipped; 0 = untyped
     */
    record KsymExtern(String name, Binding binding, int typeId) implements Extern {
        /**
         * Whether the variable's type is known.
         *
         * @return false for {@code const void}
         */
        public boolean typed() {
            return typeId != 0;
        }
    }

    /**
     * A kernel function ({@code extern ... __ksym} with a prototype), called or tested for presence.
     *
     * @param name the name
     * @param binding what happens when the kernel has none
     * @param functionId the function in the object's BTF
     * @param prototypeId its prototype in the object's BTF
     */
    record KfuncExtern(String name, Binding binding, int functionId, int prototypeId) implements Extern {}
}
