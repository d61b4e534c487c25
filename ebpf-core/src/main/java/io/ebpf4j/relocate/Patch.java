package io.ebpf4j.relocate;

import io.ebpf4j.asm.Opcodes;
import io.ebpf4j.asm.Slot;

/** Writes values into instructions. Only forms that compilers relocate are taken. */
final class Patch {
    /** Helper number of a poisoned call, 0xbad2310 for "bad relo": what libbpf writes and tools look for in logs. */
    static final int POISON = 0xbad2310;

    private Patch() {}

    /** A value that an instruction cannot take. */
    static final class UnfitException extends Exception {
        private static final long serialVersionUID = 1L;

        UnfitException(String message) {
            super(message);
        }
    }

    /** An instruction that no compiler relocates, or that does not carry what its relocation says. */
    static final class UnexpectedException extends Exception {
        private static final long serialVersionUID = 1L;

        UnexpectedException(String message) {
            super(message);
        }
    }

    static boolean accessesMemory(long slot) {
        int instructionClass = Slot.instructionClass(slot);
        return instructionClass == Opcodes.CLASS_LDX
                || instructionClass == Opcodes.CLASS_ST
                || instructionClass == Opcodes.CLASS_STX;
    }

    /** Makes the instruction one that the verifier refuses by name if it can be reached; returns how many slots that took. */
    static int poison(long[] code, int slot) {
        long call = Slot.of(Opcodes.CALL, 0, 0, 0, POISON);
        int width = Math.min(Slot.width(code[slot]), code.length - slot);
        for (int i = 0; i < width; i++) {
            // The second slot too: alone it would be an unknown opcode, a confusing complaint.
            code[slot + i] = call;
        }
        return width;
    }

    /** The number that an instruction carries where a relocation would write. */
    static long value(long[] code, int slot) throws UnexpectedException {
        long instruction = code[slot];
        return switch (Slot.instructionClass(instruction)) {
            case Opcodes.CLASS_ALU, Opcodes.CLASS_ALU64 -> {
                if ((Slot.opcode(instruction) & Opcodes.SOURCE_X) != 0) {
                    throw new UnexpectedException("the relocated operand is a register");
                }
                yield Slot.imm(instruction);
            }
            case Opcodes.CLASS_LDX, Opcodes.CLASS_ST, Opcodes.CLASS_STX -> Slot.offset(instruction);
            case Opcodes.CLASS_LD -> {
                if (!Slot.isWide(instruction)
                        || slot + 1 >= code.length
                        || Slot.src(instruction) != 0
                        || Slot.offset(instruction) != 0
                        || (code[slot + 1] & 0xFFFF_FFFFL) != 0) {
                    throw new UnexpectedException("the relocated 64-bit load has an unexpected form");
                }
                yield Slot.wideImm(instruction, code[slot + 1]);
            }
            default -> throw new UnexpectedException("instructions of this class carry no relocation");
        };
    }

    /**
     * Writes a value.
     *
     * @param oldSize bytes a load or store touches now, 0 when not known
     * @param newSize bytes it has to touch
     */
    static void write(long[] code, int slot, long value, long oldSize, long newSize)
            throws UnexpectedException, UnfitException {
        long instruction = code[slot];
        if (Slot.instructionClass(instruction) == Opcodes.CLASS_LD) {
            code[slot] = Slot.withImm(instruction, (int) value);
            code[slot + 1] = Slot.withImm(code[slot + 1], (int) (value >>> 32));
        } else if (!accessesMemory(instruction)) {
            code[slot] = Slot.withImm(instruction, (int) value);
        } else {
            if (value > Short.MAX_VALUE || value < 0) {
                throw new UnfitException("offset " + value + " does not fit in the 16 bits of a load or store");
            }
            code[slot] = Slot.withOffset(
                    newSize == oldSize ? instruction : resized(instruction, oldSize, newSize), (int) value);
        }
    }

    private static long resized(long instruction, long oldSize, long newSize)
            throws UnexpectedException, UnfitException {
        int opcode = Slot.opcode(instruction);
        if (bytes(opcode & Opcodes.SIZE_MASK) != oldSize) {
            throw new UnexpectedException("the instruction accesses " + bytes(opcode & Opcodes.SIZE_MASK)
                    + " bytes where the field has " + oldSize);
        }
        int size = switch ((int) newSize) {
            case 1 -> Opcodes.SIZE_B;
            case 2 -> Opcodes.SIZE_H;
            case 4 -> Opcodes.SIZE_W;
            case 8 -> Opcodes.SIZE_DW;
            default -> throw new UnfitException("no load or store accesses " + newSize + " bytes");
        };
        return Slot.withOpcode(instruction, opcode & ~Opcodes.SIZE_MASK | size);
    }

    private static int bytes(int size) {
        return switch (size) {
            case Opcodes.SIZE_B -> 1;
            case Opcodes.SIZE_H -> 2;
            case Opcodes.SIZE_W -> 4;
            default -> 8;
        };
    }
}
