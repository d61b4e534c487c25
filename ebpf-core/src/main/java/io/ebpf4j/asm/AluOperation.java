package io.ebpf4j.asm;

/** An arithmetic operation with two operands. */
public enum AluOperation {
    /** Addition. */
    ADD(Opcodes.ALU_ADD),
    /** Subtraction. */
    SUB(Opcodes.ALU_SUB),
    /** Multiplication. */
    MUL(Opcodes.ALU_MUL),
    /** Unsigned division; by zero gives 0. */
    DIV(Opcodes.ALU_DIV),
    /** Bitwise or. */
    OR(Opcodes.ALU_OR),
    /** Bitwise and. */
    AND(Opcodes.ALU_AND),
    /** Left shift. */
    LSH(Opcodes.ALU_LSH),
    /** Logical right shift. */
    RSH(Opcodes.ALU_RSH),
    /** Unsigned remainder; by zero leaves the dividend. */
    MOD(Opcodes.ALU_MOD),
    /** Bitwise exclusive or. */
    XOR(Opcodes.ALU_XOR),
    /** Move. */
    MOV(Opcodes.ALU_MOV),
    /** Arithmetic right shift. */
    ARSH(Opcodes.ALU_ARSH);

    private final int opcodeBits;

    AluOperation(int opcodeBits) {
        this.opcodeBits = opcodeBits;
    }

    /** {@return the operation bits of an opcode} */
    public int opcodeBits() {
        return opcodeBits;
    }
}
