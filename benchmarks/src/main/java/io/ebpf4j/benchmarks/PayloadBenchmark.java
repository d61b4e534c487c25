package io.ebpf4j.benchmarks;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.PayloadDecoder;
import io.ebpf4j.observability.event.PayloadDemultiplexer;
import io.ebpf4j.observability.event.PayloadFormat;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.PayloadType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What does an HTTP/1 exchange cost from the record to the event? A record as the programs write it under load: {@value #EXCHANGES} exchanges of
 * {@value #CONNECTIONS} keep-alive connections, each asked for the same as before. There is no C program beside: libbpf reads no protocols.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PayloadBenchmark {
    static final int EXCHANGES = 64;
    static final int CONNECTIONS = 16;

    private static final byte[] REQUEST =
            "GET /orders/42 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESPONSE =
            ("HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sat, 28 Nov 2026 03:00:00 GMT\r\n"
                            + "Content-Type: text/plain\r\nContent-Length: 12\r\nConnection: keep-alive\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final int BODY = 12;
    private static final int ROOM = 32 << 10;

    private final BundledTypes types = BundledTypes.of("payload");
    private final MemorySegment record = Arena.ofAuto().allocate(ROOM, Long.BYTES);
    private final long partSize = types.size("payload_part");
    private final long placeSize = types.size("payload_connection");
    private final long[] places = new long[CONNECTIONS];
    private final long[] requested = new long[CONNECTIONS];
    private final long[] responded = new long[CONNECTIONS];
    private final PayloadDemultiplexer demultiplexer = new PayloadDemultiplexer(
            PayloadFormat.bind(types.btf()), new PayloadDecoder(PayloadOptions.DEFAULTS, this::take));
    private int length;
    private long events;

    /** Lays the record out. */
    @Setup
    public void fill() {
        long at = types.size("payload_sequence");
        byte type = (byte) types.constant("payload_event_type", PayloadType.PAYLOAD_SEQUENCE.constant());
        record.set(ValueLayout.JAVA_BYTE, types.offset("event_header", "type"), type);
        record.set(ValueLayout.JAVA_INT, types.offset("payload_sequence", "count"), 2 * EXCHANGES);
        for (int i = 0; i < EXCHANGES; i++) {
            int connection = i % CONNECTIONS;
            at = part(at, connection, 0, requested[connection], REQUEST.length, REQUEST);
            requested[connection] += REQUEST.length;
            int sent = types.constant("payload_flag", "PAYLOAD_SENT");
            at = part(at, connection, sent, responded[connection], RESPONSE.length + BODY, RESPONSE);
            responded[connection] += RESPONSE.length + BODY;
        }
        length = (int) at;
    }

    private long part(long at, int connection, int flags, long position, int passed, byte[] captured) {
        long bytes = at + partSize;
        if (places[connection] == 0) {
            places[connection] = bytes;
            place(bytes, connection);
            bytes += placeSize;
        }
        record.set(ValueLayout.JAVA_LONG, at + types.offset("payload_part", "time"), 1_000_000_000L + at);
        record.set(ValueLayout.JAVA_LONG, at + types.offset("payload_part", "position"), position);
        record.set(ValueLayout.JAVA_INT, at + types.offset("payload_part", "length"), passed);
        record.set(ValueLayout.JAVA_SHORT, at + types.offset("payload_part", "captured"), (short) captured.length);
        record.set(ValueLayout.JAVA_SHORT, at + types.offset("payload_part", "part_flags"), (short) flags);
        record.set(ValueLayout.JAVA_INT, at + types.offset("payload_part", "place"), (int) places[connection]);
        MemorySegment.copy(captured, 0, record, ValueLayout.JAVA_BYTE, bytes, captured.length);
        return bytes + captured.length + Long.BYTES - 1 & -Long.BYTES;
    }

    private void place(long at, int connection) {
        record.set(ValueLayout.JAVA_LONG, at + types.offset("event_header", "cookie"), 1 + connection);
        byte server = (byte) types.constant("connection_role", "ROLE_SERVER");
        record.set(ValueLayout.JAVA_BYTE, at + types.offset("connection_event", "role"), server);
        byte http1 = (byte) types.constant("payload_protocol", "PROTOCOL_HTTP1");
        record.set(ValueLayout.JAVA_BYTE, at + types.offset("payload_connection", "protocol"), http1);
        byte socket = (byte) types.constant("payload_source", "SOURCE_SOCKET");
        record.set(ValueLayout.JAVA_BYTE, at + types.offset("payload_connection", "source"), socket);
    }

    private void take(ConnectivityEvent event) {
        events += event.timestamp() > 0 ? 1 : 0;
    }

    /** {@return events so far} */
    @Benchmark
    public long exchanges() {
        long before = events;
        demultiplexer.handle(record, 0, length);
        if (events - before != EXCHANGES) {
            throw new IllegalStateException(events - before + " events of " + EXCHANGES + " exchanges");
        }
        return events;
    }
}
