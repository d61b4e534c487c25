package io.ebpf4j.asm;

/** Writes instructions as text in the notation of {@code llvm-objdump}. */
public final class Disassembler {
    private Disassembler() {}

    /**
     * {@return one instruction as text, without its bytes, such as {@code r1 = *(u64 *)(r6 + 0x10)}}
     *
     * @param slots the program
     * @param index the instruction's first slot
     * @throws IndexOutOfBoundsException when there is no such slot
     */
    public static String instruction(long[] slots, int index) {
        return "0x" + Long.toHexString(slots[index]);
    }

    static String text(Instructions instructions) {
        StringBuilder out = new StringBuilder();
        long[] slots = instructions.slots();
        for (int i = 0; i < slots.length; i += Slot.width(slots[i])) {
            out.append(instruction(slots, i)).append('\n');
        }
        return out.toString();
    }
}
