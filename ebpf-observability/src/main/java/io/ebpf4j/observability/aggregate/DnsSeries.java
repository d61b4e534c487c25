package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.protocol.DnsMessage;
import java.util.ArrayList;
import java.util.List;

/** Questions of DNS, and how long their answers took. One thread updates. */
final class DnsSeries {
    /** The bits of the types that an answer's records have. */
    static final int HAS_A = 1;

    static final int HAS_AAAA = 2;
    static final int HAS_CNAME = 4;

    private static final int TRANSACTIONS = 0;
    private static final int QUERIES = 1;
    private static final int COLUMNS = 2;

    private static final int OUTCOME_SHIFT = 2;
    private static final int TYPES_SHIFT = 4;
    private static final int ADDRESSES_SHIFT = 8;
    private static final int MOST_ADDRESSES = 255;
    private static final int TYPE_SHIFT = 16;
    private static final int CODE_SHIFT = 32;
    private static final int OTHER_TYPE = 0xffff; // reserved by RFC 6895
    private static final DnsOutcome[] OUTCOMES = DnsOutcome.values();

    private final HistogramColumns latencies =
            HistogramColumns.latency(0, Buckets.LATENCY, HistogramColumns.Exemplars.NONE);
    private final NameTable names;
    private final SeriesTable questions;
    private final SeriesTable times;

    DnsSeries(AggregateOptions options) {
        names = new NameTable(options.queries() == AggregateOptions.Part.KEPT ? options.names() : 0);
        questions = new SeriesTable(
                options.most(Family.DNS),
                COLUMNS,
                Ends.otherPair(),
                0,
                rest(2, DnsOutcome.UNANSWERED.ordinal(), 0, 0, OTHER_TYPE, -1),
                options.queries() == AggregateOptions.Part.KEPT ? NameTable.OTHER : NameTable.NONE);
        times = new SeriesTable(
                options.most(Family.DNS_LATENCY),
                latencies.end(),
                Ends.otherPair(),
                0,
                2 | (long) OTHER_TYPE << TYPE_SHIFT,
                0);
    }

    private static long rest(int reporter, int outcome, int answerTypes, int addresses, int type, int code) {
        return reporter
                | (long) outcome << OUTCOME_SHIFT
                | (long) answerTypes << TYPES_SHIFT
                | (long) addresses << ADDRESSES_SHIFT
                | (long) type << TYPE_SHIFT
                | (code + 1L) << CODE_SHIFT;
    }

    int name(String name) {
        return names.number(name);
    }

    /** Counts a question; its latency where there is one, which is where it is greater than 0. */
    void count(
            long pair,
            long addressed,
            int reporter,
            int name,
            int type,
            DnsOutcome outcome,
            int code,
            int addresses,
            int answerTypes,
            int queries,
            long latency) {
        int told = Math.min(addresses, MOST_ADDRESSES);
        questions.open(questions.row(
                pair, addressed, rest(reporter, outcome.ordinal(), answerTypes, told, type & OTHER_TYPE, code), name));
        questions.add(TRANSACTIONS, 1);
        questions.add(QUERIES, queries);
        questions.close();
        if (latency > 0) {
            times.open(times.row(pair, addressed, reporter | (long) (type & OTHER_TYPE) << TYPE_SHIFT, 0));
            latencies.record(times, latency);
            times.close();
        }
    }

    List<Snapshot.Dns> read(Ends ends) {
        List<Snapshot.Dns> all = new ArrayList<>();
        long[] row = questions.buffer();
        for (int i = 0; i < questions.rows(); i++) {
            if (!questions.isUsed(i)) {
                continue;
            }
            questions.read(i, row);
            long rest = SeriesTable.key(row, 2);
            int types = (int) (rest >>> TYPES_SHIFT);
            List<String> answerTypes = new ArrayList<>();
            if ((types & HAS_A) != 0) {
                answerTypes.add("A");
            }
            if ((types & HAS_AAAA) != 0) {
                answerTypes.add("AAAA");
            }
            if ((types & HAS_CNAME) != 0) {
                answerTypes.add("CNAME");
            }
            all.add(new Snapshot.Dns(
                    ends.key(SeriesTable.key(row, 0), SeriesTable.key(row, 1), rest),
                    names.text((int) SeriesTable.key(row, 3)),
                    type(rest),
                    OUTCOMES[(int) (rest >>> OUTCOME_SHIFT) & 3],
                    (int) (rest >> CODE_SHIFT) - 1,
                    (int) (rest >>> ADDRESSES_SHIFT) & MOST_ADDRESSES,
                    answerTypes,
                    SeriesTable.value(row, TRANSACTIONS),
                    SeriesTable.value(row, QUERIES)));
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
                        type(rest),
                        latencies.read(row)));
            }
        }
        return all;
    }

    private static String type(long rest) {
        int type = (int) (rest >>> TYPE_SHIFT) & OTHER_TYPE;
        return type == OTHER_TYPE ? NameTable.OTHER_TEXT : DnsMessage.typeName(type);
    }

    void status(List<Snapshot.FamilyStatus> all) {
        all.add(questions.status(Family.DNS.label()));
        all.add(times.status(Family.DNS_LATENCY.label()));
        all.add(names.status("dns_name"));
    }
}
