package io.ebpf4j.samples.demo.service;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers to DNS queries (RFC 1035, section 4) out of a table. */
final class DnsAnswer {
    /** What a datagram carries without EDNS: section 2.3.4. */
    static final int MAX_BYTES = 512;

    private static final int HEADER = 12;
    private static final int RESPONSE_AUTHORITATIVE = 0x8400;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int RECURSION_AVAILABLE = 0x0080;
    private static final int OPCODE = 0x7800;
    private static final int NAME_ERROR = 3;
    private static final int NOT_IMPLEMENTED = 4;
    private static final int TYPE_A = 1;
    private static final int CLASS_IN = 1;
    private static final int POINTER_TO_QUESTION = 0xc000 | HEADER;
    private static final int TTL_SECONDS = 5;
    private static final int MAX_LABEL = 63; // section 2.3.4
    private static final int MAX_NAME = 253; // 255 bytes on the wire
    private static final int RECORD_BYTES = 16;

    private DnsAnswer() {}

    /** The answer to a query of one question; no bytes for what is no query. */
    static byte[] to(byte[] packet, int length, Map<String, InetAddress> zone) {
        ByteBuffer query = ByteBuffer.wrap(packet, 0, length);
        if (length < HEADER || (query.getShort(2) & 0x8000) != 0 || query.getShort(4) != 1) {
            return new byte[0];
        }
        int flags = query.getShort(2);
        query.position(HEADER);
        String name = name(query);
        if (name == null || query.remaining() < 4) {
            return new byte[0];
        }
        int type = query.getShort();
        int asked = query.getShort();
        int question = query.position() - HEADER;
        InetAddress address = zone.get(name);
        int code = (flags & OPCODE) != 0 ? NOT_IMPLEMENTED : address == null ? NAME_ERROR : 0;
        byte[] record =
                code == 0 && address != null && type == TYPE_A && asked == CLASS_IN ? record(address) : new byte[0];
        ByteBuffer answer = ByteBuffer.allocate(MAX_BYTES);
        answer.putShort(query.getShort(0))
                .putShort((short)
                        (RESPONSE_AUTHORITATIVE | RECURSION_AVAILABLE | (flags & (OPCODE | RECURSION_DESIRED)) | code))
                .putShort((short) 1)
                .putShort((short) (record.length == 0 ? 0 : 1))
                .putInt(0)
                .put(packet, HEADER, question)
                .put(record);
        byte[] bytes = new byte[answer.position()];
        answer.flip().get(bytes);
        return bytes;
    }

    private static byte[] record(InetAddress address) {
        return ByteBuffer.allocate(RECORD_BYTES)
                .putShort((short) POINTER_TO_QUESTION)
                .putShort((short) TYPE_A)
                .putShort((short) CLASS_IN)
                .putInt(TTL_SECONDS)
                .putShort((short) 4)
                .put(address.getAddress())
                .array();
    }

    /** The question's name in lower case, without its last dot; null where there is none. */
    private static @Nullable String name(ByteBuffer query) {
        StringBuilder name = new StringBuilder();
        while (query.hasRemaining()) {
            int label = query.get() & 0xff;
            if (label == 0) {
                return name.toString().toLowerCase(Locale.ROOT);
            }
            if (label > MAX_LABEL || label > query.remaining() || name.length() + label > MAX_NAME) {
                return null;
            }
            byte[] bytes = new byte[label];
            query.get(bytes);
            name.append(name.isEmpty() ? "" : ".").append(new String(bytes, StandardCharsets.US_ASCII));
        }
        return null;
    }
}
