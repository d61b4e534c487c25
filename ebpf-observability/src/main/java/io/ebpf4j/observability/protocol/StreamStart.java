package io.ebpf4j.observability.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What a run of bytes begins like, and with that, which end of the connection they come from. */
public enum StreamStart {
    /** A request of HTTP/1: it comes from the client. */
    HTTP1_REQUEST,
    /** A response of HTTP/1: it comes from the server. */
    HTTP1_RESPONSE,
    /** HTTP/2 from a client: the preface, or a header block that begins with a request's pseudo-header. */
    HTTP2_CLIENT,
    /** HTTP/2 from a server: a header block that begins with a status. */
    HTTP2_SERVER,
    /** A TLS handshake record with a client's hello. */
    TLS_CLIENT,
    /** A TLS handshake record with a server's hello. */
    TLS_SERVER,
    /** Nothing that is known here, or the middle of something. */
    UNKNOWN;

    private static final int LONGEST_METHOD = 20;

    /**
     * Looks at bytes.
     *
     * @param bytes where they lie
     * @param offset where they begin
     * @param captured how many there are
     * @return what they begin like
     */
    public static StreamStart of(MemorySegment bytes, long offset, int captured) {
        if (captured < 4) {
            return UNKNOWN;
        }
        if (TlsHello.looksLike(bytes, offset, captured)) {
            return octet(bytes, offset + 5) == 1 ? TLS_CLIENT : TLS_SERVER;
        }
        if (Http2Connection.looksLike(bytes, offset, captured)) {
            return HTTP2_CLIENT;
        }
        if (captured >= 7 && isResponse(bytes, offset)) {
            return HTTP1_RESPONSE;
        }
        if (isRequest(bytes, offset, captured)) {
            return HTTP1_REQUEST;
        }
        return headerBlock(bytes, offset, captured);
    }

    private static int octet(MemorySegment bytes, long at) {
        return bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    private static boolean isResponse(MemorySegment bytes, long offset) {
        for (int i = 0; i < 7; i++) {
            if (octet(bytes, offset + i) != "HTTP/1.".charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRequest(MemorySegment bytes, long offset, int captured) {
        int length = 0;
        while (length < captured && length < LONGEST_METHOD && isMethod(octet(bytes, offset + length))) {
            length++;
        }
        if (length < 3 || length + 1 >= captured || octet(bytes, offset + length) != ' ') {
            return false;
        }
        int target = octet(bytes, offset + length + 1);
        boolean connect = length == 7 && octet(bytes, offset) == 'C';
        return target == '/' || target == '*' || target == 'h' || connect && target > ' ' && target < 0x7f;
    }

    private static boolean isMethod(int octet) {
        return octet >= 'A' && octet <= 'Z' || octet == '-' || octet == '_';
    }

    /**
     * A HEADERS frame of a stream that a client opened (RFC 9113, section 6.2), told apart by its first field: pseudo-headers
     * go first, and they stand in HPACK's static table (RFC 7541, appendix A), 8 to 14 for a status, 1 to 7 for a request.
     */
    private static StreamStart headerBlock(MemorySegment bytes, long offset, int captured) {
        if (captured < 10 || octet(bytes, offset + 3) != 1) {
            return UNKNOWN;
        }
        int flags = octet(bytes, offset + 4);
        if ((flags & ~0x2d) != 0 || (octet(bytes, offset + 5) & 0x80) != 0 || (octet(bytes, offset + 8) & 1) == 0) {
            return UNKNOWN;
        }
        long first = offset + 9 + ((flags & 0x8) != 0 ? 1 : 0) + ((flags & 0x20) != 0 ? 5 : 0);
        while (first < offset + captured && (octet(bytes, first) & 0xe0) == 0x20) {
            first++; // a change of the table's size; the larger ones take more bytes and are not followed
        }
        if (first >= offset + captured) {
            return UNKNOWN;
        }
        int field = octet(bytes, first);
        int index = (field & 0x80) != 0 ? field & 0x7f : (field & 0x40) != 0 ? field & 0x3f : field & 0xf;
        if (index >= 8 && index <= 14) {
            return HTTP2_SERVER;
        }
        return index >= 1 && index <= 7 ? HTTP2_CLIENT : UNKNOWN;
    }
}
