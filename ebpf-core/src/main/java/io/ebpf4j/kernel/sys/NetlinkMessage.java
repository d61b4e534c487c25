package io.ebpf4j.kernel.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/**
 * A message of the kernel. Numbers are in the byte order of the machine.
 *
 * @param type such as {@code RTM_NEWLINK}
 * @param flags {@code NLM_F_*}
 * @param payload the fixed header of the family and the attributes after it; read-only, a copy
 */
public record NetlinkMessage(int type, int flags, MemorySegment payload) {
    private static final int NLA_TYPE_MASK = 0x3fff;

    /**
     * Hands over every attribute in order. A length that does not fit ends the walk, as in the kernel's own parser.
     *
     * @param header bytes of the fixed header before the first attribute
     * @param each receives value and type, the type without the nested and byte-order bits
     */
    public void attributes(long header, ObjIntConsumer<MemorySegment> each) {
        attributes(payload, header, each);
    }

    /**
     * Hands over every attribute within a nested one, or in any memory laid out like that.
     *
     * @param memory the memory
     * @param start where the first attribute begins
     * @param each receives value and type, the type without the nested and byte-order bits
     */
    public static void attributes(MemorySegment memory, long start, ObjIntConsumer<MemorySegment> each) {
        long at = (start + 3) & -4L;
        while (memory.byteSize() - at >= 4) {
            int length = Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
            int type = Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2)) & NLA_TYPE_MASK;
            if (length < 4 || length > memory.byteSize() - at) {
                return;
            }
            each.accept(memory.asSlice(at + 4, length - 4L), type);
            at += (length + 3L) & -4L;
        }
    }

    /**
     * {@return the value of the first attribute of a type}
     *
     * @param header bytes of the fixed header before the first attribute
     * @param type the type
     */
    public Optional<MemorySegment> attribute(long header, int type) {
        return attribute(payload, header, type);
    }

    /**
     * {@return the value of the first attribute of a type in a nested one}
     *
     * @param memory the value of the nested one
     * @param start where the first attribute begins
     * @param type the type
     */
    public static Optional<MemorySegment> attribute(MemorySegment memory, long start, int type) {
        MemorySegment[] found = new MemorySegment[1];
        attributes(memory, start, (value, each) -> {
            if (each == type && found[0] == null) {
                found[0] = value;
            }
        });
        return Optional.ofNullable(found[0]);
    }

    /**
     * {@return the text of a value, up to the first NUL}
     *
     * @param value the value of an attribute
     */
    public static String text(MemorySegment value) {
        byte[] bytes = value.toArray(ValueLayout.JAVA_BYTE);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
