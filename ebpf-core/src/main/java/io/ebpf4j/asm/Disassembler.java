package io.ebpf4j.asm;

import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Writes instructions as text in the notation of {@code llvm-objdump -d} (LLVM 19).
 *
 * <p>Where LLVM 19 has no notation (acquire loads, release stores, and in {@link Dialect#GENERIC} the 32-bit atomics, all of which
 * it prints as {@code <unknown>}), the notation of its newest release with all features is used. Only what no release can
 * name is {@code <unknown>}.
 */
public final class Disassembler {
    private static final String UNKNOWN = "<unknown>";
    private static final NavigableMap<Integer, String> NO_LABELS = Collections.emptyNavigableMap();

    /** Which of LLVM's two ways to name the registers of narrow loads and stores is used. */
    public enum Dialect {
        /** All loads and stores name 64-bit registers, as {@code llvm-objdump -d} does by default. */
        GENERIC,
        /** Loads and stores of up to 4 bytes name 32-bit registers, as {@code llvm-objdump -d --mcpu=v4} does. */
        V4
    }

    private final Dialect dialect;
    private final NavigableMap<Integer, String> labels;

    /**
     * Creates a disassembler.
     *
     * @param dialect how narrow loads and stores are written
     * @param labels names by slot index; a jump shows the nearest at or before its target. Not copied.
     */
    public Disassembler(Dialect dialect, NavigableMap<Integer, String> labels) {
        this.dialect = dialect;
        this.labels = labels;
    }

    /**
     * {@return one instruction as text, without its bytes and without labels, such as {@code r1 = *(u64 *)(r6 + 0x10)}}
     *
     * @param slots the program
     * @param index the instruction's first slot; a wide load that is cut at the end is unknown
     * @throws IndexOutOfBoundsException when there is no such slot
     */
    public static String instruction(long[] slots, int index) {
        return new Disassembler(Dialect.GENERIC, NO_LABELS).text(slots, index);
    }

    static String text(Instructions instructions) {
        StringBuilder out = new StringBuilder();
        long[] slots = instructions.slots();
        for (int i = 0; i < slots.length; i += Slot.width(slots[i])) {
            out.append(instruction(slots, i)).append('\n');
        }
        return out.toString();
    }

    /**
     * {@return the body of a section as {@code llvm-objdump -d} prints it: a heading where a label stands, then for each
     * instruction its slot index, bytes and text}
     *
     * @param instructions the section's instructions
     * @param order the byte order in which the bytes are shown
     */
    public String listing(Instructions instructions, ByteOrder order) {
        long[] slots = instructions.slots();
        byte[] bytes = instructions.marshal(order);
        HexFormat hex = HexFormat.ofDelimiter(" ");
        StringBuilder out = new StringBuilder(slots.length * 64);
        int index = 0;
        while (index < slots.length) {
            String label = labels.get(index);
            if (label != null) {
                out.append(index == 0 ? "" : "\n")
                        .append(String.format(Locale.ROOT, "%016x <%s>:\n", index * 8L, label));
            }
            if (slots[index] == 0) {
                out.append("\t\t...\n");
                do {
                    index++;
                } while (index < slots.length && slots[index] == 0 && !labels.containsKey(index));
                continue;
            }
            int width = Math.min(Slot.width(slots[index]), slots.length - index);
            out.append(String.format(Locale.ROOT, "%8d:\t", index))
                    .append(hex.formatHex(bytes, index * Slot.BYTES, (index + width) * Slot.BYTES))
                    .append('\t')
                    .append(text(slots, index))
                    .append('\n');
            index += width;
        }
        return out.toString();
    }

    /**
     * {@return one instruction as text, jumps with their label}
     *
     * @param slots the program
     * @param index the instruction's first slot; a wide load that is cut at the end is unknown
     * @throws IndexOutOfBoundsException when there is no such slot
     */
    public String text(long[] slots, int index) {
        long slot = slots[index];
        return switch (Slot.instructionClass(slot)) {
            case Opcodes.CLASS_LD -> immediateOrPacketLoad(slots, index);
            case Opcodes.CLASS_LDX -> load(slot);
            case Opcodes.CLASS_ST -> storeImmediate(slot);
            case Opcodes.CLASS_STX -> store(slot);
            case Opcodes.CLASS_ALU -> arithmetic(slot, 'w');
            case Opcodes.CLASS_ALU64 -> arithmetic(slot, 'r');
            case Opcodes.CLASS_JMP -> jump(slot, index, 'r');
            default -> jump(slot, index, 'w');
        };
    }

    private static String immediateOrPacketLoad(long[] slots, int index) {
        long slot = slots[index];
        int opcode = Slot.opcode(slot);
        if (opcode == Opcodes.LD_IMM64) {
            if (index + 1 >= slots.length || !isRegister(Slot.dst(slot))) {
                return UNKNOWN;
            }
            if (Slot.src(slot) != 0) {
                return "ld_pseudo\tr" + Slot.dst(slot) + ", " + hex(Slot.src(slot)) + ", " + hex(Slot.imm(slot));
            }
            return "r" + Slot.dst(slot) + " = " + hex(Slot.wideImm(slot, slots[index + 1])) + " ll";
        }
        int size = opcode & Opcodes.SIZE_MASK;
        if (size == Opcodes.SIZE_DW) {
            return UNKNOWN;
        }
        return switch (opcode & Opcodes.MODE_MASK) {
            case Opcodes.MODE_ABS -> "r0 = *(" + unsigned(size) + " *)skb[" + hex(Slot.imm(slot)) + "]";
            case Opcodes.MODE_IND ->
                isRegister(Slot.src(slot)) ? "r0 = *(" + unsigned(size) + " *)skb[r" + Slot.src(slot) + "]" : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    private String load(long slot) {
        if (!isRegister(Slot.dst(slot)) || !isRegister(Slot.src(slot))) {
            return UNKNOWN;
        }
        int size = Slot.opcode(slot) & Opcodes.SIZE_MASK;
        String address = address(Slot.src(slot), Slot.offset(slot));
        return switch (Slot.opcode(slot) & Opcodes.MODE_MASK) {
            case Opcodes.MODE_MEM ->
                narrow(size) + Integer.toString(Slot.dst(slot)) + " = *(" + unsigned(size) + " *)" + address;
            case Opcodes.MODE_MEMSX ->
                size == Opcodes.SIZE_DW ? UNKNOWN : "r" + Slot.dst(slot) + " = *(" + signed(size) + " *)" + address;
            default -> UNKNOWN;
        };
    }

    private static String storeImmediate(long slot) {
        int size = Slot.opcode(slot) & Opcodes.SIZE_MASK;
        if ((Slot.opcode(slot) & Opcodes.MODE_MASK) != Opcodes.MODE_MEM || !isRegister(Slot.dst(slot))) {
            return UNKNOWN;
        }
        return "*(" + unsigned(size) + " *)" + address(Slot.dst(slot), Slot.offset(slot)) + " = " + hex(Slot.imm(slot));
    }

    private String store(long slot) {
        int dst = Slot.dst(slot);
        int src = Slot.src(slot);
        if (!isRegister(dst) || !isRegister(src)) {
            return UNKNOWN;
        }
        int size = Slot.opcode(slot) & Opcodes.SIZE_MASK;
        return switch (Slot.opcode(slot) & Opcodes.MODE_MASK) {
            case Opcodes.MODE_MEM ->
                "*(" + unsigned(size) + " *)" + address(dst, Slot.offset(slot)) + " = " + narrow(size) + src;
            case Opcodes.MODE_ATOMIC -> atomic(slot, size, dst, src);
            default -> UNKNOWN;
        };
    }

    private String atomic(long slot, int size, int dst, int src) {
        String type = unsigned(size);
        char name = size == Opcodes.SIZE_DW ? 'r' : 'w';
        String place = "r" + dst + signedOffset(Slot.offset(slot));
        int operation = Slot.imm(slot);
        if (operation == Opcodes.ATOMIC_LOAD_ACQ) {
            return name + Integer.toString(dst) + " = load_acquire((" + type + " *)" + address(src, Slot.offset(slot))
                    + ")";
        }
        if (operation == Opcodes.ATOMIC_STORE_REL) {
            return "store_release((" + type + " *)(" + place + "), " + name + src + ")";
        }
        if (size != Opcodes.SIZE_DW && size != Opcodes.SIZE_W) {
            return UNKNOWN;
        }
        String exchangeSuffix = size == Opcodes.SIZE_DW ? "_64(" : "32_32(";
        return switch (operation) {
            case Opcodes.ATOMIC_ADD -> "lock *(" + type + " *)(" + place + ") += " + narrow(size) + src;
            case Opcodes.ATOMIC_OR -> "lock *(" + type + " *)(" + place + ") |= " + name + src;
            case Opcodes.ATOMIC_AND -> "lock *(" + type + " *)(" + place + ") &= " + name + src;
            case Opcodes.ATOMIC_XOR -> "lock *(" + type + " *)(" + place + ") ^= " + name + src;
            case Opcodes.ATOMIC_ADD | Opcodes.ATOMIC_FETCH -> fetch("add", type, place, name, src);
            case Opcodes.ATOMIC_OR | Opcodes.ATOMIC_FETCH -> fetch("or", type, place, name, src);
            case Opcodes.ATOMIC_AND | Opcodes.ATOMIC_FETCH -> fetch("and", type, place, name, src);
            case Opcodes.ATOMIC_XOR | Opcodes.ATOMIC_FETCH -> fetch("xor", type, place, name, src);
            case Opcodes.ATOMIC_XCHG ->
                name + Integer.toString(src) + " = xchg" + exchangeSuffix + place + ", " + name + src + ")";
            case Opcodes.ATOMIC_CMPXCHG ->
                name + "0 = cmpxchg" + exchangeSuffix + place + ", " + name + "0, " + name + src + ")";
            default -> UNKNOWN;
        };
    }

    private static String fetch(String operation, String type, String place, char name, int src) {
        return name + Integer.toString(src) + " = atomic_fetch_" + operation + "((" + type + " *)(" + place + "), "
                + name + src + ")";
    }

    private static String arithmetic(long slot, char name) {
        int opcode = Slot.opcode(slot);
        int dst = Slot.dst(slot);
        int src = Slot.src(slot);
        boolean fromRegister = (opcode & Opcodes.SOURCE_X) != 0;
        int operation = opcode & Opcodes.OPERATION_MASK;
        if (operation == Opcodes.ALU_END) {
            return byteSwap(slot, name);
        }
        if (!isRegister(dst) || fromRegister && !isRegister(src)) {
            return UNKNOWN;
        }
        String left = name + Integer.toString(dst);
        if (operation == Opcodes.ALU_NEG) {
            return fromRegister ? UNKNOWN : left + " = -" + left;
        }
        String right = fromRegister ? name + Integer.toString(src) : hex(Slot.imm(slot));
        int variant = Slot.offset(slot);
        if (operation == Opcodes.ALU_MOV && variant != 0) {
            return fromRegister ? extendedMove(slot, name, left, right) : UNKNOWN;
        }
        boolean divides = operation == Opcodes.ALU_DIV || operation == Opcodes.ALU_MOD;
        if (variant != 0 && !(divides && variant == 1)) {
            return UNKNOWN;
        }
        String sign = variant == 1 ? "s" : "";
        return switch (operation) {
            case Opcodes.ALU_ADD -> left + " += " + right;
            case Opcodes.ALU_SUB -> left + " -= " + right;
            case Opcodes.ALU_MUL -> left + " *= " + right;
            case Opcodes.ALU_DIV -> left + " " + sign + "/= " + right;
            case Opcodes.ALU_OR -> left + " |= " + right;
            case Opcodes.ALU_AND -> left + " &= " + right;
            case Opcodes.ALU_LSH -> left + " <<= " + right;
            case Opcodes.ALU_RSH -> left + " >>= " + right;
            case Opcodes.ALU_MOD -> left + " " + sign + "%= " + right;
            case Opcodes.ALU_XOR -> left + " ^= " + right;
            case Opcodes.ALU_MOV -> left + " = " + right;
            case Opcodes.ALU_ARSH -> left + " s>>= " + right;
            default -> UNKNOWN;
        };
    }

    private static String extendedMove(long slot, char name, String left, String right) {
        return switch (Slot.offset(slot)) {
            case 1 ->
                name == 'r'
                        ? left + " = addr_space_cast(" + right + ", " + hex(Slot.imm(slot) >>> 16) + ", "
                                + hex(Slot.imm(slot) & 0xFFFF) + ")"
                        : UNKNOWN;
            case 8 -> left + " = (s8)" + right;
            case 16 -> left + " = (s16)" + right;
            case 32 -> name == 'r' ? left + " = (s32)" + right : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    private static String byteSwap(long slot, char name) {
        int bits = Slot.imm(slot);
        boolean big = (Slot.opcode(slot) & Opcodes.SOURCE_X) != 0;
        if (bits != 16 && bits != 32 && bits != 64 || !isRegister(Slot.dst(slot)) || name == 'r' && big) {
            return UNKNOWN;
        }
        String what = name == 'r' ? "bswap" : big ? "be" : "le";
        return "r" + Slot.dst(slot) + " = " + what + bits + " r" + Slot.dst(slot);
    }

    private String jump(long slot, int index, char name) {
        return switch (Slot.opcode(slot)) {
            case Opcodes.CALL -> "call " + hex(Slot.imm(slot));
            case Opcodes.CALL_REGISTER -> isRegister(Slot.dst(slot)) ? "callx r" + Slot.dst(slot) : UNKNOWN;
            case Opcodes.EXIT -> "exit";
            case Opcodes.JA -> "goto " + target(index, Slot.offset(slot));
            case Opcodes.JA_LONG -> "gotol " + target(index, Slot.imm(slot));
            case Opcodes.JCOND -> "may_goto " + target(index, Slot.offset(slot));
            default -> conditionalJump(slot, index, name);
        };
    }

    private String conditionalJump(long slot, int index, char name) {
        int opcode = Slot.opcode(slot);
        boolean withRegister = (opcode & Opcodes.SOURCE_X) != 0;
        if (!isRegister(Slot.dst(slot)) || withRegister && !isRegister(Slot.src(slot))) {
            return UNKNOWN;
        }
        String comparison = comparison(opcode & Opcodes.OPERATION_MASK);
        if (comparison.isEmpty()) {
            return UNKNOWN;
        }
        String right = withRegister ? name + Integer.toString(Slot.src(slot)) : hex(Slot.imm(slot));
        return "if " + name + Slot.dst(slot) + " " + comparison + " " + right + " goto "
                + target(index, Slot.offset(slot));
    }

    private static String comparison(int operation) {
        return switch (operation) {
            case Opcodes.JMP_JEQ -> "==";
            case Opcodes.JMP_JGT -> ">";
            case Opcodes.JMP_JGE -> ">=";
            case Opcodes.JMP_JSET -> "&";
            case Opcodes.JMP_JNE -> "!=";
            case Opcodes.JMP_JSGT -> "s>";
            case Opcodes.JMP_JSGE -> "s>=";
            case Opcodes.JMP_JLT -> "<";
            case Opcodes.JMP_JLE -> "<=";
            case Opcodes.JMP_JSLT -> "s<";
            case Opcodes.JMP_JSLE -> "s<=";
            default -> "";
        };
    }

    private String target(int index, int distance) {
        String text = (distance < 0 ? "" : "+") + hex(distance);
        long slot = index + 1L + distance;
        if (slot < 0 || slot > Integer.MAX_VALUE) {
            return text;
        }
        Map.Entry<Integer, String> label = labels.floorEntry((int) slot);
        if (label == null) {
            return text;
        }
        long beyond = (slot - label.getKey()) * Slot.BYTES;
        return text + " <" + label.getValue() + (beyond == 0 ? "" : "+" + hex(beyond)) + ">";
    }

    private char narrow(int size) {
        return dialect == Dialect.V4 && size != Opcodes.SIZE_DW ? 'w' : 'r';
    }

    private static boolean isRegister(int number) {
        return number <= Register.R10.number() + 1;
    }

    private static String address(int register, short offset) {
        return "(r" + register + signedOffset(offset) + ")";
    }

    private static String signedOffset(short offset) {
        return offset < 0 ? " - " + hex(-(long) offset) : " + " + hex(offset);
    }

    private static String unsigned(int size) {
        return "u" + bits(size);
    }

    private static String signed(int size) {
        return "s" + bits(size);
    }

    private static int bits(int size) {
        return switch (size) {
            case Opcodes.SIZE_B -> 8;
            case Opcodes.SIZE_H -> 16;
            case Opcodes.SIZE_W -> 32;
            default -> 64;
        };
    }

    private static String hex(long value) {
        return value < 0 ? "-0x" + Long.toHexString(-value) : "0x" + Long.toHexString(value);
    }
}
