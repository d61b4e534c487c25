package io.ebpf4j.asm;

/** How many bytes of memory a load, store or atomic touches. */
public enum Width {
    /** One byte. */
    BYTE(1, Opcodes.SIZE_B),
    /** Two bytes. */
    HALF(2, Opcodes.SIZE_H),
    /** Four bytes. */
    WORD(4, Opcodes.SIZE_W),
    /** Eight bytes. */
    DOUBLE(8, Opcodes.SIZE_DW);

    private final int bytes;
    private final int bits;

    Width(int bytes, int bits) {
        this.bytes = bytes;
        this.bits = bits;
    }

    /** {@return the number of bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return the size bits of an opcode} */
    public int opcodeBits() {
        return bits;
    }
}
