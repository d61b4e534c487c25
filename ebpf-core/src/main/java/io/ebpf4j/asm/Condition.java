package io.ebpf4j.asm;

/** What a conditional jump asks of its two operands. */
public enum Condition {
    /** Equal. */
    EQUAL(Opcodes.JMP_JEQ),
    /** Not equal. */
    NOT_EQUAL(Opcodes.JMP_JNE),
    /** Greater, unsigned. */
    GREATER(Opcodes.JMP_JGT),
    /** Greater or equal, unsigned. */
    GREATER_OR_EQUAL(Opcodes.JMP_JGE),
    /** Less, unsigned (Linux 4.14). */
    LESS(Opcodes.JMP_JLT),
    /** Less or equal, unsigned (Linux 4.14). */
    LESS_OR_EQUAL(Opcodes.JMP_JLE),
    /** Greater, signed. */
    SIGNED_GREATER(Opcodes.JMP_JSGT),
    /** Greater or equal, signed. */
    SIGNED_GREATER_OR_EQUAL(Opcodes.JMP_JSGE),
    /** Less, signed (Linux 4.14). */
    SIGNED_LESS(Opcodes.JMP_JSLT),
    /** Less or equal, signed (Linux 4.14). */
    SIGNED_LESS_OR_EQUAL(Opcodes.JMP_JSLE),
    /** The operands have a common bit. */
    ANY_BIT(Opcodes.JMP_JSET);

    private final int opcodeBits;

    Condition(int opcodeBits) {
        this.opcodeBits = opcodeBits;
    }

    /** {@return the operation bits of an opcode} */
    public int opcodeBits() {
        return opcodeBits;
    }
}
