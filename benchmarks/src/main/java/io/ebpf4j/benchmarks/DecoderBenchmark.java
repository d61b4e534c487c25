package io.ebpf4j.benchmarks;

import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.HpackDecoder;
import io.ebpf4j.observability.protocol.Http1Connection;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.HttpListener;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What does it cost to read a message out of the bytes that a probe captured? There is no C program beside: libbpf reads no protocols. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecoderBenchmark {
    private static final MemorySegment DNS = nativeBytes(HexFormat.of()
            .parseHex("12348180000100030000000103777777076578616d706c6503636f6d0000010001c00c000500010000012c000603"
                    + "63646ec010c02d000100010000003c0004c0000207c02d001c00010000003c001020010db8000000000000000000000001"
                    + "00002904d0010000000000"));
    private static final MemorySegment REQUEST =
            nativeBytes(("GET /orders/42?verbose=1 HTTP/1.1\r\nHost: shop.example.com\r\n"
                            + "User-Agent: curl/8.5.0\r\nAccept: */*\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
    private static final MemorySegment RESPONSE =
            nativeBytes(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                    .getBytes(StandardCharsets.US_ASCII));

    /** RFC 7541, C.4.1: a request with Huffman-coded strings. */
    private static final MemorySegment HEADERS =
            nativeBytes(HexFormat.of().parseHex("828684418cf1e3c2e5f23a6ba0ab90f4ff"));

    private final Counting counting = new Counting();
    private final Http1Connection connection = new Http1Connection(Http1Connection.Queries.DROPPED, counting);
    private final HpackDecoder hpack = new HpackDecoder(name -> name.startsWith(":"));
    private long requests;
    private long responses;

    private static MemorySegment nativeBytes(byte[] bytes) {
        return Arena.global().allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    /** Counts what is found. */
    private static final class Counting implements HttpListener, HpackDecoder.Sink {
        private long count;

        @Override
        public void exchange(HttpExchange exchange) {
            count += exchange.status();
        }

        @Override
        public void unpaired(int status, long time) {
            throw new IllegalStateException("unpaired " + status);
        }

        @Override
        public void lost(long bytes) {
            throw new IllegalStateException("lost " + bytes);
        }

        @Override
        public void unknown(int headers) {
            throw new IllegalStateException("unknown " + headers);
        }

        @Override
        public void header(String name, String value) {
            count += value.length();
        }

        @Override
        public void unknownValue(String name) {
            count++;
        }

        @Override
        public void unknown() {
            count++;
        }
    }

    /** {@return the message} A response of four records with compressed names. */
    @Benchmark
    public DnsMessage dns() {
        return DnsMessage.parse(DNS, 0, DNS.byteSize(), DNS.byteSize());
    }

    /** {@return a count} A request with a trace context, and its response. */
    @Benchmark
    public long http1() {
        connection.accept(
                Http1Connection.Direction.REQUESTS,
                requests,
                REQUEST,
                0,
                (int) REQUEST.byteSize(),
                REQUEST.byteSize(),
                requests);
        connection.accept(
                Http1Connection.Direction.RESPONSES,
                responses,
                RESPONSE,
                0,
                (int) RESPONSE.byteSize(),
                RESPONSE.byteSize(),
                requests);
        requests += REQUEST.byteSize();
        responses += RESPONSE.byteSize();
        return counting.count;
    }

    /** {@return a count} A header block of four headers, one of them Huffman-coded. */
    @Benchmark
    public long hpack() {
        hpack.decode(HEADERS, 0, (int) HEADERS.byteSize(), counting);
        return counting.count;
    }
}
