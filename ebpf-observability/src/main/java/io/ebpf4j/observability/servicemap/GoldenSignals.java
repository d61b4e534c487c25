package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.verdict.Distribution;
import io.ebpf4j.observability.verdict.PairWindow;
import io.ebpf4j.observability.verdict.PairWindow.End;

/**
 * How a pair of services fares, in numbers. What both ends tell of the same thing is taken once, from the end that tells more of
 * it; what each end alone can tell, as what it sent again, is added up. Times are seconds, NaN where none was measured.
 *
 * @param requestsPerSecond HTTP requests
 * @param requests how many there were
 * @param errorShare the share of them that had no answer, or one with a status of 500 or more; NaN without requests
 * @param p50 the median of their latencies
 * @param p95 their 95th percentile
 * @param p99 their 99th percentile
 * @param bytesSent payload from source to destination
 * @param bytesReceived payload back
 * @param connections connections opened
 * @param connectFailures attempts that failed
 * @param retransmits segments with data sent again, by both ends
 * @param segments segments sent, by both ends
 * @param roundTrip the median of the client's smoothed round trips, or of the server's where the client is not seen
 * @param questions questions for names, where the destination answers such
 * @param failedQuestions how many of them had no answer, or a failure
 * @param questionsP95 the 95th percentile of their latencies
 * @param reporters which ends told it: {@code client}, {@code server}, {@code both}
 */
public record GoldenSignals(
        double requestsPerSecond,
        long requests,
        double errorShare,
        double p50,
        double p95,
        double p99,
        long bytesSent,
        long bytesReceived,
        long connections,
        long connectFailures,
        long retransmits,
        long segments,
        double roundTrip,
        long questions,
        long failedQuestions,
        double questionsP95,
        String reporters) {

    /** {@return the share of segments that were sent again; NaN where none were sent} */
    public double retransmitShare() {
        return segments == 0 ? Double.NaN : (double) retransmits / segments;
    }

    static GoldenSignals of(PairWindow window) {
        End client = window.client();
        End server = window.server();
        End fuller = window.fuller();
        // The client's latency is what its user sees; the server's is told where the client's end saw less than half.
        Distribution latencies =
                client.latencies().count() * 2 >= server.latencies().count() ? client.latencies() : server.latencies();
        Distribution trips = client.roundTrips().count() > 0 ? client.roundTrips() : server.roundTrips();
        PairWindow.Names names = window.names();
        return new GoldenSignals(
                window.seconds() > 0 ? fuller.requests() / window.seconds() : 0,
                fuller.requests(),
                fuller.requests() == 0
                        ? Double.NaN
                        : (double) (fuller.serverErrors() + fuller.unanswered()) / fuller.requests(),
                latencies.quantile(0.5),
                latencies.quantile(0.95),
                latencies.quantile(0.99),
                Math.max(client.bytesSent(), server.bytesReceived()),
                Math.max(client.bytesReceived(), server.bytesSent()),
                Math.max(client.opened(), server.opened()),
                client.failedAttempts(),
                client.retransmits() + server.retransmits(),
                client.segmentsSent() + server.segmentsSent(),
                trips.quantile(0.5),
                names.questions(),
                names.unanswered() + names.failed(),
                names.latencies().quantile(0.95),
                client.isSeen() && server.isSeen() ? "both" : server.isSeen() ? "server" : "client");
    }
}
