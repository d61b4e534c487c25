package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.CloseReason;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.FailureReason;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.TcpState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What connections carried and how they fared, with the steps of a connection that a flag of TCP stands for. One thread
 * updates.
 *
 * <p>What sockets count themselves (bytes, segments, closed windows) is told again and again with ever greater numbers, by
 * sweeps and when a connection closes: what is added is the difference to what was told of the same socket before. What a
 * socket had counted before it was seen first is left out where it is older than the program; and where it may have been
 * told before and was forgotten for want of room.
 */
final class TcpSeries {
    static final String[] FAMILIES = {"IPv4", "IPv6"};

    private static final int EVENTS = 0;
    private static final int SEGMENTS_SENT = 1;
    private static final int SEGMENTS_RECEIVED = 2;
    private static final int BYTES_SENT = 3;
    private static final int BYTES_RECEIVED = 4;
    private static final int MINIMUM_ROUND_TRIP = 5;
    private static final int RETRANSMITS = 6; // three: Retransmitted.Segment
    private static final int UNSENT = 9;
    private static final int DIRECT = 10; // those before lie in the row itself: sweeps and retransmissions tell them
    private static final int OPENED = 10;
    private static final int CLOSED = 11;
    private static final int RESETS_SENT = 12;
    private static final int RESETS_RECEIVED = 13;
    private static final int ZERO_WINDOWS = 14;
    private static final int ZERO_WINDOW_NANOS = 15;
    private static final int LISTENER_DROPS = 16;
    private static final int FAILURES = 17;
    private static final FailureReason[] REASONS = FailureReason.values();

    // of each family of addresses the flags from the source and those from the destination
    private static final int FLAGS = FAILURES + REASONS.length;
    private static final String[] FLAG_NAMES = {"SYN", "SYN-ACK", "FIN", "RST"};
    private static final int SYN = 0;
    private static final int SYN_ACK = 1;
    private static final int FIN = 2;
    private static final int RST = 3;
    private static final int FORTH = 0;
    private static final int BACK = 1;

    private static final int EXEMPLAR = FLAGS + FAMILIES.length * 2 * FLAG_NAMES.length;

    private static final HistogramColumns ROUND_TRIPS = HistogramColumns.latency(
            EXEMPLAR + ExemplarWords.COLUMNS, Buckets.ROUND_TRIP, HistogramColumns.Exemplars.KEPT);
    private static final HistogramColumns CONNECTS =
            HistogramColumns.latency(ROUND_TRIPS.end(), Buckets.LATENCY, HistogramColumns.Exemplars.NONE);
    private static final HistogramColumns ACCEPTS =
            HistogramColumns.latency(CONNECTS.end(), Buckets.LATENCY, HistogramColumns.Exemplars.NONE);
    private static final HistogramColumns DURATIONS = HistogramColumns.duration(ACCEPTS.end());

    private static final long NANOS_PER_MICRO = 1_000;
    private static final long U32 = 0xffff_ffffL;

    // a sweep takes less, the next one begins later
    private static final long SWEEP_NANOS = 500_000_000;

    private final SeriesTable table;
    private final ConnectionStates states;
    private final ExemplarWords trace = new ExemplarWords();
    private long firstSweep = Long.MIN_VALUE;

    TcpSeries(AggregateOptions options) {
        table = new SeriesTable(
                options.most(Family.TCP), DIRECT, DURATIONS.end(), Ends.otherPair(), 0, Direction.UNKNOWN.ordinal(), 0);
        states = new ConnectionStates(options.connections());
    }

    int row(long pair, long addresses, int reporter) {
        return table.row(pair, addresses, reporter, 0);
    }

    /** The first word of a row's key. */
    long pair(int row) {
        return table.key(row, 0);
    }

    /** The second word of a row's key. */
    long addresses(int row) {
        return table.key(row, 1);
    }

    ConnectionStates states() {
        return states;
    }

    private static int flag(int family, int way, int flag) {
        return FLAGS + (family * 2 + way) * FLAG_NAMES.length + flag;
    }

    /** The way of what the socket itself sends: the source is the client, or who told it. */
    private static int way(int reporter) {
        return reporter == Direction.SERVER.ordinal() ? BACK : FORTH;
    }

    void connectStarted(int row, int family) {
        table.open(row);
        table.add(EVENTS, 1);
        table.add(flag(family, FORTH, SYN), 1);
        table.close();
    }

    void connected(int row, int family, long latency, long roundTripMicros) {
        table.open(row);
        table.add(EVENTS, 1);
        table.add(OPENED, 1);
        table.add(flag(family, BACK, SYN_ACK), 1);
        if (latency > 0) {
            CONNECTS.record(table, latency);
        }
        roundTrip(roundTripMicros);
        table.close();
    }

    /** A connection that is accepted had its SYN and its SYN-ACK. */
    void accepted(int row, int family, long queued) {
        table.open(row);
        table.add(EVENTS, 1);
        table.add(OPENED, 1);
        table.add(flag(family, FORTH, SYN), 1);
        table.add(flag(family, BACK, SYN_ACK), 1);
        if (queued > 0) {
            ACCEPTS.record(table, queued);
        }
        table.close();
    }

    void connectFailed(int row, FailureReason reason) {
        table.open(row);
        table.add(FAILURES + reason.ordinal(), 1);
        table.close();
    }

    void retransmitted(int row, int slot, Retransmitted.Segment segment, int segments, int error, long timestamp) {
        table.open(row);
        if (error != 0) {
            table.add(UNSENT, segments);
        } else {
            table.add(RETRANSMITS + segment.ordinal(), segments);
            if (slot != ConnectionStates.NONE) {
                states.set(slot, ConnectionStates.LAST_RETRANSMIT, timestamp);
                trace.load(states, slot);
                if (trace.isSet()) {
                    trace.write(table, EXEMPLAR, 1, timestamp);
                }
            }
        }
        table.close();
    }

    void reset(int row, int reporter, int family, ConnectionReset.Side side) {
        table.open(row);
        table.add(EVENTS, 1);
        boolean sent = side == ConnectionReset.Side.THIS_END;
        table.add(sent ? RESETS_SENT : RESETS_RECEIVED, 1);
        table.add(flag(family, sent ? way(reporter) : 1 - way(reporter), RST), 1);
        table.close();
    }

    /** What a live socket has counted so far. */
    void sample(
            int row,
            int slot,
            Direction direction,
            long timestamp,
            long age,
            long bytesSent,
            long bytesReceived,
            int segmentsSent,
            int segmentsReceived,
            long zeroWindowNanos,
            int zeroWindows,
            long roundTripMicros,
            long minimumRoundTripMicros) {
        if (slot == ConnectionStates.NONE || states.isClosed(slot)) {
            return; // told later than its end: that said more
        }
        table.open(row);
        traffic(
                slot,
                isHistory(slot, direction, timestamp, age),
                timestamp,
                bytesSent,
                bytesReceived,
                segmentsSent,
                segmentsReceived,
                zeroWindowNanos,
                zeroWindows,
                roundTripMicros,
                minimumRoundTripMicros);
        table.close();
    }

    /** What a socket counted in its life. */
    void closed(
            int row,
            int slot,
            Direction direction,
            int family,
            TcpState before,
            CloseReason reason,
            long timestamp,
            long duration,
            long bytesSent,
            long bytesReceived,
            int segmentsSent,
            int segmentsReceived,
            long zeroWindowNanos,
            int zeroWindows,
            long roundTripMicros,
            long minimumRoundTripMicros) {
        if (slot != ConnectionStates.NONE && states.isClosed(slot)) {
            return;
        }
        int way = way(direction.ordinal());
        table.open(row);
        table.add(EVENTS, 1);
        table.add(CLOSED, 1);
        if (hasSentFin(before)) {
            table.add(flag(family, way, FIN), 1);
        }
        if (hasReceivedFin(before, reason)) {
            table.add(flag(family, 1 - way, FIN), 1);
        }
        if (duration > 0) {
            DURATIONS.record(table, duration);
        }
        if (slot != ConnectionStates.NONE) {
            traffic(
                    slot,
                    isHistory(slot, direction, timestamp, duration),
                    timestamp,
                    bytesSent,
                    bytesReceived,
                    segmentsSent,
                    segmentsReceived,
                    zeroWindowNanos,
                    zeroWindows,
                    roundTripMicros,
                    minimumRoundTripMicros);
            states.closed(slot);
        }
        table.close();
    }

    private static boolean hasSentFin(TcpState before) {
        return switch (before) {
            case FIN_WAIT1, FIN_WAIT2, TIME_WAIT, LAST_ACK, CLOSING -> true;
            case UNKNOWN, ESTABLISHED, SYN_SENT, SYN_RECV, CLOSE, CLOSE_WAIT, LISTEN -> false;
        };
    }

    private static boolean hasReceivedFin(TcpState before, CloseReason reason) {
        return switch (before) {
            case TIME_WAIT, LAST_ACK, CLOSING, CLOSE_WAIT -> true;
            case FIN_WAIT2 -> reason == CloseReason.FINISHED;
            case UNKNOWN, ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, CLOSE, LISTEN -> false;
        };
    }

    /** Whether what a socket counted before it was seen first is not to be added. */
    private boolean isHistory(int slot, Direction direction, long timestamp, long age) {
        return states.isNew(slot)
                && (direction == Direction.UNKNOWN
                        || states.lastEviction() != Long.MIN_VALUE
                                && (age == 0 || timestamp - age <= states.lastEviction()));
    }

    private void traffic(
            int slot,
            boolean isHistory,
            long timestamp,
            long bytesSent,
            long bytesReceived,
            int segmentsSent,
            int segmentsReceived,
            long zeroWindowNanos,
            int zeroWindows,
            long roundTripMicros,
            long minimumRoundTripMicros) {
        long segments = states.get(slot, ConnectionStates.SEGMENTS);
        int received = segmentsReceived - (int) (segments >>> 32); // the kernel's counters have 32 bits and begin anew
        int sent = segmentsSent - (int) segments;
        if (!isHistory) {
            if (received != 0 || sent != 0) {
                table.add(EVENTS, 1);
                table.add(SEGMENTS_SENT, sent & U32);
                table.add(SEGMENTS_RECEIVED, received & U32);
                add(BYTES_SENT, slot, ConnectionStates.BYTES_SENT, bytesSent);
                add(BYTES_RECEIVED, slot, ConnectionStates.BYTES_RECEIVED, bytesReceived);
            }
            if (zeroWindows != 0) {
                table.add(ZERO_WINDOWS, Math.max(0, zeroWindows - states.zeroWindows(slot)));
                add(ZERO_WINDOW_NANOS, slot, ConnectionStates.ZERO_WINDOW_NANOS, zeroWindowNanos);
            }
        }
        if (received != 0) { // an idle connection's round trip is not told again
            if (roundTripMicros > 0) {
                trace.load(states, slot);
                ROUND_TRIPS.record(table, roundTripMicros * NANOS_PER_MICRO, trace, timestamp);
            }
            minimum(minimumRoundTripMicros);
        }
        states.set(slot, ConnectionStates.SEGMENTS, (long) segmentsReceived << 32 | segmentsSent & U32);
        states.set(slot, ConnectionStates.BYTES_SENT, bytesSent);
        states.set(slot, ConnectionStates.BYTES_RECEIVED, bytesReceived);
        states.set(slot, ConnectionStates.ZERO_WINDOW_NANOS, zeroWindowNanos);
        states.seen(slot, zeroWindows);
    }

    /** A number that is smaller than before was read before: records of two CPUs may overtake each other. */
    private void add(int column, int slot, int word, long total) {
        table.add(column, Math.max(0, total - states.get(slot, word)));
    }

    private void roundTrip(long micros) {
        if (micros > 0) {
            ROUND_TRIPS.record(table, micros * NANOS_PER_MICRO);
        }
    }

    private void minimum(long micros) {
        long nanos = micros * NANOS_PER_MICRO;
        long least = table.get(MINIMUM_ROUND_TRIP);
        if (nanos > 0 && (least == 0 || nanos < least)) {
            table.set(MINIMUM_ROUND_TRIP, nanos);
        }
    }

    /** What a listener has turned away so far. What it had when the first sweep found it is history. */
    void listener(int row, int slot, long drops, long timestamp) {
        if (firstSweep == Long.MIN_VALUE) {
            firstSweep = timestamp;
        }
        if (slot == ConnectionStates.NONE) {
            return;
        }
        boolean history =
                states.isNew(slot) && (timestamp - firstSweep < SWEEP_NANOS || states.lastEviction() != Long.MIN_VALUE);
        long more = history ? 0 : drops - states.get(slot, ConnectionStates.BYTES_SENT) & U32;
        states.set(slot, ConnectionStates.BYTES_SENT, drops);
        states.seen(slot);
        if (more > 0) {
            table.open(row);
            table.add(LISTENER_DROPS, more);
            table.close();
        }
    }

    /** The connection carried a traced request: what is sent again from now on, or was since it began, is on its way. */
    void traced(long cookie, ExemplarWords request, long began) {
        int slot = states.find(cookie);
        if (slot == ConnectionStates.NONE) {
            return;
        }
        request.store(states, slot);
        long again = states.get(slot, ConnectionStates.LAST_RETRANSMIT);
        if (again != 0 && again >= began) {
            table.open((int) states.get(slot, ConnectionStates.ROW));
            request.write(table, EXEMPLAR, 1, again);
            table.close();
        }
    }

    List<Snapshot.Tcp> read(Ends ends, FlowCounts flows, FlagCounts flags) {
        List<Snapshot.Tcp> all = new ArrayList<>();
        long[] row = table.buffer();
        for (int i = 0; i < table.rows(); i++) {
            if (table.isUsed(i)) {
                table.read(i, row);
                FlowKey key = ends.key(SeriesTable.key(row, 0), SeriesTable.key(row, 1), SeriesTable.key(row, 2));
                all.add(read(key, row));
                flows.add(
                        key,
                        "Trace",
                        key.reporter() == Direction.SERVER ? "to-endpoint" : "to-stack",
                        "FORWARDED",
                        "TCP",
                        SeriesTable.value(row, EVENTS));
                readFlags(ends, row, key, flags);
            }
        }
        return all;
    }

    private static void readFlags(Ends ends, long[] row, FlowKey key, FlagCounts flags) {
        FlowKey back = ends.key(
                Ends.exchanged(SeriesTable.key(row, 0)),
                Ends.exchanged(SeriesTable.key(row, 1)),
                SeriesTable.key(row, 2));
        for (int family = 0; family < FAMILIES.length; family++) {
            for (int flag = 0; flag < FLAG_NAMES.length; flag++) {
                flags.add(key, FLAG_NAMES[flag], FAMILIES[family], SeriesTable.value(row, flag(family, FORTH, flag)));
                flags.add(back, FLAG_NAMES[flag], FAMILIES[family], SeriesTable.value(row, flag(family, BACK, flag)));
            }
        }
    }

    private static Snapshot.Tcp read(FlowKey key, long[] row) {
        Map<FailureReason, Long> failures = new EnumMap<>(FailureReason.class);
        for (FailureReason reason : REASONS) {
            long count = SeriesTable.value(row, FAILURES + reason.ordinal());
            if (count > 0) {
                failures.put(reason, count);
            }
        }
        return new Snapshot.Tcp(
                key,
                SeriesTable.value(row, OPENED),
                SeriesTable.value(row, CLOSED),
                failures,
                SeriesTable.value(row, BYTES_SENT),
                SeriesTable.value(row, BYTES_RECEIVED),
                SeriesTable.value(row, SEGMENTS_SENT),
                SeriesTable.value(row, SEGMENTS_RECEIVED),
                SeriesTable.value(row, RETRANSMITS + Retransmitted.Segment.DATA.ordinal()),
                SeriesTable.value(row, RETRANSMITS + Retransmitted.Segment.SYN.ordinal()),
                SeriesTable.value(row, RETRANSMITS + Retransmitted.Segment.SYN_ACK.ordinal()),
                SeriesTable.value(row, UNSENT),
                SeriesTable.value(row, RESETS_SENT),
                SeriesTable.value(row, RESETS_RECEIVED),
                SeriesTable.value(row, ZERO_WINDOWS),
                SeriesTable.value(row, ZERO_WINDOW_NANOS),
                SeriesTable.value(row, LISTENER_DROPS),
                SeriesTable.value(row, MINIMUM_ROUND_TRIP),
                ROUND_TRIPS.read(row),
                CONNECTS.read(row),
                ACCEPTS.read(row),
                DURATIONS.read(row),
                ExemplarWords.read(row, EXEMPLAR).stream().toList());
    }

    void status(List<Snapshot.FamilyStatus> all) {
        all.add(table.status(Family.TCP.label()));
    }
}
