package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.aggregate.Histogram;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.verdict.JourneyCounts.Cause;
import io.ebpf4j.observability.verdict.PairWindow.End;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A window of a pair, as a test writes it down. */
final class WindowDraft {
    static final Identity CLIENT = new NameIdentity("client.test");
    static final Identity SERVER = new NameIdentity("server.test");

    final EndDraft client = new EndDraft();
    final EndDraft server = new EndDraft();
    private final Map<String, Long> drops = new TreeMap<>();
    private PairWindow.Names names = PairWindow.Names.NONE;
    private double seconds = 60;
    private long listenerDrops;
    private long lost;

    static final class EndDraft {
        private final Map<Integer, Long> statuses = new TreeMap<>();
        private final Map<FailureReason, Long> failures = new EnumMap<>(FailureReason.class);
        private final Map<Cause, Long> causes = new HashMap<>();
        private List<Double> latencies = List.of();
        private List<Double> roundTrips = List.of();
        private List<Double> queue = List.of();
        private long opened;
        private long segments;
        private long retransmits;
        private long syns;
        private long unsent;
        private double zeroWindow;
        private long journeys;
        private double stall;
        private long resolutions;
        private double resolutionSeconds;

        EndDraft answers(int status, long count) {
            statuses.merge(status, count, Long::sum);
            return this;
        }

        /** Latencies around a median, in seconds, as many as there are answers: spread by a fifth. */
        EndDraft latency(double median) {
            latencies = around(
                    median,
                    statuses.values().stream().mapToLong(Long::longValue).sum());
            return this;
        }

        EndDraft latencies(List<Double> seconds) {
            latencies = seconds;
            return this;
        }

        EndDraft roundTrip(double median) {
            roundTrips = around(median, 50);
            return this;
        }

        EndDraft queue(double median) {
            queue = around(median, 30);
            return this;
        }

        EndDraft opened(long count) {
            opened = count;
            return this;
        }

        EndDraft failed(FailureReason reason, long count) {
            failures.put(reason, count);
            return this;
        }

        EndDraft segments(long sent, long again) {
            segments = sent;
            retransmits = again;
            return this;
        }

        EndDraft syns(long again) {
            syns = again;
            return this;
        }

        EndDraft unsent(long count) {
            unsent = count;
            return this;
        }

        EndDraft zeroWindow(double closed) {
            zeroWindow = closed;
            return this;
        }

        EndDraft journeys(long count) {
            journeys = count;
            return this;
        }

        EndDraft cause(Fault fault, Side side, long count) {
            causes.put(new Cause(fault, side), count);
            return this;
        }

        EndDraft stall(double all) {
            stall = all;
            return this;
        }

        EndDraft resolutions(long count, double all) {
            resolutions = count;
            resolutionSeconds = all;
            return this;
        }

        End end() {
            return new End(
                    statuses.values().stream().mapToLong(Long::longValue).sum(),
                    statuses,
                    distribution(latencies),
                    opened,
                    opened,
                    failures,
                    segments * 800,
                    segments * 800,
                    segments,
                    retransmits,
                    syns,
                    unsent,
                    0,
                    0,
                    zeroWindow,
                    distribution(roundTrips),
                    Distribution.EMPTY,
                    distribution(queue),
                    new JourneyCounts(journeys, causes, 0, stall, resolutions, resolutionSeconds, List.of()));
        }
    }

    WindowDraft drops(String reason, long count) {
        drops.put(reason, count);
        return this;
    }

    WindowDraft listenerDrops(long count) {
        listenerDrops = count;
        return this;
    }

    WindowDraft lost(long count) {
        lost = count;
        return this;
    }

    WindowDraft seconds(double length) {
        seconds = length;
        return this;
    }

    WindowDraft names(long questions, long unanswered, long failed, long nonExistent, double median) {
        names = new PairWindow.Names(
                questions, unanswered, failed, nonExistent, distribution(around(median, questions - unanswered)));
        return this;
    }

    PairWindow window() {
        return new PairWindow(CLIENT, SERVER, seconds, client.end(), server.end(), names, drops, listenerDrops, lost);
    }

    static List<Double> around(double median, long count) {
        Random random = new Random(17);
        List<Double> values = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            values.add(median * (0.8 + 0.4 * random.nextDouble()));
        }
        return values;
    }

    static Distribution distribution(List<Double> values) {
        return Distribution.of(List.of(histogram(values, 4)));
    }

    /** Buckets by their definition: (2^(i/2^scale), 2^((i+1)/2^scale)] is index i. */
    static Histogram histogram(List<Double> values, int scale) {
        TreeMap<Integer, Long> buckets = new TreeMap<>();
        double sum = 0;
        for (double value : values) {
            int index = (int) Math.ceil(Math.log(value) / Math.log(2) * Math.pow(2, scale)) - 1;
            buckets.merge(index, 1L, Long::sum);
            sum += value;
        }
        List<Long> counts = new ArrayList<>();
        int offset = buckets.isEmpty() ? 0 : buckets.firstKey();
        for (int i = offset; !buckets.isEmpty() && i <= buckets.lastKey(); i++) {
            counts.add(buckets.getOrDefault(i, 0L));
        }
        return new Histogram(
                List.of(),
                List.of((long) values.size()),
                values.size(),
                sum,
                new Histogram.Exponential(scale, 0, offset, counts),
                List.of());
    }
}
