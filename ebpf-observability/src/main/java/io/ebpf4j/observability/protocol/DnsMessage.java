package io.ebpf4j.observability.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A DNS message as RFC 1035 lays it out: what was asked, and what was answered. Read from bytes that anyone may have sent: names are bounded to 255
 * bytes, compression pointers may only lead backwards, and the counts in the header are believed only as far as bytes follow.
 *
 * @param kind query or response
 * @param id the identifier that pairs a response with its query, 0 to 65535
 * @param responseCode the four bits of the header, extended by EDNS where the message says so; 0 is no error, 3 is a name that does not exist
 * @param truncation whether the sender cut the message (the TC bit): the asker comes again over TCP
 * @param questions what was asked; in practice one
 * @param answers the answer section, in the order sent
 * @param completeness whether the capture held the whole message
 */
public record DnsMessage(
        Kind kind,
        int id,
        int responseCode,
        Truncation truncation,
        List<Question> questions,
        List<Answer> answers,
        Completeness completeness) {
    private static final int HEADER = 12;
    private static final int MAX_NAME = 255;
    private static final int MAX_QUESTIONS = 16;
    private static final int MAX_ANSWERS = 512;
    private static final int TYPE_A = 1;
    private static final int TYPE_CNAME = 5;
    private static final int TYPE_AAAA = 28;
    private static final int TYPE_OPT = 41;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** The two directions of a message. */
    public enum Kind {
        /** A question to a server. */
        QUERY,
        /** A server's answer. */
        RESPONSE
    }

    /** Whether the sender cut the message to fit a datagram. */
    public enum Truncation {
        /** All that the sender had to say. */
        NONE,
        /** The TC bit is set: the rest is to be had over TCP. */
        TRUNCATED
    }

    /**
     * What was asked.
     *
     * @param name the name without its final dot, as sent (case kept), bytes outside printable ASCII escaped as {@code \ddd}; empty for the root
     * @param type the record type's number: 1 is A, 28 is AAAA
     */
    public record Question(String name, int type) {}

    /** One resource record of the answer section. */
    public sealed interface Answer {
        /** {@return whose record it is, in the form of {@link Question#name()}} */
        String name();

        /** {@return how long the record may be kept, in seconds} */
        long timeToLive();
    }

    /**
     * An A or AAAA record.
     *
     * @param name whose address
     * @param timeToLive seconds that it may be kept
     * @param address the address, four or sixteen bytes
     */
    public record Address(String name, long timeToLive, InetAddress address) implements Answer {}

    /**
     * A CNAME record: the name stands for another.
     *
     * @param name the alias
     * @param timeToLive seconds that it may be kept
     * @param target the name that it stands for
     */
    public record CanonicalName(String name, long timeToLive, String target) implements Answer {}

    /**
     * A record of any other type; its data is not looked at.
     *
     * @param name whose record
     * @param timeToLive seconds that it may be kept
     * @param type the record type's number
     */
    public record Other(String name, long timeToLive, int type) implements Answer {}

    /** Keeps the lists from change. */
    public DnsMessage {
        questions = List.copyOf(questions);
        answers = List.copyOf(answers);
    }

    /**
     * Reads a message.
     *
     * @param bytes where it lies
     * @param offset where it begins
     * @param captured how many of its bytes are there
     * @param length how long the message was on the wire, at least {@code captured}
     * @return the message; where the capture is shorter than the message, what was read before the cut
     * @throws MalformedMessageException for bytes that are no DNS message
     */
    public static DnsMessage parse(MemorySegment bytes, long offset, long captured, long length) {
        if (length < HEADER || captured < HEADER) {
            throw malformed(captured, "a message has a header of 12 bytes");
        }
        return new Reader(bytes.asSlice(offset, captured), length).read();
    }

    /**
     * Reads a message that is there as a whole.
     *
     * @param bytes the message
     * @return the message
     * @throws MalformedMessageException for bytes that are no DNS message
     */
    public static DnsMessage parse(byte[] bytes) {
        return parse(MemorySegment.ofArray(bytes), 0, bytes.length, bytes.length);
    }

    /**
     * Names a response code as resolvers and Hubble's metrics do.
     *
     * @param code the response code
     * @return for example {@code No Error} or {@code Non-Existent Domain}
     */
    public static String responseCodeName(int code) {
        return switch (code) {
            case 0 -> "No Error";
            case 1 -> "Format Error";
            case 2 -> "Server Failure";
            case 3 -> "Non-Existent Domain";
            case 4 -> "Not Implemented";
            case 5 -> "Query Refused";
            case 6 -> "Name Exists when it should not";
            case 7 -> "RR Set Exists when it should not";
            case 8 -> "RR Set that should exist does not";
            case 9 -> "Server Not Authoritative for zone";
            case 10 -> "Name not contained in zone";
            case 16 -> "Bad OPT Version";
            default -> "RCODE " + code;
        };
    }

    /**
     * Names a record type.
     *
     * @param type the record type's number
     * @return for example {@code AAAA}; {@code TYPE65280} for one without a name here (RFC 3597)
     */
    public static String typeName(int type) {
        return switch (type) {
            case TYPE_A -> "A";
            case 2 -> "NS";
            case TYPE_CNAME -> "CNAME";
            case 6 -> "SOA";
            case 12 -> "PTR";
            case 15 -> "MX";
            case 16 -> "TXT";
            case TYPE_AAAA -> "AAAA";
            case 33 -> "SRV";
            case 35 -> "NAPTR";
            case TYPE_OPT -> "OPT";
            case 43 -> "DS";
            case 46 -> "RRSIG";
            case 48 -> "DNSKEY";
            case 64 -> "SVCB";
            case 65 -> "HTTPS";
            case 255 -> "ANY";
            default -> "TYPE" + type;
        };
    }

    private static MalformedMessageException malformed(long at, String reason) {
        return new MalformedMessageException("DNS", at, reason);
    }

    /** Thrown inside the reader alone where the capture ends before the message does. */
    private static final class CutException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CutException() {
            super("cut", null, false, false);
        }
    }

    private static final class Reader {
        private final MemorySegment message;
        private final long length;
        private long at = HEADER;
        private long nameEnd;

        Reader(MemorySegment message, long length) {
            this.message = message;
            this.length = length;
        }

        DnsMessage read() {
            int flags = u16(2);
            int opcode = (flags >> 11) & 0xf;
            if (opcode > 6 || (flags & 0x40) != 0) {
                throw malformed(2, "opcode " + opcode + " or the reserved bit: no DNS header");
            }
            int questionCount = u16(4);
            int answerCount = u16(6);
            if (questionCount > MAX_QUESTIONS || answerCount > MAX_ANSWERS) {
                throw malformed(4, questionCount + " questions and " + answerCount + " answers in one message");
            }
            List<Question> questions = new ArrayList<>(1);
            List<Answer> answers = new ArrayList<>(Math.min(answerCount, 8));
            int code = flags & 0xf;
            Completeness completeness = length > message.byteSize() ? Completeness.CUT : Completeness.WHOLE;
            try {
                for (int i = 0; i < questionCount; i++) {
                    String name = name();
                    questions.add(new Question(name, u16(at)));
                    u16(at + 2);
                    at += 4;
                }
                for (int i = 0; i < answerCount; i++) {
                    answers.add(answer());
                }
                code |= extendedCode(u16(8), u16(10)) << 4;
            } catch (CutException cut) {
                completeness = Completeness.CUT;
            }
            return new DnsMessage(
                    (flags & 0x8000) == 0 ? Kind.QUERY : Kind.RESPONSE,
                    u16(0),
                    code,
                    (flags & 0x200) == 0 ? Truncation.NONE : Truncation.TRUNCATED,
                    questions,
                    answers,
                    completeness);
        }

        private Answer answer() {
            String name = name();
            int type = u16(at);
            long timeToLive = Integer.toUnsignedLong(u32(at + 4));
            int size = u16(at + 8);
            long data = at + 10;
            need(data + size);
            at = data + size;
            return switch (type) {
                case TYPE_A -> new Address(name, timeToLive, address(data, size, 4));
                case TYPE_AAAA -> new Address(name, timeToLive, address(data, size, 16));
                case TYPE_CNAME -> new CanonicalName(name, timeToLive, nameAt(data));
                default -> new Other(name, timeToLive, type);
            };
        }

        /** The upper eight bits of the response code, which an OPT record carries in its time to live (RFC 6891). */
        private int extendedCode(int authorities, int additional) {
            for (int i = 0; i < authorities + additional && at < message.byteSize(); i++) {
                name();
                int type = u16(at);
                int extended = u32(at + 4) >>> 24;
                int size = u16(at + 8);
                need(at + 10 + size);
                at += 10L + size;
                if (type == TYPE_OPT) {
                    return extended;
                }
            }
            return 0;
        }

        private InetAddress address(long data, int size, int expected) {
            if (size != expected) {
                throw malformed(data, "an address of " + size + " bytes");
            }
            try {
                return InetAddress.getByAddress(message.asSlice(data, size).toArray(JAVA_BYTE));
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException("an address of " + size + " bytes", impossible);
            }
        }

        private String name() {
            String name = nameAt(at);
            at = nameEnd;
            return name;
        }

        /** Reads a name and leaves in nameEnd where the bytes after it begin. */
        private String nameAt(long start) {
            StringBuilder name = new StringBuilder(32);
            long position = start;
            long earliest = start;
            long end = -1;
            int wireLength = 1;
            while (true) {
                int labelLength = u8(position);
                if ((labelLength & 0xc0) == 0xc0) {
                    long target = u16(position) & 0x3fff;
                    if (end < 0) {
                        end = position + 2;
                    }
                    // A pointer that leads forwards, or back into the name being read, could be followed for ever.
                    if (target >= earliest || target < HEADER) {
                        throw malformed(position, "a compression pointer to " + target);
                    }
                    earliest = target;
                    position = target;
                } else if ((labelLength & 0xc0) != 0) {
                    throw malformed(position, "a label of type " + (labelLength >> 6));
                } else if (labelLength == 0) {
                    nameEnd = end < 0 ? position + 1 : end;
                    return name.toString();
                } else {
                    wireLength += labelLength + 1;
                    if (wireLength > MAX_NAME) {
                        throw malformed(position, "a name of more than 255 bytes");
                    }
                    need(position + 1 + labelLength);
                    if (!name.isEmpty()) {
                        name.append('.');
                    }
                    for (int i = 1; i <= labelLength; i++) {
                        append(name, u8(position + i));
                    }
                    position += labelLength + 1L;
                }
            }
        }

        /** The presentation format of RFC 1035, section 5.1: a name from the wire can hold any byte and must not break a terminal or a label. */
        private static void append(StringBuilder name, int octet) {
            if (octet == '.' || octet == '\\') {
                name.append('\\').append((char) octet);
            } else if (octet > ' ' && octet < 0x7f) {
                name.append((char) octet);
            } else {
                name.append('\\').append((char) ('0' + octet / 100)).append((char) ('0' + octet / 10 % 10));
                name.append((char) ('0' + octet % 10));
            }
        }

        private int u8(long position) {
            need(position + 1);
            return message.get(JAVA_BYTE, position) & 0xff;
        }

        private int u16(long position) {
            need(position + 2);
            return message.get(U16, position) & 0xffff;
        }

        private int u32(long position) {
            need(position + 4);
            return message.get(U32, position);
        }

        private void need(long end) {
            if (end > message.byteSize()) {
                if (end > length) {
                    throw malformed(end, "the message ends at " + length);
                }
                throw new CutException();
            }
        }
    }
}
