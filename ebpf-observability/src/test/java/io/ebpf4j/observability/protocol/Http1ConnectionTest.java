package io.ebpf4j.observability.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebpf4j.observability.protocol.Http1Connection.Direction;
import io.ebpf4j.observability.protocol.Http1Connection.Queries;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Http1ConnectionTest {
    private static final String[] REQUESTS = {
        "GET /one?q=secret HTTP/1.1\r\nHost: shop.example\r\n\r\n",
        "POST /two HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\nGET /x HTTP",
        "HEAD /three HTTP/1.1\r\nhost:shop.example\r\n\r\n",
        "PUT /four HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nC\r\n, body world\r\n0\r\nX: y\r\n\r\n",
        "DELETE /five HTTP/1.1\r\nHost: shop.example\r\n"
                + "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n"
    };
    private static final String[] RESPONSES = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n",
        "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n"
    };

    private static final class Seen implements HttpListener {
        final List<HttpExchange> exchanges = new ArrayList<>();
        final List<Integer> unpaired = new ArrayList<>();
        long lost;

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
            throw new AssertionError("HTTP/1 has no header table");
        }

        List<String> lines() {
            return exchanges.stream()
                    .map(e -> e.method() + " " + e.path() + " " + e.status() + " " + e.requestBytes() + "/"
                            + e.responseBytes())
                    .toList();
        }
    }

    private static final class Wire {
        final Seen seen = new Seen();
        final Http1Connection connection = new Http1Connection(Queries.DROPPED, seen);
        private final long[] positions = new long[2];
        private long clock = 1000;

        Wire send(Direction direction, String text) {
            return send(direction, text, Integer.MAX_VALUE);
        }

        Wire send(Direction direction, String text, int capture) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            connection.accept(
                    direction,
                    positions[direction.ordinal()],
                    MemorySegment.ofArray(bytes),
                    0,
                    Math.min(bytes.length, capture),
                    bytes.length,
                    clock);
            positions[direction.ordinal()] += bytes.length;
            clock += 10;
            return this;
        }

        Wire miss(Direction direction, long bytes) {
            positions[direction.ordinal()] += bytes;
            return this;
        }

        Wire close() {
            connection.close(clock);
            return this;
        }
    }

    private static List<String> expected() {
        List<String> lines = new ArrayList<>();
        String[] names = {"GET /one 200", "POST /two 201", "HEAD /three 200", "PUT /four 500", "DELETE /five 204"};
        for (int i = 0; i < names.length; i++) {
            int response = RESPONSES[i].length() - (i == 1 ? "HTTP/1.1 100 Continue\r\n\r\n".length() : 0);
            lines.add(names[i] + " " + REQUESTS[i].length() + "/" + response);
        }
        return lines;
    }

    /** The second of two equal heads is not read; one that differs, is cut, or only begins equally, is. */
    @Test
    void headsThatRepeatSayTheSameAndThoseThatDifferDoNot() {
        String request =
                "GET /aaa HTTP/1.1\r\nHost: h\r\nTraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";
        String response = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
        Wire wire = new Wire();
        for (String path : List.of("/aaa", "/aaa", "/aab", "/aaa", "/aaa")) {
            wire.send(Direction.REQUESTS, request.replace("/aaa", path));
            wire.send(Direction.RESPONSES, response + "abc");
        }
        // two in one call, then a body of another length
        wire.send(Direction.REQUESTS, request + request);
        wire.send(Direction.RESPONSES, response + "abc" + response.replace("3", "4") + "abcd");
        // in two calls
        wire.send(Direction.REQUESTS, request.substring(0, 30));
        wire.send(Direction.REQUESTS, request.substring(30));
        wire.send(Direction.RESPONSES, response);
        wire.send(Direction.RESPONSES, "abc");
        wire.send(Direction.REQUESTS, request);
        wire.send(Direction.RESPONSES, response + "abc");
        int length = request.length();
        int answer = response.length() + 3;
        assertThat(wire.seen.lines())
                .containsExactly(
                        "GET /aaa 200 " + length + "/" + answer,
                        "GET /aaa 200 " + length + "/" + answer,
                        "GET /aab 200 " + length + "/" + answer,
                        "GET /aaa 200 " + length + "/" + answer,
                        "GET /aaa 200 " + length + "/" + answer,
                        "GET /aaa 200 " + length + "/" + answer,
                        "GET /aaa 200 " + length + "/" + (answer + 1),
                        "GET /aaa 200 " + length + "/" + answer,
                        "GET /aaa 200 " + length + "/" + answer);
        assertThat(wire.seen.exchanges)
                .allSatisfy(
                        exchange -> assertThat(exchange.trace().orElseThrow().traceId())
                                .isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736"));
        assertThat(wire.seen.exchanges) // two were sent in one call
                .extracting(HttpExchange::requestStart)
                .containsExactly(1000L, 1020L, 1040L, 1060L, 1080L, 1100L, 1100L, 1120L, 1160L);
        assertThat(wire.seen.lost).isZero();
    }

    @Test
    void keepAliveGivesEachRequestItsResponse() {
        Wire wire = new Wire();
        for (int i = 0; i < REQUESTS.length; i++) {
            wire.send(Direction.REQUESTS, REQUESTS[i]).send(Direction.RESPONSES, RESPONSES[i]);
        }
        assertThat(wire.seen.lines()).isEqualTo(expected());
        assertThat(wire.seen.exchanges).allSatisfy(exchange -> {
            assertThat(exchange.host()).isEqualTo("shop.example");
            assertThat(exchange.completeness()).isEqualTo(Completeness.WHOLE);
            assertThat(exchange.latency()).isEqualTo(10);
        });
        assertThat(wire.seen.exchanges.getLast().trace())
                .contains(new TraceContext(
                        TraceContext.Format.W3C,
                        "4bf92f3577b34da6a3ce929d0e0e4736",
                        "00f067aa0ba902b7",
                        TraceContext.Sampling.SAMPLED));
        assertThat(wire.seen.lost).isZero();
    }

    @Test
    void messagesMayBeCutAnywhereAndPipelined() {
        String requests = String.join("", REQUESTS);
        String responses = String.join("", RESPONSES);
        for (int piece = 1; piece <= 200; piece++) {
            Wire wire = new Wire();
            for (int at = 0; at < requests.length(); at += piece) {
                wire.send(Direction.REQUESTS, requests.substring(at, Math.min(requests.length(), at + piece)));
            }
            for (int at = 0; at < responses.length(); at += piece) {
                wire.send(Direction.RESPONSES, responses.substring(at, Math.min(responses.length(), at + piece)));
            }
            assertThat(wire.seen.lines()).as("pieces of %d", piece).isEqualTo(expected());
            assertThat(wire.connection.underWay()).isZero();
        }
    }

    @Test
    void bodiesNeedNotBeCaptured() {
        Wire wire = new Wire();
        String upload = "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
        wire.send(Direction.REQUESTS, upload + "x".repeat(50_000), 64);
        wire.miss(Direction.REQUESTS, 40_000);
        wire.send(Direction.REQUESTS, "x".repeat(10_000), 0);
        wire.send(Direction.RESPONSES, "HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + "y".repeat(70_000), 45);
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        assertThat(wire.seen.lines())
                .containsExactly(
                        "POST /up 200 " + (upload.length() + 100_000) + "/" + (42 + 70_000),
                        expected().getFirst());
        assertThat(wire.seen.lost).isZero();
    }

    @Test
    void whoJoinsInTheMiddleWaitsForAMessageToBegin() {
        Wire wire = new Wire();
        wire.miss(Direction.REQUESTS, 500).miss(Direction.RESPONSES, 700);
        wire.send(Direction.RESPONSES, "rest of a body that says HTTP/1.1 200 OK\r\n\r\n");
        wire.send(Direction.RESPONSES, RESPONSES[0]);
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        assertThat(wire.seen.unpaired).containsExactly(200);
        assertThat(wire.seen.lines()).containsExactly(expected().getFirst());
        assertThat(wire.seen.lost).isPositive();
    }

    @Test
    void aCutHeadLosesTheBodyAndNotTheNextMessage() {
        Wire wire = new Wire();
        wire.send(Direction.REQUESTS, "GET /a HTTP/1.1\r\nHost: a\r\nCookie: " + "c".repeat(600) + "\r\n\r\n", 100);
        wire.send(Direction.RESPONSES, "HTTP/1.1 200 OK\r\nSet-Cookie: " + "c".repeat(600) + "\r\n\r\nbody", 100);
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        assertThat(wire.seen.exchanges).hasSize(2);
        assertThat(wire.seen.exchanges.get(0).path()).isEqualTo("/a");
        assertThat(wire.seen.exchanges.get(0).status()).isEqualTo(200);
        assertThat(wire.seen.exchanges.get(0).completeness()).isEqualTo(Completeness.CUT);
        assertThat(wire.seen.exchanges.get(1).path()).isEqualTo("/one");
    }

    @Test
    void aBodyWithoutLengthEndsWithTheConnection() {
        Wire wire = new Wire();
        wire.send(Direction.REQUESTS, "GET /old HTTP/1.0\r\n\r\n");
        wire.send(Direction.RESPONSES, "HTTP/1.0 200 OK\r\n\r\n").send(Direction.RESPONSES, "z".repeat(1000));
        wire.close();
        HttpExchange exchange = wire.seen.exchanges.getFirst();
        assertThat(exchange.protocol()).isEqualTo(HttpExchange.Protocol.HTTP_1_0);
        assertThat(exchange.responseBytes()).isEqualTo(1019);
        assertThat(exchange.responseEnd()).isEqualTo(1020);
        assertThat(exchange.completeness()).isEqualTo(Completeness.WHOLE);
    }

    @Test
    void aRequestWithoutResponseIsReportedWhenItsConnectionEnds() {
        Wire wire = new Wire();
        wire.send(Direction.REQUESTS, REQUESTS[0]).close();
        assertThat(wire.seen.exchanges.getFirst().status()).isZero();
        assertThat(wire.seen.exchanges.getFirst().latency()).isZero();
    }

    @Test
    void behindAnUpgradeNothingIsRead() {
        Wire wire = new Wire();
        wire.send(Direction.REQUESTS, "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        wire.send(Direction.RESPONSES, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
        wire.send(Direction.REQUESTS, REQUESTS[0]);
        assertThat(wire.seen.lines()).hasSize(1);
        assertThat(wire.seen.lines().getFirst()).startsWith("GET /ws 101");
    }

    @Test
    void theAbsoluteFormNamesTheHost() {
        Wire wire = new Wire();
        wire.send(Direction.REQUESTS, "GET http://far.example:8080/p?q HTTP/1.1\r\nHost: proxy\r\n\r\n");
        wire.send(Direction.RESPONSES, RESPONSES[0]);
        assertThat(wire.seen.exchanges.getFirst().host()).isEqualTo("far.example:8080");
        assertThat(wire.seen.exchanges.getFirst().path()).isEqualTo("/p");
    }

    @Test
    void anythingElseIsLeftAlone() {
        Random random = new Random(Long.getLong("ebpf4j.seed", 42));
        String conversation = String.join("", REQUESTS);
        for (int i = 0; i < 20_000; i++) {
            Wire wire = new Wire();
            StringBuilder mutant = new StringBuilder(i % 2 == 0 ? conversation : String.join("", RESPONSES));
            for (int change = random.nextInt(6); change >= 0; change--) {
                mutant.setCharAt(random.nextInt(mutant.length()), (char) random.nextInt(256));
            }
            String text = mutant.toString();
            int cut = random.nextInt(text.length());
            Direction direction = i % 3 == 0 ? Direction.RESPONSES : Direction.REQUESTS;
            wire.send(direction, text.substring(0, cut), random.nextInt(text.length()));
            wire.miss(direction, random.nextInt(100))
                    .send(direction, text.substring(cut))
                    .close();
            assertThat(wire.connection.underWay()).isZero();
        }
    }

    /** Client threads: one sends, another one receives, and the sender is told of last. */
    @Test
    void aResponseToldOfBeforeItsRequestWaitsForIt() {
        Wire wire = new Wire();
        for (int i = 0; i < 3; i++) {
            wire.send(Direction.RESPONSES, RESPONSES[0]);
            assertThat(wire.seen.exchanges).hasSize(i);
            wire.send(Direction.REQUESTS, REQUESTS[0]);
            assertThat(wire.seen.exchanges).hasSize(i + 1);
            assertThat(wire.seen.exchanges.getLast().status()).isEqualTo(200);
            assertThat(wire.seen.exchanges.getLast().completeness()).isEqualTo(Completeness.WHOLE);
            assertThat(wire.seen.exchanges.getLast().latency()).isZero();
        }
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        assertThat(wire.seen.lines()).containsOnly(expected().getFirst()).hasSize(4);
        assertThat(wire.seen.unpaired).isEmpty();
    }

    @Test
    void anEarlyResponseToHeadHasNoBody() {
        Wire wire = new Wire();
        wire.send(Direction.RESPONSES, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
        wire.send(Direction.REQUESTS, "HEAD /h HTTP/1.1\r\n\r\n");
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        assertThat(wire.seen.exchanges).extracting(HttpExchange::path).containsExactly("/h", "/one");
        assertThat(wire.seen.lost).isZero();
    }

    @Test
    void nothingIsPairedOverALostRequest() {
        Wire wire = new Wire();
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        wire.miss(Direction.REQUESTS, 80)
                .send(Direction.RESPONSES, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        wire.close();
        assertThat(wire.seen.unpaired).containsExactly(404);
        assertThat(wire.seen.lines())
                .containsExactly(expected().getFirst(), expected().getFirst());
    }

    @Test
    void nothingIsPairedOverALostResponse() {
        Wire wire = new Wire();
        wire.send(Direction.REQUESTS, "GET /lost HTTP/1.1\r\n\r\n").miss(Direction.RESPONSES, 300);
        wire.send(Direction.REQUESTS, "GET /after HTTP/1.1\r\n\r\n");
        wire.send(Direction.RESPONSES, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        wire.send(Direction.REQUESTS, REQUESTS[0]).send(Direction.RESPONSES, RESPONSES[0]);
        assertThat(wire.seen.exchanges)
                .extracting(HttpExchange::path, HttpExchange::status)
                .containsExactly(tuple("/lost", 0), tuple("/after", 0), tuple("/one", 200));
        assertThat(wire.seen.unpaired).containsExactly(404);
    }
}
