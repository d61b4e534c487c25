package io.ebpf4j.asm;

import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An immutable run of instruction slots. Positions are slot indexes: a 64-bit immediate load counts two.
 *
 * <p>Safe from any thread.
 */
public final class Instructions {
    /** The most slots one run may have: what the kernel accepts in one program (BPF_COMPLEXITY_LIMIT_INSNS, 1 million). */
    public static final int MAX_SLOTS = 1_000_000;

    private final long[] slots;

    private Instructions(long[] slots) {
        this.slots = slots;
    }

    /**
     * {@return a run of these slots, copied}
     *
     * @param slots slots in canonical form, see {@link Slot}
     */
    public static Instructions of(long... slots) {
        return new Instructions(slots.clone());
    }

    /**
     * Decodes the bytes of a section. Opcodes are not judged: what the kernel does not know is the verifier's to refuse.
     *
     * @param code the bytes; not kept
     * @param order the file's byte order
     * @param file what the bytes came from, for messages
     * @param section the section, for messages
     * @return the instructions
     * @throws InvalidObjectException when the length is not a multiple of 8, more than
     *     {@link #MAX_SLOTS} slots, or the last instruction is cut
     */
    public static Instructions decode(MemorySegment code, ByteOrder order, String file, String section) {
        long size = code.byteSize();
        if (size % Slot.BYTES != 0) {
            throw new InvalidObjectException(
                    file, section, size - size % Slot.BYTES, "code of " + size + " bytes is not a multiple of 8");
        }
        if (size / Slot.BYTES > MAX_SLOTS) {
            throw new InvalidObjectException(
                    file, section, 0, "code of " + size + " bytes is more than " + MAX_SLOTS + " instructions");
        }
        long[] slots = new long[(int) (size / Slot.BYTES)];
        ValueLayout.OfLong layout = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order);
        for (int i = 0; i < slots.length; i++) {
            slots[i] = Slots.fromFile(code.get(layout, (long) i * Slot.BYTES), order);
        }
        for (int i = 0; i < slots.length; i += Slot.width(slots[i])) {
            if (Slot.isWide(slots[i]) && i + 1 == slots.length) {
                throw new InvalidObjectException(
                        file, section, (long) i * Slot.BYTES, "64-bit immediate load is cut at the end");
            }
        }
        return new Instructions(slots);
    }

    /** {@return how many slots there are} */
    public int length() {
        return slots.length;
    }

    /**
     * {@return one slot}
     *
     * @param index the slot index
     * @throws IndexOutOfBoundsException when there is no such slot
     */
    public long slot(int index) {
        return slots[index];
    }

    /** {@return a copy of all slots} */
    public long[] slots() {
        return slots.clone();
    }

    /**
     * {@return the bytes in a byte order, 8 per slot}
     *
     * @param order the byte order of the file or kernel to write for
     */
    public byte[] marshal(ByteOrder order) {
        byte[] bytes = new byte[slots.length * Slot.BYTES];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        ValueLayout.OfLong layout = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order);
        for (int i = 0; i < slots.length; i++) {
            segment.set(layout, (long) i * Slot.BYTES, Slots.toFile(slots[i], order));
        }
        return bytes;
    }

    /** {@return the text of every instruction, a line each, as {@link Disassembler} writes it} */
    public String disassemble() {
        return Disassembler.text(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Instructions that && Arrays.equals(slots, that.slots);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(slots);
    }

    @Override
    public String toString() {
        return disassemble();
    }
}
