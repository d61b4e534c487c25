package io.ebpf4j.asm;

import java.nio.ByteOrder;

/** The two file forms of a slot and the canonical one. */
final class Slots {
    private Slots() {}

    /** The canonical form of eight bytes that were read as a long in the file's byte order. */
    static long fromFile(long value, ByteOrder order) {
        if (order == ByteOrder.LITTLE_ENDIAN) {
            return value;
        }
        return swapParts(value >>> 56, value >>> 48, value >>> 32, value);
    }

    /** The long that, written in the file's byte order, gives the eight bytes of a canonical slot. */
    static long toFile(long slot, ByteOrder order) {
        if (order == ByteOrder.LITTLE_ENDIAN) {
            return slot;
        }
        long registers = (slot >>> 12 & 0xF) | (slot >>> 4 & 0xF0);
        return (slot & 0xFF) << 56 | registers << 48 | (slot >>> 16 & 0xFFFF) << 32 | slot >>> 32;
    }

    /** A big-endian compiler fills bit-fields from the top, so the destination is the upper half of its byte. */
    private static long swapParts(long opcode, long registers, long offset, long imm) {
        return opcode & 0xFF
                | (registers >>> 4 & 0xF) << 8
                | (registers & 0xF) << 12
                | (offset & 0xFFFF) << 16
                | imm << 32;
    }
}
