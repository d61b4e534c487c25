package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.protocol.TraceContext;
import java.util.Optional;

/**
 * A trace as numbers, and how an exemplar lies in a series: five words, the time last, 0 where there is none. One thread
 * uses it.
 */
final class ExemplarWords {
    /** Words of an exemplar. */
    static final int COLUMNS = 5;

    private static final int LONG_DIGITS = 32;
    private static final int DIGITS = 16;
    private static final int HEX = 16;
    private static final double NANOS = 1e9;

    private long high;
    private long low;
    private long span;
    private int shortTrace; // 1 where the trace has 16 digits
    private long since; // when it was set, 0 while there is no trace

    /** Whether there is a trace. */
    boolean isSet() {
        return since != 0;
    }

    void clear() {
        since = 0;
    }

    /**
     * Takes a trace if it leads somewhere: the sender did not say that it drops it.
     *
     * @return whether it was taken; otherwise there is no trace now
     */
    boolean set(Optional<TraceContext> context, long timestamp) {
        clear();
        if (context.isEmpty() || context.get().sampling() == TraceContext.Sampling.NOT_SAMPLED) {
            return false;
        }
        TraceContext trace = context.get();
        String id = trace.traceId();
        if (id.length() != DIGITS && id.length() != LONG_DIGITS) {
            return false;
        }
        try {
            shortTrace = id.length() == DIGITS ? 1 : 0;
            high = shortTrace == 1 ? 0 : Long.parseUnsignedLong(id, 0, DIGITS, HEX);
            low = Long.parseUnsignedLong(id, id.length() - DIGITS, id.length(), HEX);
            span = trace.spanId().isEmpty()
                    ? 0
                    : Long.parseUnsignedLong(trace.spanId(), 0, trace.spanId().length(), HEX);
        } catch (NumberFormatException notHexadecimal) {
            return false; // a context that no header was read to; it leads nowhere
        }
        since = Math.max(1, timestamp);
        return true;
    }

    /** Keeps the trace in the state of a connection. */
    void store(ConnectionStates states, int slot) {
        states.more(slot, ConnectionStates.TRACE, high);
        states.more(slot, ConnectionStates.TRACE + 1, low);
        states.more(slot, ConnectionStates.TRACE + 2, span);
        states.more(slot, ConnectionStates.TRACE + 3, since << 1 | shortTrace);
        states.traced(slot);
    }

    /** Takes the trace of a connection, if it has one. */
    void load(ConnectionStates states, int slot) {
        if (!states.isTraced(slot)) {
            clear();
            return;
        }
        long last = states.more(slot, ConnectionStates.TRACE + 3);
        since = last >>> 1;
        high = states.more(slot, ConnectionStates.TRACE);
        low = states.more(slot, ConnectionStates.TRACE + 1);
        span = states.more(slot, ConnectionStates.TRACE + 2);
        shortTrace = (int) last & 1;
    }

    /** Writes the trace with a value to the row that is being updated. */
    void write(SeriesTable table, int column, long value, long timestamp) {
        table.set(column, high);
        table.set(column + 1, low);
        table.set(column + 2, span);
        table.set(column + 3, value << 1 | shortTrace);
        table.set(column + 4, Math.max(1, timestamp));
    }

    /** The exemplar in a row that was read, its value as it was written. */
    static Optional<Exemplar> read(long[] row, int column) {
        return read(row, column, 1);
    }

    /** The exemplar in a row that was read, its value in seconds. */
    static Optional<Exemplar> readSeconds(long[] row, int column) {
        return read(row, column, NANOS);
    }

    private static Optional<Exemplar> read(long[] row, int column, double unit) {
        long timestamp = SeriesTable.value(row, column + 4);
        if (timestamp == 0) {
            return Optional.empty();
        }
        long value = SeriesTable.value(row, column + 3);
        long spanId = SeriesTable.value(row, column + 2);
        String low = digits(SeriesTable.value(row, column + 1));
        return Optional.of(new Exemplar(
                (value >> 1) / unit,
                (value & 1) == 1 ? low : digits(SeriesTable.value(row, column)) + low,
                spanId == 0 ? "" : digits(spanId),
                timestamp));
    }

    private static String digits(long number) {
        String hex = Long.toHexString(number);
        return "0".repeat(DIGITS - hex.length()) + hex;
    }
}
