package io.ebpf4j.observability.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.observability.protocol.HttpExchange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Records as the programs write them, with bytes as real peers send them. */
class PayloadDecoderTest {
    private static final Btf BTF = BundledBtf.load("payload.bpf.o");
    private static final PayloadFormat FORMAT = PayloadFormat.bind(BTF);
    private static final String REQUEST = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final String RESPONSE = "HTTP/1.1 204 No Content\r\n\r\n";

    private final List<ConnectivityEvent> events = new ArrayList<>();
    private final PayloadDecoder decoder = new PayloadDecoder(PayloadOptions.DEFAULTS.withConnections(3), events::add);
    private final PayloadDemultiplexer demultiplexer = new PayloadDemultiplexer(FORMAT, decoder);
    private long now = 1000;

    private static int number(String enumeration, String constant) {
        int id = BTF.find(enumeration, BtfKind.ENUM).orElseThrow();
        for (int i = 0; i < BTF.vlen(id); i++) {
            if (BTF.enumName(id, i).equals(constant)) {
                return (int) BTF.enumValue(id, i);
            }
        }
        throw new AssertionError(constant);
    }

    private MemorySegment record(long size, String type, long cookie, String role) {
        MemorySegment record = Arena.ofAuto().allocate(size, Long.BYTES);
        record.set(ValueLayout.JAVA_BYTE, FORMAT.header.type, (byte) number("payload_event_type", type));
        record.set(ValueLayout.JAVA_LONG, FORMAT.header.timestamp, now++);
        record.set(ValueLayout.JAVA_LONG, FORMAT.header.cookie, cookie);
        record.set(ValueLayout.JAVA_INT, FORMAT.connection.pid, 77);
        record.set(ValueLayout.JAVA_BYTE, FORMAT.connection.role, (byte) number("connection_role", role));
        return record;
    }

    private void payload(long cookie, String role, String protocol, boolean sent, long position, byte[] bytes) {
        MemorySegment record = record(FORMAT.size + bytes.length + 5, "EVENT_PAYLOAD", cookie, role);
        record.set(ValueLayout.JAVA_LONG, FORMAT.position, position);
        record.set(ValueLayout.JAVA_INT, FORMAT.length, bytes.length);
        record.set(ValueLayout.JAVA_INT, FORMAT.captured, bytes.length);
        record.set(ValueLayout.JAVA_BYTE, FORMAT.protocol, (byte) number("payload_protocol", protocol));
        record.set(ValueLayout.JAVA_BYTE, FORMAT.source, (byte) number("payload_source", "SOURCE_SOCKET"));
        record.set(ValueLayout.JAVA_SHORT, FORMAT.flags, (short) (sent ? number("payload_flag", "PAYLOAD_SENT") : 0));
        MemorySegment.copy(bytes, 0, record, ValueLayout.JAVA_BYTE, FORMAT.size, bytes.length);
        demultiplexer.handle(record, 0, (int) record.byteSize());
    }

    private void text(long cookie, String role, boolean sent, long position, String text) {
        payload(cookie, role, "PROTOCOL_HTTP1", sent, position, text.getBytes(ISO_8859_1));
    }

    /** One part of a record of several. */
    private record Part(long cookie, boolean sent, long position, long length, String captured, String... flags) {}

    /** As the programs write it: behind a connection's first part is the connection. */
    private MemorySegment sequence(String role, int room, Part... parts) {
        MemorySegment record = record(
                FORMAT.sequenceSize + parts.length * (FORMAT.partSize + FORMAT.placeSize) + room,
                "EVENT_PAYLOAD_SEQUENCE",
                0,
                "ROLE_UNKNOWN");
        record.set(ValueLayout.JAVA_INT, FORMAT.partsCount, parts.length);
        Map<Long, Long> places = new HashMap<>();
        long at = FORMAT.sequenceSize;
        for (Part part : parts) {
            long bytes = at + FORMAT.partSize;
            Long place = places.get(part.cookie);
            if (place == null) {
                place = bytes;
                places.put(part.cookie, place);
                MemorySegment.copy(
                        record(FORMAT.size, "EVENT_PAYLOAD", part.cookie, role), 0, record, place, FORMAT.placeSize);
                record.set(ValueLayout.JAVA_BYTE, place + FORMAT.placeProtocol, (byte)
                        number("payload_protocol", "PROTOCOL_HTTP1"));
                record.set(ValueLayout.JAVA_BYTE, place + FORMAT.placeSource, (byte)
                        number("payload_source", "SOURCE_SOCKET"));
                record.set(ValueLayout.JAVA_SHORT, place + FORMAT.placeFlags, (short) 0);
                bytes += FORMAT.placeSize;
            }
            record.set(ValueLayout.JAVA_LONG, at + FORMAT.partTime, now += 10);
            record.set(ValueLayout.JAVA_LONG, at + FORMAT.partPosition, part.position);
            record.set(ValueLayout.JAVA_INT, at + FORMAT.partLength, (int) part.length);
            record.set(ValueLayout.JAVA_SHORT, at + FORMAT.partCaptured, (short) part.captured.length());
            record.set(ValueLayout.JAVA_INT, at + FORMAT.partPlace, (int) (long) place);
            int flags = Arrays.stream(part.flags)
                    .mapToInt(flag -> number("payload_flag", flag))
                    .sum();
            record.set(ValueLayout.JAVA_SHORT, at + FORMAT.partFlags, (short)
                    (flags + (part.sent ? number("payload_flag", "PAYLOAD_SENT") : 0)));
            byte[] captured = part.captured.getBytes(ISO_8859_1);
            MemorySegment.copy(
                    captured,
                    0,
                    record,
                    ValueLayout.JAVA_BYTE,
                    bytes,
                    Math.clamp(record.byteSize() - bytes, 0, captured.length));
            at = Math.ceilDiv(bytes + captured.length, Long.BYTES) * Long.BYTES;
        }
        return record;
    }

    private void handle(MemorySegment record) {
        demultiplexer.handle(record, 0, (int) record.byteSize());
    }

    /** As the programs tell it: the end of the response before, of which nothing but the length is there, goes first. */
    @Test
    void oneRecordMayHoldAnExchangeAndTheEndOfTheOneBefore() {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n";
        handle(sequence(
                "ROLE_CLIENT",
                100,
                new Part(1, true, 0, REQUEST.length(), REQUEST, "PAYLOAD_BEGINS"),
                new Part(1, false, 0, answer.length() + 1000, answer, "PAYLOAD_BEGINS")));
        assertThat(events).isEmpty();
        handle(sequence(
                "ROLE_CLIENT",
                100,
                new Part(1, false, answer.length() + 1000, 4000, "sixteen of bytes"),
                new Part(1, true, REQUEST.length(), REQUEST.length(), REQUEST, "PAYLOAD_BEGINS"),
                new Part(1, false, answer.length() + 5000, RESPONSE.length(), RESPONSE, "PAYLOAD_BEGINS")));
        HttpExchange first = ((HttpExchanged) events.getFirst()).exchange();
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.latency()).isEqualTo(10);
        assertThat(first.duration()).isEqualTo(22); // the records' own times are between
        assertThat(first.responseBytes()).isEqualTo(answer.length() + 5000);
        HttpExchange second = ((HttpExchanged) events.getLast()).exchange();
        assertThat(second.status()).isEqualTo(204);
        assertThat(second.latency()).isEqualTo(10);
        assertThat(events).hasSize(2);
        assertThat(decoder.counts().lostBytes()).isZero();
        assertThat(demultiplexer.delivered(PayloadType.PAYLOAD_SEQUENCE)).isEqualTo(2);
    }

    @Test
    void oneRecordMayHoldExchangesOfSeveralConnections() {
        handle(sequence(
                "ROLE_SERVER",
                100,
                new Part(1, false, 0, REQUEST.length(), REQUEST),
                new Part(2, false, 0, REQUEST.length(), REQUEST),
                new Part(1, true, 0, RESPONSE.length(), RESPONSE),
                new Part(1, false, REQUEST.length(), REQUEST.length(), REQUEST),
                new Part(2, true, 0, RESPONSE.length(), RESPONSE),
                new Part(1, true, RESPONSE.length(), RESPONSE.length(), RESPONSE)));
        assertThat(events)
                .extracting(event -> ((HttpExchanged) event).connection().cookie())
                .containsExactly(1L, 2L, 1L);
        assertThat(events)
                .extracting(event -> ((HttpExchanged) event).exchange().latency())
                .containsExactly(21L, 30L, 20L); // the second connection takes a time of its own
        assertThat(decoder.counts().lostBytes()).isZero();
        assertThat(decoder.counts().connections()).isEqualTo(2);
    }

    /** Three connections are kept: the fourth chases the first one out, whose next part then belongs to nothing known. */
    @Test
    void aConnectionThatIsGivenUpWithinARecordIsMetAnew() {
        handle(sequence(
                "ROLE_CLIENT",
                100,
                new Part(1, true, 0, REQUEST.length(), REQUEST),
                new Part(2, true, 0, REQUEST.length(), REQUEST),
                new Part(3, true, 0, REQUEST.length(), REQUEST),
                new Part(4, true, 0, REQUEST.length(), REQUEST),
                new Part(1, true, REQUEST.length(), REQUEST.length(), REQUEST),
                new Part(1, false, 0, RESPONSE.length(), RESPONSE)));
        assertThat(events)
                .filteredOn(HttpExchanged.class::isInstance)
                .extracting(
                        event -> ((HttpExchanged) event).connection().cookie(),
                        event -> ((HttpExchanged) event).exchange().status())
                .startsWith(tuple(1L, 0), tuple(2L, 0));
        assertThat(decoder.counts().evicted()).isEqualTo(2);
        assertThat(decoder.counts().connections()).isEqualTo(3);
        assertThat(decoder.counts().lostBytes()).isZero();
    }

    /** Its connection then stands in the record once more. */
    @Test
    void aConnectionMayChangeItsProcessWithinARecord() {
        MemorySegment record = sequence(
                "ROLE_CLIENT",
                100,
                new Part(1, true, 0, REQUEST.length(), REQUEST),
                new Part(1, false, 0, RESPONSE.length(), RESPONSE),
                new Part(2, true, REQUEST.length(), REQUEST.length(), REQUEST),
                new Part(2, false, RESPONSE.length(), RESPONSE.length(), RESPONSE));
        int length = (int) record.byteSize();
        PayloadView view = new PayloadView(FORMAT);
        long third = view.partEnd(record, 0, view.partEnd(record, 0, FORMAT.sequenceSize, length), length);
        int place = record.get(ValueLayout.JAVA_INT, third + FORMAT.partPlace);
        record.set(ValueLayout.JAVA_LONG, place + FORMAT.header.cookie, 1);
        record.set(ValueLayout.JAVA_INT, place + FORMAT.connection.pid, 78);
        handle(record);
        assertThat(events)
                .extracting(
                        event -> ((HttpExchanged) event).connection().process().pid(),
                        event -> ((HttpExchanged) event).exchange().status())
                .containsExactly(tuple(77, 204), tuple(78, 204));
        assertThat(decoder.counts().connections()).isOne();
    }

    /** As in a recording, where one record follows the other. */
    @Test
    void aRecordMayBeginAnywhere() {
        MemorySegment record = sequence(
                "ROLE_SERVER",
                0,
                new Part(1, false, 0, REQUEST.length(), REQUEST),
                new Part(2, false, 0, REQUEST.length(), REQUEST),
                new Part(1, true, 0, RESPONSE.length(), RESPONSE),
                new Part(2, true, 0, RESPONSE.length(), RESPONSE));
        for (int offset = 0; offset < Long.BYTES; offset++) {
            MemorySegment file = Arena.ofAuto().allocate(offset + record.byteSize(), Long.BYTES);
            MemorySegment.copy(record, 0, file, offset, record.byteSize());
            new PayloadDemultiplexer(FORMAT, new PayloadDecoder(PayloadOptions.DEFAULTS, events::add))
                    .handle(file, offset, (int) record.byteSize());
            assertThat(events).as("at %d", offset).hasSize(2 * (offset + 1));
        }
    }

    /** Who polls a probe by himself tells nobody how late it is. */
    @Test
    void anEarlyEndIsDoneWithWhereALaterRecordTellsTheTime() {
        text(1, "ROLE_CLIENT", true, 0, REQUEST);
        MemorySegment end = closing(1);
        end.set(ValueLayout.JAVA_SHORT, FORMAT.closedFlags, (short) number("payload_flag", "PAYLOAD_EARLY"));
        handle(end);
        now += 500_000_000;
        closed(7);
        assertThat(decoder.counts().connections()).isZero();
        assertThat(events).hasSize(1);
    }

    @Test
    void aSequenceThatDoesNotHoldWhatItSaysIsRejected() {
        Part request = new Part(1, true, 0, REQUEST.length(), REQUEST);
        handle(sequence("ROLE_CLIENT", 8, request)); // more bytes than there are
        handle(sequence("ROLE_CLIENT", 100, new Part(1, true, 0, 1, REQUEST))); // more captured than passed
        MemorySegment crowded = sequence("ROLE_CLIENT", 100, request);
        crowded.set(ValueLayout.JAVA_INT, FORMAT.partsCount, -1);
        handle(crowded);
        handle(sequence("ROLE_CLIENT", 100, request).asSlice(0, FORMAT.sequenceSize - 1));
        handle(sequence("ROLE_CLIENT", 100, request).asSlice(0, FORMAT.sequenceSize + FORMAT.partSize - 1));
        // a connection in the record's head, behind the record's end, above what a place may be, over the part itself
        for (int place : new int[] {0, 1 << 20, -8, (int) FORMAT.sequenceSize + 8}) {
            MemorySegment misplaced = sequence("ROLE_CLIENT", 100, request);
            misplaced.set(ValueLayout.JAVA_INT, FORMAT.sequenceSize + FORMAT.partPlace, place);
            handle(misplaced);
        }
        assertThat(demultiplexer.rejected()).isEqualTo(9);
        assertThat(demultiplexer.delivered(PayloadType.PAYLOAD_SEQUENCE)).isZero();
        assertThat(decoder.counts().connections()).isZero();
    }

    /** An interrupt finds the batch taken, and can only say that the connection is over. */
    @Test
    void bytesMayComeAfterAnEarlyEnd() {
        text(1, "ROLE_CLIENT", true, 0, REQUEST);
        MemorySegment end = closing(1);
        end.set(ValueLayout.JAVA_SHORT, FORMAT.closedFlags, (short) number("payload_flag", "PAYLOAD_EARLY"));
        handle(end);
        long ended = now - 1;
        demultiplexer.elapse(ended + 499_999_999);
        text(1, "ROLE_CLIENT", false, 0, RESPONSE);
        assertThat(((HttpExchanged) events.getFirst()).exchange().status()).isEqualTo(204);
        assertThat(decoder.counts().connections()).isOne();
        demultiplexer.elapse(ended + 500_000_000);
        assertThat(decoder.counts().connections()).isZero();
        assertThat(decoder.counts().lostBytes()).isZero();
        assertThat(events).hasSize(1);
    }

    private MemorySegment closing(long cookie) {
        MemorySegment record = record(FORMAT.closedSize, "EVENT_PAYLOAD_CLOSED", cookie, "ROLE_CLIENT");
        record.set(ValueLayout.JAVA_BYTE, FORMAT.closedSource, (byte) number("payload_source", "SOURCE_SOCKET"));
        return record;
    }

    private void closed(long cookie) {
        handle(closing(cookie));
    }

    @Test
    void eachEndOfAConnectionPairsItsOwn() {
        text(1, "ROLE_CLIENT", true, 0, REQUEST);
        text(2, "ROLE_SERVER", false, 0, REQUEST);
        text(2, "ROLE_SERVER", true, 0, RESPONSE);
        text(1, "ROLE_CLIENT", false, 0, RESPONSE);
        assertThat(events).hasSize(2).allSatisfy(event -> {
            HttpExchange exchange = ((HttpExchanged) event).exchange();
            assertThat(exchange.path()).isEqualTo("/a");
            assertThat(exchange.status()).isEqualTo(204);
            assertThat(((HttpExchanged) event).connection().process().pid()).isEqualTo(77);
        });
        assertThat(((HttpExchanged) events.get(0)).connection().direction()).isEqualTo(Direction.SERVER);
        assertThat(((HttpExchanged) events.get(0)).exchange().latency()).isEqualTo(1);
        assertThat(((HttpExchanged) events.get(1)).connection().direction()).isEqualTo(Direction.CLIENT);
        assertThat(((HttpExchanged) events.get(1)).exchange().latency()).isEqualTo(3);
    }

    @Test
    void whoAsksIsTheClientWhereNothingElseTells() {
        text(1, "ROLE_UNKNOWN", false, 0, REQUEST);
        text(1, "ROLE_UNKNOWN", true, 0, RESPONSE);
        assertThat(((HttpExchanged) events.getFirst()).connection().direction()).isEqualTo(Direction.SERVER);
    }

    @Test
    void aCloseEndsWhatIsUnderWay() {
        text(1, "ROLE_CLIENT", true, 0, REQUEST);
        closed(1);
        assertThat(((HttpExchanged) events.getFirst()).exchange().status()).isZero();
        assertThat(decoder.counts().connections()).isZero();
    }

    @Test
    void theConnectionLongestUnusedIsGivenUpAndCounted() {
        for (int cookie = 1; cookie <= 5; cookie++) {
            text(cookie, "ROLE_CLIENT", true, 0, REQUEST);
        }
        assertThat(decoder.counts().evicted()).isEqualTo(2);
        assertThat(decoder.counts().connections()).isEqualTo(3);
        assertThat(events).hasSize(2);
    }

    /** The server's hello of TLS 1.2 by OpenSSL, in the two pieces that OpenSSL reads: header, then the rest. */
    @Test
    void aHelloMayComeInPieces() {
        byte[] hello = HexFormat.of()
                .parseHex("160303003d0200003903030102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2000"
                        + "c02c000011ff0100010000100005000302683200170000");
        payload(1, "ROLE_CLIENT", "PROTOCOL_TLS", false, 0, Arrays.copyOf(hello, 5));
        assertThat(events).isEmpty();
        payload(1, "ROLE_CLIENT", "PROTOCOL_TLS", false, 5, Arrays.copyOfRange(hello, 5, hello.length));
        closed(1);
        TlsHandshake handshake = (TlsHandshake) events.getFirst();
        assertThat(handshake.server().orElseThrow().cipherSuite()).isEqualTo(0xc02c);
        assertThat(handshake.server().orElseThrow().applicationProtocol()).isEqualTo("h2");
        assertThat(handshake.client()).isEmpty();
    }

    @Test
    void aRecordThatDoesNotHoldWhatItSaysIsRejected() {
        MemorySegment record = record(FORMAT.size + 8, "EVENT_PAYLOAD", 1, "ROLE_CLIENT");
        record.set(ValueLayout.JAVA_INT, FORMAT.length, 100);
        record.set(ValueLayout.JAVA_INT, FORMAT.captured, 9);
        demultiplexer.handle(record, 0, (int) record.byteSize());
        demultiplexer.handle(record, 0, 3);
        assertThat(demultiplexer.rejected()).isEqualTo(2);
        assertThat(demultiplexer.delivered(PayloadType.PAYLOAD)).isZero();
    }
}
