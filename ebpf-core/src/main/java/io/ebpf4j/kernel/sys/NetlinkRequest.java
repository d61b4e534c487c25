package io.ebpf4j.kernel.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A netlink request under construction: a fixed header of the family, then attributes, which may nest. Numbers are in the
 * byte order of the machine. For one thread; may be sent more than once.
 */
public final class NetlinkRequest {
    /** It is a request. */
    static final int NLM_F_REQUEST = 1;
    /** It wants an acknowledgement. */
    static final int NLM_F_ACK = 4;
    /** It wants everything of a kind. */
    static final int NLM_F_DUMP = 0x300;
    /** Replace what is there. */
    public static final int NLM_F_REPLACE = 0x100;
    /** Fail if it is there. */
    public static final int NLM_F_EXCL = 0x200;
    /** Create it if it is not there. */
    public static final int NLM_F_CREATE = 0x400;

    private static final int NLA_F_NESTED = 0x8000;
    private static final int HEADER = 16;
    private static final int LARGEST_ATTRIBUTE = 0xffff;

    private final int type;
    private final int flags;
    private byte[] body = new byte[256];
    private int length;

    /**
     * Starts a request.
     *
     * @param type such as {@code RTM_NEWLINK}
     * @param flags {@code NLM_F_CREATE} and the like; what a request or a dump always has is added when it is sent
     */
    public NetlinkRequest(int type, int flags) {
        this.type = type;
        this.flags = flags;
    }

    /** {@return its type} */
    public int type() {
        return type;
    }

    /**
     * Appends to the fixed header.
     *
     * @param value a byte
     * @return this
     */
    public NetlinkRequest u8(int value) {
        return append(new byte[] {(byte) value});
    }

    /**
     * Appends to the fixed header.
     *
     * @param value two bytes
     * @return this
     */
    public NetlinkRequest u16(int value) {
        return append(bytes(2).putShort((short) value).array());
    }

    /**
     * Appends to the fixed header.
     *
     * @param value four bytes
     * @return this
     */
    public NetlinkRequest u32(int value) {
        return append(bytes(4).putInt(value).array());
    }

    /**
     * Appends an attribute.
     *
     * @param attribute its type
     * @param value its value
     * @return this
     */
    public NetlinkRequest attribute(int attribute, byte[] value) {
        int start = open(attribute);
        append(value);
        return seal(start);
    }

    /**
     * Appends an attribute of four bytes.
     *
     * @param attribute its type
     * @param value its value
     * @return this
     */
    public NetlinkRequest attributeU32(int attribute, int value) {
        return attribute(attribute, bytes(4).putInt(value).array());
    }

    /**
     * Appends an attribute of two bytes.
     *
     * @param attribute its type
     * @param value its value
     * @return this
     */
    public NetlinkRequest attributeU16(int attribute, int value) {
        return attribute(attribute, bytes(2).putShort((short) value).array());
    }

    /**
     * Appends an attribute of eight bytes.
     *
     * @param attribute its type
     * @param value its value
     * @return this
     */
    public NetlinkRequest attributeU64(int attribute, long value) {
        return attribute(attribute, bytes(8).putLong(value).array());
    }

    /**
     * Appends an attribute that is a text, with a NUL after it.
     *
     * @param attribute its type
     * @param value its value
     * @return this
     */
    public NetlinkRequest attributeText(int attribute, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return attribute(attribute, Arrays.copyOf(text, text.length + 1));
    }

    /**
     * Appends an attribute that holds others.
     *
     * @param attribute its type, marked as nested
     * @param content appends what it holds, and a fixed header before it where the family has one there
     * @return this
     */
    public NetlinkRequest nest(int attribute, Consumer<NetlinkRequest> content) {
        int start = open(attribute | NLA_F_NESTED);
        content.accept(this);
        return seal(start);
    }

    byte[] marshal(int sendFlags, int sequence) {
        return bytes(HEADER + length)
                .putInt(HEADER + length)
                .putShort((short) type)
                .putShort((short) (flags | sendFlags | NLM_F_REQUEST))
                .putInt(sequence)
                .putInt(0)
                .put(body, 0, length)
                .array();
    }

    private int open(int attribute) {
        align();
        int start = length;
        u16(0).u16(attribute);
        return start;
    }

    private NetlinkRequest seal(int start) {
        int size = length - start;
        if (size > LARGEST_ATTRIBUTE) {
            throw new IllegalArgumentException("an attribute of " + size + " bytes; at most " + LARGEST_ATTRIBUTE);
        }
        ByteBuffer.wrap(body).order(ByteOrder.nativeOrder()).putShort(start, (short) size);
        align();
        return this;
    }

    private void align() {
        append(new byte[-length & 3]);
    }

    private NetlinkRequest append(byte[] bytes) {
        if (body.length - length < bytes.length) {
            body = Arrays.copyOf(body, Math.max(body.length * 2, length + bytes.length));
        }
        System.arraycopy(bytes, 0, body, length, bytes.length);
        length += bytes.length;
        return this;
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }
}
