package io.ebpf4j.elf;

/**
 * One section header. The numbers are the file's own and are not yet checked against its length: {@link ElfFile#data}
 * does that. Source: System V gABI, chapter "Sections".
 *
 * @param index position in the section header table; 0 is the null section
 * @param name name from the section name string table, "" where it has none
 * @param type {@code sh_type}, one of the {@code SHT_} constants or a number that this class does not name
 * @param flags {@code sh_flags}, {@code SHF_} bits
 * @param address virtual address of the first byte when loaded, 0 in relocatable files
 * @param offset position of the first byte in the file
 * @param size bytes in memory; in the file too, unless the type is {@link #SHT_NOBITS}
 * @param link {@code sh_link}; for relocations the symbol table, for symbols the string table
 * @param info {@code sh_info}; for relocations the section they apply to
 * @param align {@code sh_addralign}
 * @param entrySize {@code sh_entsize}, 0 where the section is no table
 */
public record ElfSection(
        int index,
        String name,
        int type,
        long flags,
        long address,
        long offset,
        long size,
        int link,
        int info,
        long align,
        long entrySize) {

    /** The null section's type. */
    public static final int SHT_NULL = 0;

    /** Program-defined contents. */
    public static final int SHT_PROGBITS = 1;

    /** The symbol table. */
    public static final int SHT_SYMTAB = 2;

    /** A string table. */
    public static final int SHT_STRTAB = 3;

    /** Relocations with addends. */
    public static final int SHT_RELA = 4;

    /** Zeroed memory that takes no room in the file. */
    public static final int SHT_NOBITS = 8;

    /** Relocations whose addend is the relocated place itself. */
    public static final int SHT_REL = 9;

    /** The dynamic linker's symbol table. */
    public static final int SHT_DYNSYM = 11;

    /** Section numbers of symbols that do not fit sixteen bits. */
    public static final int SHT_SYMTAB_SHNDX = 18;

    /** Written to when the program runs. */
    public static final long SHF_WRITE = 1;

    /** Takes memory when the program runs. */
    public static final long SHF_ALLOC = 2;

    /** Holds instructions. */
    public static final long SHF_EXECINSTR = 4;

    /** {@return whether the section takes no room in the file} */
    public boolean isNoBits() {
        return type == SHT_NOBITS;
    }

    /** {@return whether the section holds instructions} */
    public boolean isExecutable() {
        return (flags & SHF_EXECINSTR) != 0;
    }

    /** {@return whether the section holds relocations, with or without addends} */
    public boolean isRelocations() {
        return type == SHT_REL || type == SHT_RELA;
    }
}
