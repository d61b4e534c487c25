package io.ebpf4j.elf;

/**
 * One relocation.
 *
 * @param offset place to change: bytes into the section in relocatable files, virtual address otherwise
 * @param type machine-specific number; for BPF one of the {@code R_BPF_} constants
 *     (source: kernel Documentation/bpf/llvm_reloc.rst)
 * @param symbol index in the symbol table that the relocation section links to; checked to exist
 * @param addend explicit addend; 0 for REL sections, whose addend is in the place itself
 */
public record ElfRelocation(long offset, int type, int symbol, long addend) {
    /** Nothing to do. */
    public static final int R_BPF_NONE = 0;

    /** LD_IMM64: 64 bits over the two imm fields. */
    public static final int R_BPF_64_64 = 1;

    /** 64 bits of data. */
    public static final int R_BPF_64_ABS64 = 2;

    /** 32 bits of data. */
    public static final int R_BPF_64_ABS32 = 3;

    /** 32 bits in debug and BTF sections, which a loader leaves alone. */
    public static final int R_BPF_64_NODYLD32 = 4;

    /** The imm of a call. */
    public static final int R_BPF_64_32 = 10;
}
