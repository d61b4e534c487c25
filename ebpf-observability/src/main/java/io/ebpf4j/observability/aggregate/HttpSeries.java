package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.protocol.HttpExchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Requests, and how long their answers took. One thread updates. */
final class HttpSeries {
    private static final int REQUESTS = 0;
    private static final int REQUEST_BYTES = 1;
    private static final int RESPONSE_BYTES = 2;
    private static final int EXEMPLAR = 3;
    private static final int COLUMNS = EXEMPLAR + ExemplarWords.COLUMNS;

    private static final int METHOD_SHIFT = 8;
    private static final int STATUS_SHIFT = 32;
    private static final int OTHER_PROTOCOL = 15;
    private static final HttpExchange.Protocol[] PROTOCOLS = HttpExchange.Protocol.values();

    // RFC 9110, section 9, and RFC 5789
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
    private static final String OTHER_METHOD = "_OTHER"; // OpenTelemetry's name

    private final HistogramColumns latencies =
            HistogramColumns.latency(0, Buckets.LATENCY, HistogramColumns.Exemplars.KEPT);
    private final NameTable methods = new NameTable(METHODS.size() + 1);
    private final NameTable routes;
    private final SeriesTable requests;
    private final SeriesTable times;

    HttpSeries(AggregateOptions options) {
        routes = new NameTable(options.routes() == AggregateOptions.Part.KEPT ? options.most(Family.HTTP) : 0);
        requests = new SeriesTable(
                options.most(Family.HTTP),
                COLUMNS,
                Ends.otherPair(),
                0,
                rest(2, OTHER_PROTOCOL, NameTable.OTHER, 0),
                options.routes() == AggregateOptions.Part.KEPT ? NameTable.OTHER : NameTable.NONE);
        times = new SeriesTable(
                options.most(Family.HTTP_LATENCY),
                latencies.end(),
                Ends.otherPair(),
                0,
                2 | NameTable.OTHER << METHOD_SHIFT,
                0);
    }

    private static long rest(int reporter, int protocol, int method, int status) {
        return reporter
                | (long) protocol << Ends.REPORTER_BITS
                | (long) method << METHOD_SHIFT
                | (status + 1L) << STATUS_SHIFT;
    }

    int method(String method) {
        return methods.number(method.isEmpty() || METHODS.contains(method) ? method : OTHER_METHOD);
    }

    int route(String route) {
        return routes.number(route);
    }

    /** Counts a request; its latency where there is one, which is where it is greater than 0. */
    void count(
            long pair,
            long addresses,
            int reporter,
            int method,
            HttpExchange.@Nullable Protocol protocol,
            int status,
            int route,
            long requestBytes,
            long responseBytes,
            long latency,
            ExemplarWords trace,
            long timestamp) {
        int number = protocol == null ? 0 : protocol.ordinal() + 1;
        requests.open(requests.row(pair, addresses, rest(reporter, number, method, status), route));
        requests.add(REQUESTS, 1);
        requests.add(REQUEST_BYTES, requestBytes);
        requests.add(RESPONSE_BYTES, responseBytes);
        if (trace.isSet()) {
            trace.write(requests, EXEMPLAR, latency, timestamp);
        }
        requests.close();
        if (latency > 0) {
            times.open(times.row(pair, addresses, reporter | (long) method << METHOD_SHIFT, 0));
            latencies.record(times, latency, trace, timestamp);
            times.close();
        }
    }

    List<Snapshot.Http> read(Ends ends) {
        List<Snapshot.Http> all = new ArrayList<>();
        long[] row = requests.buffer();
        for (int i = 0; i < requests.rows(); i++) {
            if (!requests.isUsed(i)) {
                continue;
            }
            requests.read(i, row);
            long rest = SeriesTable.key(row, 2);
            int protocol = (int) (rest >>> Ends.REPORTER_BITS) & OTHER_PROTOCOL;
            all.add(new Snapshot.Http(
                    ends.key(SeriesTable.key(row, 0), SeriesTable.key(row, 1), rest),
                    methods.text((int) (rest >>> METHOD_SHIFT) & 0xffff),
                    protocol == 0
                            ? ""
                            : protocol == OTHER_PROTOCOL ? NameTable.OTHER_TEXT : PROTOCOLS[protocol - 1].toString(),
                    (int) (rest >> STATUS_SHIFT) - 1,
                    routes.text((int) SeriesTable.key(row, 3)),
                    SeriesTable.value(row, REQUESTS),
                    SeriesTable.value(row, REQUEST_BYTES),
                    SeriesTable.value(row, RESPONSE_BYTES),
                    ExemplarWords.readSeconds(row, EXEMPLAR).stream().toList()));
        }
        return all;
    }

    List<Snapshot.Latency> readLatencies(Ends ends) {
        List<Snapshot.Latency> all = new ArrayList<>();
        long[] row = times.buffer();
        for (int i = 0; i < times.rows(); i++) {
            if (times.isUsed(i)) {
                times.read(i, row);
                long rest = SeriesTable.key(row, 2);
                all.add(new Snapshot.Latency(
                        ends.key(SeriesTable.key(row, 0), SeriesTable.key(row, 1), rest),
                        methods.text((int) (rest >>> METHOD_SHIFT) & 0xffff),
                        latencies.read(row)));
            }
        }
        return all;
    }

    void status(List<Snapshot.FamilyStatus> all) {
        all.add(requests.status(Family.HTTP.label()));
        all.add(times.status(Family.HTTP_LATENCY.label()));
    }
}
