package io.ebpf4j.asm;

/**
 * One 8-byte BPF instruction slot, held in a {@code long} whose form does not depend on a file's byte order.
 *
 * <p>Layout of the {@code long}, least significant bit first, as {@code struct bpf_insn} of {@code linux/bpf.h} on a
 * little-endian machine: bits 0-7 opcode, 8-11 destination register, 12-15 source register, 16-31 offset (signed),
 * 32-63 immediate (signed). A 64-bit immediate load ({@link Opcodes#LD_IMM64}) takes two slots; the second has opcode 0
 * and carries the upper half of the immediate.
 *
 * <p>A slot is a value, not an object: these are static accessors, safe from any thread, that never throw.
 */
public final class Slot {
    /** Bytes of one slot in a file and in the kernel. */
    public static final int BYTES = 8;

    private Slot() {}

    /**
     * Builds a slot. Each part is cut to its width.
     *
     * @param opcode the opcode, 8 bits
     * @param dst the destination register, 4 bits
     * @param src the source register or pseudo source, 4 bits
     * @param offset the offset, 16 bits
     * @param imm the immediate, 32 bits
     * @return the slot
     */
    public static long of(int opcode, int dst, int src, int offset, int imm) {
        return (opcode & 0xFFL) | (dst & 0xFL) << 8 | (src & 0xFL) << 12 | (offset & 0xFFFFL) << 16 | (long) imm << 32;
    }

    /**
     * {@return the opcode, 0 to 255}
     *
     * @param slot a slot
     */
    public static int opcode(long slot) {
        return (int) (slot & 0xFF);
    }

    /**
     * {@return the instruction class, the lowest three bits of the opcode}
     *
     * @param slot a slot
     */
    public static int instructionClass(long slot) {
        return (int) (slot & 7);
    }

    /**
     * {@return the destination register, 0 to 15}
     *
     * @param slot a slot
     */
    public static int dst(long slot) {
        return (int) (slot >>> 8 & 0xF);
    }

    /**
     * {@return the source register or pseudo source, 0 to 15}
     *
     * @param slot a slot
     */
    public static int src(long slot) {
        return (int) (slot >>> 12 & 0xF);
    }

    /**
     * {@return the signed offset}
     *
     * @param slot a slot
     */
    public static short offset(long slot) {
        return (short) (slot >>> 16);
    }

    /**
     * {@return the signed immediate}
     *
     * @param slot a slot
     */
    public static int imm(long slot) {
        return (int) (slot >>> 32);
    }

    /**
     * {@return the slot with another opcode}
     *
     * @param slot a slot
     * @param opcode the new opcode, 8 bits
     */
    public static long withOpcode(long slot, int opcode) {
        return slot & ~0xFFL | opcode & 0xFFL;
    }

    /**
     * {@return the slot with another destination register}
     *
     * @param slot a slot
     * @param dst the new register, 4 bits
     */
    public static long withDst(long slot, int dst) {
        return slot & ~0xF00L | (dst & 0xFL) << 8;
    }

    /**
     * {@return the slot with another source register or pseudo source}
     *
     * @param slot a slot
     * @param src the new source, 4 bits
     */
    public static long withSrc(long slot, int src) {
        return slot & ~0xF000L | (src & 0xFL) << 12;
    }

    /**
     * {@return the slot with another offset}
     *
     * @param slot a slot
     * @param offset the new offset, cut to 16 bits
     */
    public static long withOffset(long slot, int offset) {
        return slot & ~0xFFFF_0000L | (offset & 0xFFFFL) << 16;
    }

    /**
     * {@return the slot with another immediate}
     *
     * @param slot a slot
     * @param imm the new immediate
     */
    public static long withImm(long slot, int imm) {
        return slot & 0xFFFF_FFFFL | (long) imm << 32;
    }

    /**
     * {@return whether the slot is the first of the two that a 64-bit immediate load takes}
     *
     * @param slot a slot
     */
    public static boolean isWide(long slot) {
        return opcode(slot) == Opcodes.LD_IMM64;
    }

    /**
     * {@return how many slots the instruction that starts with this slot takes, 1 or 2}
     *
     * @param slot the first slot of an instruction
     */
    public static int width(long slot) {
        return isWide(slot) ? 2 : 1;
    }

    /**
     * {@return the 64-bit immediate of a wide load}
     *
     * @param first the first slot: lower half
     * @param second the second slot: upper half
     */
    public static long wideImm(long first, long second) {
        return first >>> 32 | second & 0xFFFF_FFFF_0000_0000L;
    }

    /**
     * {@return whether the slot calls a helper by its number}
     *
     * @param slot a slot
     */
    public static boolean isHelperCall(long slot) {
        return opcode(slot) == Opcodes.CALL && src(slot) == Opcodes.CALL_HELPER;
    }

    /**
     * {@return whether the slot calls a subprogram of the same program, its immediate relative to the next slot}
     *
     * @param slot a slot
     */
    public static boolean isSubprogramCall(long slot) {
        return opcode(slot) == Opcodes.CALL && src(slot) == Opcodes.CALL_SUBPROGRAM;
    }

    /**
     * {@return whether the slot calls a kernel function by its BTF id}
     *
     * @param slot a slot
     */
    public static boolean isKfuncCall(long slot) {
        return opcode(slot) == Opcodes.CALL && src(slot) == Opcodes.CALL_KFUNC;
    }
}
