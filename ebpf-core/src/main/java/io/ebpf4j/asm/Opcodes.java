package io.ebpf4j.asm;

/**
 * The numbers of BPF instructions, as the RFC 9669 instruction set and {@code linux/bpf.h} of Linux 6.18 give them.
 *
 * <p>An opcode is the sum of its parts: class and operation and source for arithmetic and jumps, class and size and mode
 * for loads and stores.
 */
public final class Opcodes {
    /** Instruction class: loads with an immediate, and packet loads. */
    public static final int CLASS_LD = 0x00;

    /** Instruction class: loads from memory into a register. */
    public static final int CLASS_LDX = 0x01;

    /** Instruction class: stores of an immediate. */
    public static final int CLASS_ST = 0x02;

    /** Instruction class: stores of a register, and atomics. */
    public static final int CLASS_STX = 0x03;

    /** Instruction class: 32-bit arithmetic. */
    public static final int CLASS_ALU = 0x04;

    /** Instruction class: 64-bit jumps, calls, exit. */
    public static final int CLASS_JMP = 0x05;

    /** Instruction class: 32-bit jumps. */
    public static final int CLASS_JMP32 = 0x06;

    /** Instruction class: 64-bit arithmetic. */
    public static final int CLASS_ALU64 = 0x07;

    /** Size bits of a load or store: 4 bytes. */
    public static final int SIZE_W = 0x00;

    /** Size bits of a load or store: 2 bytes. */
    public static final int SIZE_H = 0x08;

    /** Size bits of a load or store: 1 byte. */
    public static final int SIZE_B = 0x10;

    /** Size bits of a load or store: 8 bytes. */
    public static final int SIZE_DW = 0x18;

    /** Mode bits of a load or store: a 64-bit immediate. */
    public static final int MODE_IMM = 0x00;

    /** Mode bits of a load or store: packet data at a fixed offset. */
    public static final int MODE_ABS = 0x20;

    /** Mode bits of a load or store: packet data at a register plus an offset. */
    public static final int MODE_IND = 0x40;

    /** Mode bits of a load or store: plain memory. */
    public static final int MODE_MEM = 0x60;

    /** Mode bits of a load or store: a sign-extending load (cpu v4, Linux 6.6). */
    public static final int MODE_MEMSX = 0x80;

    /** Mode bits of a load or store: an atomic operation, named by the immediate. */
    public static final int MODE_ATOMIC = 0xc0;

    /** Operand source bit: the immediate is the operand. */
    public static final int SOURCE_K = 0x00;

    /** Operand source bit: the source register is the operand. */
    public static final int SOURCE_X = 0x08;

    /** Arithmetic operation bits: addition. */
    public static final int ALU_ADD = 0x00;

    /** Arithmetic operation bits: subtraction. */
    public static final int ALU_SUB = 0x10;

    /** Arithmetic operation bits: multiplication. */
    public static final int ALU_MUL = 0x20;

    /** Arithmetic operation bits: division; signed when the offset is 1 (cpu v4, Linux 6.6). */
    public static final int ALU_DIV = 0x30;

    /** Arithmetic operation bits: bitwise or. */
    public static final int ALU_OR = 0x40;

    /** Arithmetic operation bits: bitwise and. */
    public static final int ALU_AND = 0x50;

    /** Arithmetic operation bits: left shift. */
    public static final int ALU_LSH = 0x60;

    /** Arithmetic operation bits: logical right shift. */
    public static final int ALU_RSH = 0x70;

    /** Arithmetic operation bits: negation. */
    public static final int ALU_NEG = 0x80;

    /** Arithmetic operation bits: remainder; signed when the offset is 1 (cpu v4, Linux 6.6). */
    public static final int ALU_MOD = 0x90;

    /** Arithmetic operation bits: bitwise exclusive or. */
    public static final int ALU_XOR = 0xa0;

    /**
     * Arithmetic operation bits: move; sign-extending when the offset is 8, 16 or 32 (cpu v4, Linux 6.6), an address
     * space cast when it is 1 (Linux 6.9).
     */
    public static final int ALU_MOV = 0xb0;

    /** Arithmetic operation bits: arithmetic right shift. */
    public static final int ALU_ARSH = 0xc0;

    /**
     * Arithmetic operation bits: byte swap: to little endian, to big endian, or in ALU64 always (cpu v4, Linux 6.6).
     */
    public static final int ALU_END = 0xd0;

    /** Jump operation bits: always; in JMP32 by the immediate (gotol, cpu v4, Linux 6.6). */
    public static final int JMP_JA = 0x00;

    /** Jump operation bits: equal. */
    public static final int JMP_JEQ = 0x10;

    /** Jump operation bits: greater, unsigned. */
    public static final int JMP_JGT = 0x20;

    /** Jump operation bits: greater or equal, unsigned. */
    public static final int JMP_JGE = 0x30;

    /** Jump operation bits: any common bit. */
    public static final int JMP_JSET = 0x40;

    /** Jump operation bits: not equal. */
    public static final int JMP_JNE = 0x50;

    /** Jump operation bits: greater, signed. */
    public static final int JMP_JSGT = 0x60;

    /** Jump operation bits: greater or equal, signed. */
    public static final int JMP_JSGE = 0x70;

    /** Jump operation bits: a call. */
    public static final int JMP_CALL = 0x80;

    /** Jump operation bits: return from the program or subprogram. */
    public static final int JMP_EXIT = 0x90;

    /** Jump operation bits: less, unsigned. */
    public static final int JMP_JLT = 0xa0;

    /** Jump operation bits: less or equal, unsigned. */
    public static final int JMP_JLE = 0xb0;

    /** Jump operation bits: less, signed. */
    public static final int JMP_JSLT = 0xc0;

    /** Jump operation bits: less or equal, signed. */
    public static final int JMP_JSLE = 0xd0;

    /** Jump operation bits: a conditional pseudo jump such as may_goto (Linux 6.9). */
    public static final int JMP_JCOND = 0xe0;

    /** Whole opcode: load of a 64-bit immediate, two slots. */
    public static final int LD_IMM64 = 0x18;

    /** Whole opcode: call. */
    public static final int CALL = 0x85;

    /** Whole opcode: call through a register (callx), not accepted by kernels up to 6.18. */
    public static final int CALL_REGISTER = 0x8d;

    /** Whole opcode: exit. */
    public static final int EXIT = 0x95;

    /** Whole opcode: jump always by the 16-bit offset. */
    public static final int JA = 0x05;

    /** Whole opcode: jump always by the 32-bit immediate (Linux 6.6). */
    public static final int JA_LONG = 0x06;

    /** Whole opcode: may_goto when the source register is 0 (Linux 6.9). */
    public static final int JCOND = 0xe5;

    /** Atomic operation in the immediate: add. */
    public static final int ATOMIC_ADD = 0x00;

    /** Atomic operation in the immediate: or. */
    public static final int ATOMIC_OR = 0x40;

    /** Atomic operation in the immediate: and. */
    public static final int ATOMIC_AND = 0x50;

    /** Atomic operation in the immediate: exclusive or. */
    public static final int ATOMIC_XOR = 0xa0;

    /** Atomic operation in the immediate: bit: the source register receives the old value (Linux 5.12). */
    public static final int ATOMIC_FETCH = 0x01;

    /** Atomic operation in the immediate: exchange (Linux 5.12). */
    public static final int ATOMIC_XCHG = 0xe1;

    /** Atomic operation in the immediate: compare with R0 and exchange (Linux 5.12). */
    public static final int ATOMIC_CMPXCHG = 0xf1;

    /** Atomic operation in the immediate: load with acquire order (Linux 6.15). */
    public static final int ATOMIC_LOAD_ACQ = 0x100;

    /** Atomic operation in the immediate: store with release order (Linux 6.15). */
    public static final int ATOMIC_STORE_REL = 0x110;

    /** Source of a call: a helper by its number. */
    public static final int CALL_HELPER = 0x00;

    /** Source of a call: a subprogram, immediate relative to the next slot (BPF_PSEUDO_CALL). */
    public static final int CALL_SUBPROGRAM = 0x01;

    /** Source of a call: a kernel function by BTF id (BPF_PSEUDO_KFUNC_CALL, Linux 5.13). */
    public static final int CALL_KFUNC = 0x02;

    /** Pseudo source of a 64-bit immediate load: lower half is a map's file descriptor. */
    public static final int PSEUDO_MAP_FD = 0x01;

    /**
     * Pseudo source of a 64-bit immediate load: lower half is a map's file descriptor, upper half an offset into its
     * value (Linux 5.2).
     */
    public static final int PSEUDO_MAP_VALUE = 0x02;

    /**
     * Pseudo source of a 64-bit immediate load: lower half is a BTF id of a kernel variable, upper half the
     * descriptor of its module's BTF (Linux 5.10).
     */
    public static final int PSEUDO_BTF_ID = 0x03;

    /**
     * Pseudo source of a 64-bit immediate load: immediate is a subprogram relative to the next slot, for callbacks
     * (Linux 5.13).
     */
    public static final int PSEUDO_FUNC = 0x04;

    /**
     * Pseudo source of a 64-bit immediate load: lower half is an index into the load command's descriptor array
     * (Linux 5.14).
     */
    public static final int PSEUDO_MAP_IDX = 0x05;

    /** Pseudo source of a 64-bit immediate load: as PSEUDO_MAP_VALUE by index (Linux 5.14). */
    public static final int PSEUDO_MAP_IDX_VALUE = 0x06;

    /** Mask of the arithmetic or jump operation in an opcode. */
    public static final int OPERATION_MASK = 0xf0;

    /** Mask of the size of a load or store in an opcode. */
    public static final int SIZE_MASK = 0x18;

    /** Mask of the mode of a load or store in an opcode. */
    public static final int MODE_MASK = 0xe0;

    private Opcodes() {}
}
