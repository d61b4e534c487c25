package io.ebpf4j.elf;

/**
 * One symbol. Source: System V gABI, chapter "Symbol Table".
 *
 * @param index position in its symbol table; relocations name symbols by it
 * @param name "" where the symbol has none, as section symbols do
 * @param type {@code STT_} constant or a number that this class does not name
 * @param binding {@code STB_} constant or a number that this class does not name
 * @param visibility {@code STV_} constant, 0 to 3
 * @param section section index, extended numbering already applied; {@link #SHN_UNDEF}, {@link #SHN_ABS} and
 *     {@link #SHN_COMMON} are kept as they are
 * @param value offset in the section in relocatable files, virtual address otherwise
 * @param size bytes, 0 where unknown
 */
public record ElfSymbol(
        int index, String name, int type, int binding, int visibility, int section, long value, long size) {

    /** No type given. */
    public static final int STT_NOTYPE = 0;

    /** A data object. */
    public static final int STT_OBJECT = 1;

    /** A function. */
    public static final int STT_FUNC = 2;

    /** A section; compilers relocate static functions and data against it. */
    public static final int STT_SECTION = 3;

    /** The source file's name. */
    public static final int STT_FILE = 4;

    /** A thread-local variable. */
    public static final int STT_TLS = 6;

    /** A function chosen when the program starts, GNU. */
    public static final int STT_GNU_IFUNC = 10;

    /** Not visible outside its object file. */
    public static final int STB_LOCAL = 0;

    /** Visible to all object files. */
    public static final int STB_GLOBAL = 1;

    /** Global, and gives way to another definition. */
    public static final int STB_WEAK = 2;

    /** As the binding says. */
    public static final int STV_DEFAULT = 0;

    /** Processor-specific hidden. */
    public static final int STV_INTERNAL = 1;

    /** Not visible to other components. */
    public static final int STV_HIDDEN = 2;

    /** Visible, not pre-emptible. */
    public static final int STV_PROTECTED = 3;

    /** Section index of a symbol defined elsewhere. */
    public static final int SHN_UNDEF = 0;

    /** Section index of a symbol with an absolute value. */
    public static final int SHN_ABS = 0xfff1;

    /** Section index of a common symbol that is not allocated yet. */
    public static final int SHN_COMMON = 0xfff2;

    /** {@return whether this is a function} */
    public boolean isFunction() {
        return type == STT_FUNC || type == STT_GNU_IFUNC;
    }

    /** {@return whether this is a data object} */
    public boolean isObject() {
        return type == STT_OBJECT;
    }

    /** {@return whether this stands for a whole section} */
    public boolean isSection() {
        return type == STT_SECTION;
    }

    /** {@return whether the symbol is local to its file} */
    public boolean isLocal() {
        return binding == STB_LOCAL;
    }

    /** {@return whether the symbol is global} */
    public boolean isGlobal() {
        return binding == STB_GLOBAL;
    }

    /** {@return whether the symbol is weak} */
    public boolean isWeak() {
        return binding == STB_WEAK;
    }

    /** {@return whether the symbol is defined in another file} */
    public boolean isUndefined() {
        return section == SHN_UNDEF;
    }

    /** {@return whether the visibility is hidden or internal} */
    public boolean isHidden() {
        return visibility == STV_HIDDEN || visibility == STV_INTERNAL;
    }
}
