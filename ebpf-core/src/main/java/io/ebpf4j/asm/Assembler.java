package io.ebpf4j.asm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a program instruction by instruction, with labels for jumps and calls.
 *
 * <p>Every method appends and returns this builder. Labels may be used before they are placed; {@link #assemble()} resolves them.
 * Immediates are signed 32-bit numbers that 64-bit operations sign-extend; offsets are bytes and must fit in 16 signed bits.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class Assembler {
    private static final int UNPLACED = -1;

    private long[] slots = new long[16];
    private int length;
    private final Map<String, Integer> labels = new HashMap<>();
    private final List<Use> uses = new ArrayList<>();

    private enum Field {
        OFFSET,
        IMMEDIATE
    }

    private record Use(int slot, String label, Field field) {}

    /** Starts an empty program. */
    public Assembler() {}

    /** {@return the index of the next slot} */
    public int position() {
        return length;
    }

    /**
     * Places a label at the next instruction.
     *
     * @param name the label
     * @return this builder
     * @throws IllegalArgumentException when the label is already placed
     */
    public Assembler label(String name) {
        if (labels.putIfAbsent(name, length) != null) {
            throw new IllegalArgumentException("label " + name + " is placed twice");
        }
        return this;
    }

    /**
     * Appends a slot as it is.
     *
     * @param slot the slot, see {@link Slot}
     * @return this builder
     */
    public Assembler raw(long slot) {
        if (length == slots.length) {
            slots = Arrays.copyOf(slots, length * 2);
        }
        slots[length++] = slot;
        return this;
    }

    /**
     * A 64-bit move of an immediate, sign-extended.
     *
     * @param dst the destination
     * @param imm the immediate
     * @return this builder
     */
    public Assembler mov(Register dst, int imm) {
        return alu(AluOperation.MOV, dst, imm);
    }

    /**
     * A 64-bit move of a register.
     *
     * @param dst the destination
     * @param src the source
     * @return this builder
     */
    public Assembler mov(Register dst, Register src) {
        return alu(AluOperation.MOV, dst, src);
    }

    /**
     * A 64-bit operation with an immediate.
     *
     * @param operation what to do
     * @param dst the left operand and result
     * @param imm the right operand
     * @return this builder
     */
    public Assembler alu(AluOperation operation, Register dst, int imm) {
        return aluImmediate(Opcodes.CLASS_ALU64, operation.opcodeBits(), dst, 0, imm);
    }

    /**
     * A 64-bit operation with a register.
     *
     * @param operation what to do
     * @param dst the left operand and result
     * @param src the right operand
     * @return this builder
     */
    public Assembler alu(AluOperation operation, Register dst, Register src) {
        return aluRegister(Opcodes.CLASS_ALU64, operation.opcodeBits(), dst, src, 0);
    }

    /**
     * A 32-bit operation with an immediate; the upper half of the destination becomes zero.
     *
     * @param operation what to do
     * @param dst the left operand and result
     * @param imm the right operand
     * @return this builder
     */
    public Assembler alu32(AluOperation operation, Register dst, int imm) {
        return aluImmediate(Opcodes.CLASS_ALU, operation.opcodeBits(), dst, 0, imm);
    }

    /**
     * A 32-bit operation with a register; the upper half of the destination becomes zero.
     *
     * @param operation what to do
     * @param dst the left operand and result
     * @param src the right operand
     * @return this builder
     */
    public Assembler alu32(AluOperation operation, Register dst, Register src) {
        return aluRegister(Opcodes.CLASS_ALU, operation.opcodeBits(), dst, src, 0);
    }

    /**
     * Signed 64-bit division by a register (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param src the divisor
     * @return this builder
     */
    public Assembler signedDiv(Register dst, Register src) {
        return aluRegister(Opcodes.CLASS_ALU64, Opcodes.ALU_DIV, dst, src, 1);
    }

    /**
     * Signed 64-bit division by an immediate (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param imm the divisor
     * @return this builder
     */
    public Assembler signedDiv(Register dst, int imm) {
        return aluImmediate(Opcodes.CLASS_ALU64, Opcodes.ALU_DIV, dst, 1, imm);
    }

    /**
     * Signed 32-bit division by a register (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param src the divisor
     * @return this builder
     */
    public Assembler signedDiv32(Register dst, Register src) {
        return aluRegister(Opcodes.CLASS_ALU, Opcodes.ALU_DIV, dst, src, 1);
    }

    /**
     * Signed 32-bit division by an immediate (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param imm the divisor
     * @return this builder
     */
    public Assembler signedDiv32(Register dst, int imm) {
        return aluImmediate(Opcodes.CLASS_ALU, Opcodes.ALU_DIV, dst, 1, imm);
    }

    /**
     * Signed 64-bit remainder by a register (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param src the divisor
     * @return this builder
     */
    public Assembler signedMod(Register dst, Register src) {
        return aluRegister(Opcodes.CLASS_ALU64, Opcodes.ALU_MOD, dst, src, 1);
    }

    /**
     * Signed 64-bit remainder by an immediate (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param imm the divisor
     * @return this builder
     */
    public Assembler signedMod(Register dst, int imm) {
        return aluImmediate(Opcodes.CLASS_ALU64, Opcodes.ALU_MOD, dst, 1, imm);
    }

    /**
     * Signed 32-bit remainder by a register (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param src the divisor
     * @return this builder
     */
    public Assembler signedMod32(Register dst, Register src) {
        return aluRegister(Opcodes.CLASS_ALU, Opcodes.ALU_MOD, dst, src, 1);
    }

    /**
     * Signed 32-bit remainder by an immediate (cpu v4, Linux 6.6).
     *
     * @param dst the dividend and result
     * @param imm the divisor
     * @return this builder
     */
    public Assembler signedMod32(Register dst, int imm) {
        return aluImmediate(Opcodes.CLASS_ALU, Opcodes.ALU_MOD, dst, 1, imm);
    }

    /**
     * A 64-bit move that sign-extends the lowest bits of the source (cpu v4, Linux 6.6).
     *
     * @param width how much of the source counts: byte, half or word
     * @param dst the destination
     * @param src the source
     * @return this builder
     * @throws IllegalArgumentException for {@link Width#DOUBLE}
     */
    public Assembler movSigned(Width width, Register dst, Register src) {
        if (width == Width.DOUBLE) {
            throw new IllegalArgumentException("a sign-extending move takes 1, 2 or 4 bytes");
        }
        return aluRegister(Opcodes.CLASS_ALU64, Opcodes.ALU_MOV, dst, src, width.bytes() * 8);
    }

    /**
     * A 32-bit move that sign-extends the lowest bits of the source (cpu v4, Linux 6.6).
     *
     * @param width how much of the source counts: byte or half
     * @param dst the destination
     * @param src the source
     * @return this builder
     * @throws IllegalArgumentException for other widths
     */
    public Assembler movSigned32(Width width, Register dst, Register src) {
        if (width == Width.DOUBLE || width == Width.WORD) {
            throw new IllegalArgumentException("a 32-bit sign-extending move takes 1 or 2 bytes");
        }
        return aluRegister(Opcodes.CLASS_ALU, Opcodes.ALU_MOV, dst, src, width.bytes() * 8);
    }

    /**
     * Casts a pointer between address spaces (Linux 6.9; space 0 is the kernel's, 1 is an arena's).
     *
     * @param dst the destination
     * @param src the source
     * @param toSpace the space of the result
     * @param fromSpace the space of the source
     * @return this builder
     */
    public Assembler addressSpaceCast(Register dst, Register src, int toSpace, int fromSpace) {
        int opcode = Opcodes.CLASS_ALU64 | Opcodes.ALU_MOV | Opcodes.SOURCE_X;
        return raw(Slot.of(opcode, dst.number(), src.number(), 1, toSpace << 16 | fromSpace & 0xFFFF));
    }

    /**
     * 64-bit negation.
     *
     * @param dst the operand and result
     * @return this builder
     */
    public Assembler neg(Register dst) {
        return aluImmediate(Opcodes.CLASS_ALU64, Opcodes.ALU_NEG, dst, 0, 0);
    }

    /**
     * 32-bit negation.
     *
     * @param dst the operand and result
     * @return this builder
     */
    public Assembler neg32(Register dst) {
        return aluImmediate(Opcodes.CLASS_ALU, Opcodes.ALU_NEG, dst, 0, 0);
    }

    /**
     * Converts the lowest bits between the machine's byte order and big endian, and clears the others.
     *
     * @param width how much of the register: half, word or double
     * @param dst the operand and result
     * @return this builder
     * @throws IllegalArgumentException for {@link Width#BYTE}
     */
    public Assembler toBigEndian(Width width, Register dst) {
        int opcode = Opcodes.CLASS_ALU | Opcodes.ALU_END | Opcodes.SOURCE_X;
        return raw(Slot.of(opcode, dst.number(), 0, 0, swapBits(width)));
    }

    /**
     * Converts the lowest bits between the machine's byte order and little endian, and clears the others.
     *
     * @param width how much of the register: half, word or double
     * @param dst the operand and result
     * @return this builder
     * @throws IllegalArgumentException for {@link Width#BYTE}
     */
    public Assembler toLittleEndian(Width width, Register dst) {
        int opcode = Opcodes.CLASS_ALU | Opcodes.ALU_END | Opcodes.SOURCE_K;
        return raw(Slot.of(opcode, dst.number(), 0, 0, swapBits(width)));
    }

    /**
     * Swaps the bytes of the lowest bits, and clears the others (cpu v4, Linux 6.6).
     *
     * @param width how much of the register: half, word or double
     * @param dst the operand and result
     * @return this builder
     * @throws IllegalArgumentException for {@link Width#BYTE}
     */
    public Assembler byteSwap(Width width, Register dst) {
        int opcode = Opcodes.CLASS_ALU64 | Opcodes.ALU_END | Opcodes.SOURCE_K;
        return raw(Slot.of(opcode, dst.number(), 0, 0, swapBits(width)));
    }

    /**
     * Loads a 64-bit immediate, two slots.
     *
     * @param dst the destination
     * @param value the value
     * @return this builder
     */
    public Assembler loadWide(Register dst, long value) {
        return wide(dst, 0, (int) value, (int) (value >>> 32));
    }

    /**
     * Loads the address of a map, two slots.
     *
     * @param dst the destination
     * @param fd the map's file descriptor, valid when the program is loaded
     * @return this builder
     */
    public Assembler loadMap(Register dst, int fd) {
        return wide(dst, Opcodes.PSEUDO_MAP_FD, fd, 0);
    }

    /**
     * Loads the address of a byte in an array map's first value, two slots (Linux 5.2).
     *
     * @param dst the destination
     * @param fd the map's file descriptor, valid when the program is loaded
     * @param offset the offset in the value, bytes
     * @return this builder
     */
    public Assembler loadMapValue(Register dst, int fd, int offset) {
        return wide(dst, Opcodes.PSEUDO_MAP_VALUE, fd, offset);
    }

    /**
     * Loads the address of a kernel variable, two slots (Linux 5.10).
     *
     * @param dst the destination
     * @param btfId the variable's type id
     * @param moduleBtfFd the descriptor of the module's BTF, 0 for vmlinux
     * @return this builder
     */
    public Assembler loadKernelVariable(Register dst, int btfId, int moduleBtfFd) {
        return wide(dst, Opcodes.PSEUDO_BTF_ID, btfId, moduleBtfFd);
    }

    /**
     * Loads the address of a subprogram for a callback, two slots (Linux 5.13).
     *
     * @param dst the destination
     * @param label the subprogram's label
     * @return this builder
     */
    public Assembler loadFunction(Register dst, String label) {
        uses.add(new Use(length, label, Field.IMMEDIATE));
        return wide(dst, Opcodes.PSEUDO_FUNC, 0, 0);
    }

    /**
     * Loads from memory, zero-extended.
     *
     * @param width how many bytes
     * @param dst the destination
     * @param base the address
     * @param offset bytes added to the address
     * @return this builder
     * @throws IllegalArgumentException when the offset does not fit
     */
    public Assembler load(Width width, Register dst, Register base, int offset) {
        int opcode = Opcodes.CLASS_LDX | width.opcodeBits() | Opcodes.MODE_MEM;
        return memory(opcode, dst, base, offset, 0);
    }

    /**
     * Loads from memory, sign-extended (cpu v4, Linux 6.6).
     *
     * @param width how many bytes: 1, 2 or 4
     * @param dst the destination
     * @param base the address
     * @param offset bytes added to the address
     * @return this builder
     * @throws IllegalArgumentException when the offset does not fit, or for {@link Width#DOUBLE}
     */
    public Assembler loadSigned(Width width, Register dst, Register base, int offset) {
        if (width == Width.DOUBLE) {
            throw new IllegalArgumentException("a sign-extending load takes 1, 2 or 4 bytes");
        }
        int opcode = Opcodes.CLASS_LDX | width.opcodeBits() | Opcodes.MODE_MEMSX;
        return memory(opcode, dst, base, offset, 0);
    }

    /**
     * Stores a register.
     *
     * @param width how many bytes
     * @param base the address
     * @param offset bytes added to the address
     * @param src what to store
     * @return this builder
     * @throws IllegalArgumentException when the offset does not fit
     */
    public Assembler store(Width width, Register base, int offset, Register src) {
        int opcode = Opcodes.CLASS_STX | width.opcodeBits() | Opcodes.MODE_MEM;
        return memory(opcode, base, src, offset, 0);
    }

    /**
     * Stores an immediate, sign-extended for 8 bytes.
     *
     * @param width how many bytes
     * @param base the address
     * @param offset bytes added to the address
     * @param imm what to store
     * @return this builder
     * @throws IllegalArgumentException when the offset does not fit
     */
    public Assembler store(Width width, Register base, int offset, int imm) {
        int opcode = Opcodes.CLASS_ST | width.opcodeBits() | Opcodes.MODE_MEM;
        return memory(opcode, base, Register.R0, offset, imm);
    }

    /**
     * An atomic operation on memory.
     *
     * @param operation what to do
     * @param width 4 or 8 bytes
     * @param base the address
     * @param offset bytes added to the address
     * @param src the operand; receives the old value where the operation says so
     * @return this builder
     * @throws IllegalArgumentException when the offset does not fit, or for other widths
     */
    public Assembler atomic(AtomicOperation operation, Width width, Register base, int offset, Register src) {
        if (width == Width.BYTE || width == Width.HALF) {
            throw new IllegalArgumentException("an atomic operation takes 4 or 8 bytes");
        }
        int opcode = Opcodes.CLASS_STX | width.opcodeBits() | Opcodes.MODE_ATOMIC;
        return memory(opcode, base, src, offset, operation.code());
    }

    /**
     * Loads with acquire order (Linux 6.15).
     *
     * @param width how many bytes
     * @param dst the destination
     * @param base the address
     * @param offset bytes added to the address
     * @return this builder
     * @throws IllegalArgumentException when the offset does not fit
     */
    public Assembler loadAcquire(Width width, Register dst, Register base, int offset) {
        int opcode = Opcodes.CLASS_STX | width.opcodeBits() | Opcodes.MODE_ATOMIC;
        return memory(opcode, dst, base, offset, Opcodes.ATOMIC_LOAD_ACQ);
    }

    /**
     * Stores with release order (Linux 6.15).
     *
     * @param width how many bytes
     * @param base the address
     * @param offset bytes added to the address
     * @param src what to store
     * @return this builder
     * @throws IllegalArgumentException when the offset does not fit
     */
    public Assembler storeRelease(Width width, Register base, int offset, Register src) {
        int opcode = Opcodes.CLASS_STX | width.opcodeBits() | Opcodes.MODE_ATOMIC;
        return memory(opcode, base, src, offset, Opcodes.ATOMIC_STORE_REL);
    }

    /**
     * Loads packet data at a fixed offset into R0, in host byte order; R6 must hold the socket buffer.
     *
     * @param width 1, 2 or 4 bytes
     * @param offset the offset in the packet
     * @return this builder
     */
    public Assembler loadPacket(Width width, int offset) {
        return raw(Slot.of(Opcodes.CLASS_LD | width.opcodeBits() | Opcodes.MODE_ABS, 0, 0, 0, offset));
    }

    /**
     * Loads packet data at a register plus an offset into R0, in host byte order; R6 must hold the socket buffer.
     *
     * @param width 1, 2 or 4 bytes
     * @param index the register
     * @param offset bytes added to the register
     * @return this builder
     */
    public Assembler loadPacket(Width width, Register index, int offset) {
        return raw(Slot.of(Opcodes.CLASS_LD | width.opcodeBits() | Opcodes.MODE_IND, 0, index.number(), 0, offset));
    }

    /**
     * Jumps always, by the 16-bit offset.
     *
     * @param label where to
     * @return this builder
     */
    public Assembler jump(String label) {
        uses.add(new Use(length, label, Field.OFFSET));
        return raw(Slot.of(Opcodes.JA, 0, 0, 0, 0));
    }

    /**
     * Jumps always, by the 32-bit immediate: gotol (cpu v4, Linux 6.6).
     *
     * @param label where to
     * @return this builder
     */
    public Assembler jumpLong(String label) {
        uses.add(new Use(length, label, Field.IMMEDIATE));
        return raw(Slot.of(Opcodes.JA_LONG, 0, 0, 0, 0));
    }

    /**
     * Jumps at the kernel's choice, after a bounded number of rounds: may_goto (Linux 6.9).
     *
     * @param label where to
     * @return this builder
     */
    public Assembler mayJump(String label) {
        uses.add(new Use(length, label, Field.OFFSET));
        return raw(Slot.of(Opcodes.JCOND, 0, 0, 0, 0));
    }

    /**
     * Jumps when a 64-bit comparison with an immediate holds.
     *
     * @param condition the comparison
     * @param left the left operand
     * @param right the right operand, sign-extended
     * @param label where to
     * @return this builder
     */
    public Assembler jumpIf(Condition condition, Register left, int right, String label) {
        uses.add(new Use(length, label, Field.OFFSET));
        return raw(Slot.of(Opcodes.CLASS_JMP | condition.opcodeBits(), left.number(), 0, 0, right));
    }

    /**
     * Jumps when a 64-bit comparison with a register holds.
     *
     * @param condition the comparison
     * @param left the left operand
     * @param right the right operand
     * @param label where to
     * @return this builder
     */
    public Assembler jumpIf(Condition condition, Register left, Register right, String label) {
        uses.add(new Use(length, label, Field.OFFSET));
        int opcode = Opcodes.CLASS_JMP | condition.opcodeBits() | Opcodes.SOURCE_X;
        return raw(Slot.of(opcode, left.number(), right.number(), 0, 0));
    }

    /**
     * Jumps when a 32-bit comparison with an immediate holds (Linux 5.1).
     *
     * @param condition the comparison
     * @param left the left operand
     * @param right the right operand
     * @param label where to
     * @return this builder
     */
    public Assembler jumpIf32(Condition condition, Register left, int right, String label) {
        uses.add(new Use(length, label, Field.OFFSET));
        return raw(Slot.of(Opcodes.CLASS_JMP32 | condition.opcodeBits(), left.number(), 0, 0, right));
    }

    /**
     * Jumps when a 32-bit comparison with a register holds (Linux 5.1).
     *
     * @param condition the comparison
     * @param left the left operand
     * @param right the right operand
     * @param label where to
     * @return this builder
     */
    public Assembler jumpIf32(Condition condition, Register left, Register right, String label) {
        uses.add(new Use(length, label, Field.OFFSET));
        int opcode = Opcodes.CLASS_JMP32 | condition.opcodeBits() | Opcodes.SOURCE_X;
        return raw(Slot.of(opcode, left.number(), right.number(), 0, 0));
    }

    /**
     * Calls a helper.
     *
     * @param function the helper
     * @return this builder
     */
    public Assembler call(HelperFunction function) {
        return callHelper(function.number());
    }

    /**
     * Calls a helper by number.
     *
     * @param number the number, known to this library or not
     * @return this builder
     */
    public Assembler callHelper(int number) {
        return raw(Slot.of(Opcodes.CALL, 0, Opcodes.CALL_HELPER, 0, number));
    }

    /**
     * Calls a subprogram (Linux 4.16).
     *
     * @param label the subprogram's label
     * @return this builder
     */
    public Assembler callFunction(String label) {
        uses.add(new Use(length, label, Field.IMMEDIATE));
        return raw(Slot.of(Opcodes.CALL, 0, Opcodes.CALL_SUBPROGRAM, 0, 0));
    }

    /**
     * Calls a kernel function (Linux 5.13).
     *
     * @param btfId the function's type id
     * @param fdIndex index of its module's BTF in the load command's descriptor array, 0 for vmlinux
     * @return this builder
     */
    public Assembler callKfunc(int btfId, int fdIndex) {
        return raw(Slot.of(Opcodes.CALL, 0, Opcodes.CALL_KFUNC, fdIndex, btfId));
    }

    /**
     * Returns from the program or subprogram.
     *
     * @return this builder
     */
    public Assembler exit() {
        return raw(Slot.of(Opcodes.EXIT, 0, 0, 0, 0));
    }

    /**
     * Resolves all labels.
     *
     * @return the program; the builder may go on
     * @throws IllegalStateException when a label that is used is not placed, or is too far away for a 16-bit offset
     */
    public Instructions assemble() {
        long[] code = Arrays.copyOf(slots, length);
        for (Use use : uses) {
            int target = labels.getOrDefault(use.label(), UNPLACED);
            if (target == UNPLACED) {
                throw new IllegalStateException("label " + use.label() + " is not placed");
            }
            int distance = target - use.slot() - 1;
            code[use.slot()] = switch (use.field()) {
                case IMMEDIATE -> Slot.withImm(code[use.slot()], distance);
                case OFFSET -> {
                    if (distance != (short) distance) {
                        throw new IllegalStateException(
                                "label " + use.label() + " is " + distance + " slots away: use jumpLong");
                    }
                    yield Slot.withOffset(code[use.slot()], distance);
                }
            };
        }
        return Instructions.of(code);
    }

    private Assembler aluImmediate(int instructionClass, int operation, Register dst, int offset, int imm) {
        return raw(Slot.of(instructionClass | operation, dst.number(), 0, offset, imm));
    }

    private Assembler aluRegister(int instructionClass, int operation, Register dst, Register src, int offset) {
        return raw(Slot.of(instructionClass | operation | Opcodes.SOURCE_X, dst.number(), src.number(), offset, 0));
    }

    private Assembler wide(Register dst, int pseudo, int low, int high) {
        raw(Slot.of(Opcodes.LD_IMM64, dst.number(), pseudo, 0, low));
        return raw(Slot.of(0, 0, 0, 0, high));
    }

    private Assembler memory(int opcode, Register dst, Register src, int offset, int imm) {
        if (offset != (short) offset) {
            throw new IllegalArgumentException("offset " + offset + " does not fit in 16 bits");
        }
        return raw(Slot.of(opcode, dst.number(), src.number(), offset, imm));
    }

    private static int swapBits(Width width) {
        if (width == Width.BYTE) {
            throw new IllegalArgumentException("a byte swap takes 2, 4 or 8 bytes");
        }
        return width.bytes() * 8;
    }
}
