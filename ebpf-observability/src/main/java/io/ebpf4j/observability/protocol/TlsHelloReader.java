package io.ebpf4j.observability.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads one hello: first the record layer into one piece, then the message. */
final class TlsHelloReader {
    private static final int LARGEST_HELLO = 16_384;
    private static final int SERVER_NAME = 0;
    private static final int APPLICATION_PROTOCOLS = 16;
    private static final int SUPPORTED_VERSIONS = 43;

    private final byte[] hello;
    private final int present;
    private int at;

    TlsHelloReader(MemorySegment bytes, long offset, int captured) {
        byte[] joined = new byte[Math.min(captured, LARGEST_HELLO)];
        int filled = 0;
        long record = 0;
        while (record + 5 <= captured && filled < joined.length) {
            int type = bytes.get(ValueLayout.JAVA_BYTE, offset + record) & 0xff;
            int major = bytes.get(ValueLayout.JAVA_BYTE, offset + record + 1) & 0xff;
            if (type != 22 || major != 3) {
                if (record == 0) {
                    throw malformed(0, "no handshake record");
                }
                break;
            }
            int length = (bytes.get(ValueLayout.JAVA_BYTE, offset + record + 3) & 0xff) << 8
                    | (bytes.get(ValueLayout.JAVA_BYTE, offset + record + 4) & 0xff);
            int take = (int) Math.min(Math.min(length, captured - record - 5), joined.length - filled);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset + record + 5, joined, filled, take);
            filled += take;
            record += 5L + length;
        }
        hello = joined;
        present = filled;
    }

    private static MalformedMessageException malformed(long at, String reason) {
        return new MalformedMessageException("TLS", at, reason);
    }

    TlsHello read() {
        if (present < 4) {
            throw malformed(present, "a handshake message has a header of 4 bytes");
        }
        int type = u8(0);
        int end = 4 + (u8(1) << 16 | u16(2));
        at = 4;
        return switch (type) {
            case 1 -> client(end);
            case 2 -> server(end);
            default -> throw malformed(0, "handshake message " + type + " is no hello");
        };
    }

    private TlsHello client(int end) {
        int version = 0;
        String serverName = "";
        List<String> protocols = new ArrayList<>();
        Completeness completeness = end > present ? Completeness.CUT : Completeness.WHOLE;
        if (has(35)) {
            version = u16(at);
            at += 34;
            // The session id, the cipher suites and the compression methods: passed over by their lengths.
            if (has(1) && skip(1 + u8(at)) && has(2) && skip(2 + u16(at)) && has(1) && skip(1 + u8(at)) && has(2)) {
                int extensions = at + 2 + u16(at);
                at += 2;
                while (at + 4 <= Math.min(extensions, end) && has(4)) {
                    int extension = u16(at);
                    int length = u16(at + 2);
                    at += 4;
                    int stop = at + length;
                    if (stop > extensions) {
                        throw malformed(at, "an extension of " + length + " bytes leads out of the hello");
                    }
                    if (stop > present) {
                        break;
                    }
                    switch (extension) {
                        case SERVER_NAME -> serverName = serverName(stop);
                        case APPLICATION_PROTOCOLS -> protocols = protocols(stop);
                        case SUPPORTED_VERSIONS -> version = Math.max(version, highest(stop));
                        default -> {
                            // Of no interest here.
                        }
                    }
                    at = stop;
                }
            }
        }
        return new TlsHello.Client(version, serverName, protocols, completeness);
    }

    private TlsHello server(int end) {
        int version = 0;
        int cipher = 0;
        String protocol = "";
        Completeness completeness = end > present ? Completeness.CUT : Completeness.WHOLE;
        if (has(35)) {
            version = u16(at);
            at += 34;
            if (has(1) && skip(1 + u8(at)) && has(3)) {
                cipher = u16(at);
                at += 3;
                int extensions = at + 2 <= Math.min(end, present) ? at + 2 + u16(at) : at;
                at += 2;
                while (at + 4 <= Math.min(extensions, end) && has(4)) {
                    int extension = u16(at);
                    int stop = at + 4 + u16(at + 2);
                    at += 4;
                    if (stop > extensions) {
                        throw malformed(at, "an extension leads out of the hello");
                    }
                    if (stop > present) {
                        break;
                    }
                    if (extension == SUPPORTED_VERSIONS && stop - at == 2) {
                        version = u16(at);
                    } else if (extension == APPLICATION_PROTOCOLS) {
                        List<String> chosen = protocols(stop);
                        protocol = chosen.isEmpty() ? "" : chosen.getFirst();
                    }
                    at = stop;
                }
            }
        }
        return new TlsHello.Server(version, cipher, protocol, completeness);
    }

    private String serverName(int stop) {
        // A list with one entry of type 0, a host name, in practice.
        if (stop - at < 5 || u8(at + 2) != 0) {
            return "";
        }
        int length = u16(at + 3);
        if (at + 5 + length > stop) {
            throw malformed(at, "a server name of " + length + " bytes leads out of its extension");
        }
        return ascii(at + 5, length);
    }

    private List<String> protocols(int stop) {
        List<String> names = new ArrayList<>(2);
        int position = at + 2;
        while (position < stop) {
            int length = u8(position);
            if (position + 1 + length > stop) {
                throw malformed(position, "a protocol name of " + length + " bytes leads out of its extension");
            }
            names.add(ascii(position + 1, length));
            position += 1 + length;
        }
        return names;
    }

    /** The highest version offered; the reserved values of RFC 8701, which clients send to keep servers honest, are none. */
    private int highest(int stop) {
        int highest = 0;
        for (int position = at + 1; position + 2 <= stop; position += 2) {
            int version = u16(position);
            if (version >>> 8 == 3) {
                highest = Math.max(highest, version);
            }
        }
        return highest;
    }

    private String ascii(int from, int length) {
        byte[] name = Arrays.copyOfRange(hello, from, from + length);
        for (int i = 0; i < name.length; i++) {
            if (name[i] <= ' ' || name[i] == 0x7f) {
                name[i] = '?';
            }
        }
        return new String(name, StandardCharsets.US_ASCII);
    }

    private boolean skip(int bytes) {
        at += bytes;
        return true;
    }

    private boolean has(int bytes) {
        return at + bytes <= present;
    }

    private int u8(int position) {
        if (position >= present) {
            throw malformed(position, "a field leads out of the hello");
        }
        return hello[position] & 0xff;
    }

    private int u16(int position) {
        return u8(position) << 8 | u8(position + 1);
    }
}
