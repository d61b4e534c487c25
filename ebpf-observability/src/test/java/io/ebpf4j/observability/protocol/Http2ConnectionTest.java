package io.ebpf4j.observability.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.protocol.Http1Connection.Direction;
import io.ebpf4j.observability.protocol.Http1Connection.Queries;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames laid out by hand after RFC 9113, header blocks from the appendix of RFC 7541. */
class Http2ConnectionTest {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    // C.4.1 to C.4.3: GET http /, the same with an extra header, GET https /index.html; all to www.example.com.
    private static final String FIRST = "828684418cf1e3c2e5f23a6ba0ab90f4ff";
    private static final String SECOND = "828684be5886a8eb10649cbf";
    private static final String THIRD = "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf";
    // C.6.1 and C.6.2 with the table's size set: 302, then 307; and a lone 200.
    private static final String RESPONSE_302 =
            "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3";
    private static final String RESPONSE_307 = "4883640effc1c0bf";
    private static final String RESPONSE_200 = "88";

    private static final class Seen implements HttpListener {
        final List<HttpExchange> exchanges = new ArrayList<>();
        final List<Integer> unpaired = new ArrayList<>();
        long lost;
        int unknown;

        @Override
        public void exchange(HttpExchange exchange) {
            exchanges.add(exchange);
        }

        @Override
        public void unpaired(int status, long time) {
            unpaired.add(status);
        }

        @Override
        public void lost(long bytes) {
            lost += bytes;
        }

        @Override
        public void unknown(int headers) {
            unknown += headers;
        }

        List<String> lines() {
            return exchanges.stream()
                    .map(e -> e.method() + " " + e.path() + " " + e.host() + " " + e.status())
                    .toList();
        }
    }

    private final Seen seen = new Seen();
    private final Http2Connection connection = new Http2Connection(Queries.DROPPED, seen);
    private final long[] positions = new long[2];
    private long clock = 1000;

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(new byte[] {
            (byte) (payload.length >> 16),
            (byte) (payload.length >> 8),
            (byte) payload.length,
            (byte) type,
            (byte) flags,
            0,
            0,
            (byte) (stream >> 8),
            (byte) stream
        });
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    private static byte[] headers(int flags, int stream, String block) {
        return frame(1, flags | 4, stream, HexFormat.of().parseHex(block));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private Http2ConnectionTest send(Direction direction, byte[] bytes, int captured) {
        int way = direction == Direction.REQUESTS ? 0 : 1;
        connection.accept(
                direction,
                positions[way],
                MemorySegment.ofArray(bytes),
                0,
                Math.min(captured, bytes.length),
                bytes.length,
                clock);
        positions[way] += bytes.length;
        clock += 10;
        return this;
    }

    private Http2ConnectionTest send(Direction direction, byte[] bytes) {
        return send(direction, bytes, bytes.length);
    }

    private static byte[] requests() {
        return join(
                PREFACE,
                frame(4, 0, 0, new byte[6]),
                headers(1, 1, FIRST),
                headers(0, 3, SECOND),
                frame(0, 1, 3, new byte[1000]),
                headers(1, 5, THIRD));
    }

    private static byte[] responses() {
        return join(
                frame(4, 0, 0, new byte[0]),
                frame(4, 1, 0, new byte[0]),
                headers(0, 5, RESPONSE_302),
                headers(1, 1, RESPONSE_307),
                frame(0, 0, 5, new byte[500]),
                frame(0, 1, 5, new byte[0]),
                headers(1, 3, RESPONSE_200));
    }

    @Test
    void streamsPairWhateverTheirOrder() {
        send(Direction.REQUESTS, requests()).send(Direction.RESPONSES, responses());
        assertThat(seen.lines())
                .containsExactly(
                        "GET / www.example.com 307",
                        "GET /index.html www.example.com 302",
                        "GET / www.example.com 200");
        assertThat(seen.exchanges).allSatisfy(exchange -> {
            assertThat(exchange.latency()).isEqualTo(10);
            assertThat(exchange.completeness()).isEqualTo(Completeness.WHOLE);
            assertThat(exchange.protocol()).hasToString("HTTP/2");
        });
        assertThat(seen.exchanges.get(2).requestBytes()).isEqualTo(9 + 12 + 9 + 1000);
        assertThat(seen.unknown).isZero();
        assertThat(seen.lost).isZero();
    }

    @Test
    void framesMayBeCutAnywhere() {
        byte[] requests = requests();
        byte[] responses = responses();
        for (int piece = 1; piece < 300; piece++) {
            Http2ConnectionTest wire = new Http2ConnectionTest();
            // A first call of fewer than four bytes does not tell HTTP/2 from anything else.
            int first = Math.max(piece, 24);
            wire.send(Direction.REQUESTS, Arrays.copyOf(requests, first));
            for (int at = first; at < requests.length; at += piece) {
                wire.send(Direction.REQUESTS, Arrays.copyOfRange(requests, at, Math.min(requests.length, at + piece)));
            }
            int whole = Math.max(piece, 9);
            wire.send(Direction.RESPONSES, Arrays.copyOf(responses, whole));
            for (int at = whole; at < responses.length; at += piece) {
                wire.send(
                        Direction.RESPONSES, Arrays.copyOfRange(responses, at, Math.min(responses.length, at + piece)));
            }
            assertThat(wire.seen.lines()).as("pieces of %d", piece).hasSize(3);
            assertThat(wire.seen.lost).as("pieces of %d", piece).isZero();
        }
    }

    @Test
    void dataNeedNotBeCaptured() {
        send(Direction.REQUESTS, join(PREFACE, frame(4, 0, 0, new byte[0]), headers(1, 1, FIRST)));
        send(Direction.RESPONSES, join(headers(0, 1, RESPONSE_200), frame(0, 0, 1, new byte[16_000])), 40);
        positions[1] += 0;
        send(Direction.RESPONSES, frame(0, 1, 1, new byte[9_000]), 20);
        assertThat(seen.lines()).containsExactly("GET / www.example.com 200");
        assertThat(seen.exchanges.getFirst().responseBytes()).isEqualTo(10 + 9 + 16_000 + 9 + 9_000);
        assertThat(seen.lost).isZero();
    }

    @Test
    void whoJoinsLateSaysWhatItDoesNotKnowAndRecovers() {
        positions[0] = 5000;
        positions[1] = 7000;
        send(Direction.REQUESTS, headers(1, 9, SECOND)).send(Direction.RESPONSES, headers(1, 9, RESPONSE_307));
        // The authority and what the response says beside its status were inserted before.
        assertThat(seen.lines()).containsExactly("GET /  307");
        assertThat(seen.unknown).isEqualTo(4);
        send(Direction.REQUESTS, headers(1, 11, "828684c0")).send(Direction.RESPONSES, headers(1, 11, "bf"));
        assertThat(seen.lines().getLast())
                .as("63 and 64 are older than the entries seen")
                .isEqualTo("GET /  -1");
        // A client that says its authority again, with an entry, is known again.
        send(Direction.REQUESTS, headers(1, 13, FIRST)).send(Direction.RESPONSES, headers(1, 13, "be"));
        send(Direction.REQUESTS, headers(1, 15, "828684be")).send(Direction.RESPONSES, headers(1, 15, RESPONSE_200));
        assertThat(seen.lines().getLast()).isEqualTo("GET / www.example.com 200");
    }

    @Test
    void aMissedHeaderBlockMakesTheTableUnknown() {
        send(Direction.REQUESTS, join(PREFACE, headers(1, 1, FIRST)))
                .send(Direction.RESPONSES, headers(1, 1, RESPONSE_200));
        positions[0] += 40;
        send(Direction.REQUESTS, headers(1, 5, "828684be")).send(Direction.RESPONSES, headers(1, 5, RESPONSE_200));
        assertThat(seen.lines()).containsExactly("GET / www.example.com 200", "GET /  200");
        assertThat(seen.unknown).isEqualTo(1);
        assertThat(seen.lost).isEqualTo(40);
    }

    @Test
    void grpcTrailersAndInterimResponses() {
        // grpc-status: 7 as a literal without indexing, in a trailer.
        String trailer = "000b677270632d7374617475730137";
        send(Direction.REQUESTS, join(PREFACE, headers(1, 1, FIRST)));
        send(Direction.RESPONSES, headers(0, 1, "0803313033"));
        send(
                Direction.RESPONSES,
                join(headers(0, 1, RESPONSE_200), frame(0, 0, 1, new byte[5]), headers(1, 1, trailer)));
        assertThat(seen.lines()).containsExactly("GET / www.example.com 200");
        assertThat(seen.exchanges.getFirst().grpcStatus()).isEqualTo(7);
        assertThat(seen.exchanges.getFirst().latency()).isEqualTo(20);
    }

    @Test
    void paddedPrioritisedAndContinuedHeadersAreRead() {
        byte[] block = HexFormat.of().parseHex(FIRST);
        byte[] padded = new byte[1 + 5 + 4 + 3];
        padded[0] = 3;
        System.arraycopy(block, 0, padded, 6, 4);
        byte[] rest = Arrays.copyOfRange(block, 4, block.length);
        send(Direction.REQUESTS, join(PREFACE, frame(1, 0x8 | 0x20 | 1, 1, padded), frame(9, 4, 1, rest)));
        send(Direction.RESPONSES, headers(1, 1, RESPONSE_200));
        assertThat(seen.lines()).containsExactly("GET / www.example.com 200");
    }

    @Test
    void aResetEndsTheExchange() {
        send(Direction.REQUESTS, join(PREFACE, headers(1, 1, FIRST)));
        send(Direction.RESPONSES, frame(3, 0, 1, new byte[4]));
        assertThat(seen.lines()).containsExactly("GET / www.example.com 0");
        assertThat(connection.underWay()).isZero();
    }

    @Test
    void mutatedConversationsEnd() {
        Random random = new Random(Long.getLong("ebpf4j.seed", 42));
        for (int i = 0; i < 20_000; i++) {
            Http2ConnectionTest wire = new Http2ConnectionTest();
            byte[] mutant = i % 2 == 0 ? requests() : responses();
            for (int change = random.nextInt(6); change >= 0; change--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            }
            Direction direction = i % 2 == 0 ? Direction.REQUESTS : Direction.RESPONSES;
            int cut = random.nextInt(mutant.length);
            wire.send(direction, Arrays.copyOf(mutant, cut), random.nextInt(mutant.length));
            wire.positions[direction == Direction.REQUESTS ? 0 : 1] += random.nextInt(50);
            wire.send(direction, Arrays.copyOfRange(mutant, cut, mutant.length));
            wire.connection.close(2000);
            assertThat(wire.connection.underWay()).isZero();
        }
    }

    @Test
    void aResponseToldOfBeforeItsRequestWaitsForIt() {
        send(Direction.RESPONSES, headers(1, 9, RESPONSE_200));
        assertThat(seen.exchanges).isEmpty();
        send(Direction.REQUESTS, headers(1, 9, FIRST));
        assertThat(seen.lines()).containsExactly("GET / www.example.com 200");
        send(Direction.RESPONSES, headers(1, 11, RESPONSE_307));
        send(Direction.REQUESTS, headers(1, 13, SECOND));
        assertThat(seen.unpaired).as("11 cannot come behind 13").hasSize(1);
    }
}
