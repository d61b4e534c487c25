package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.DropClass;
import java.util.ArrayList;
import java.util.List;

/** Packets that the kernel dropped. One thread updates. */
final class DropSeries {
    private static final int PACKETS = 0;
    private static final int BYTES = 1;
    private static final int COLUMNS = 2;

    private static final int CLASS_SHIFT = 2;
    private static final int PROTOCOL_SHIFT = 8;
    private static final int PROTOCOL_MASK = 0x1ff;
    private static final int OTHER_PROTOCOL = 256;
    private static final int REASON_SHIFT = 32;
    private static final int MOST_REASONS = 512; // Linux 6.18 has some 120, subsystems have some of their own
    private static final DropClass[] CLASSES = DropClass.values();

    private final NameTable reasons = new NameTable(MOST_REASONS);
    private final SeriesTable drops;

    DropSeries(AggregateOptions options) {
        drops = new SeriesTable(
                options.most(Family.DROP),
                COLUMNS,
                Ends.otherPair(),
                0,
                rest(2, DropClass.UNEXPLAINED, OTHER_PROTOCOL, NameTable.OTHER),
                0);
    }

    private static long rest(int reporter, DropClass dropClass, int protocol, int reason) {
        return reporter
                | (long) dropClass.ordinal() << CLASS_SHIFT
                | (long) protocol << PROTOCOL_SHIFT
                | (long) reason << REASON_SHIFT;
    }

    int reason(String reason) {
        return reasons.number(reason);
    }

    void count(long pair, long addresses, int reporter, int reason, DropClass dropClass, int protocol, int bytes) {
        drops.open(drops.row(pair, addresses, rest(reporter, dropClass, protocol & 0xff, reason), 0));
        drops.add(PACKETS, 1);
        drops.add(BYTES, bytes);
        drops.close();
    }

    List<Snapshot.Drop> read(Ends ends) {
        List<Snapshot.Drop> all = new ArrayList<>();
        long[] row = drops.buffer();
        for (int i = 0; i < drops.rows(); i++) {
            if (drops.isUsed(i)) {
                drops.read(i, row);
                long rest = SeriesTable.key(row, 2);
                all.add(new Snapshot.Drop(
                        ends.key(SeriesTable.key(row, 0), SeriesTable.key(row, 1), rest),
                        reasons.text((int) (rest >>> REASON_SHIFT)),
                        CLASSES[(int) (rest >>> CLASS_SHIFT) & 3],
                        protocol((int) (rest >>> PROTOCOL_SHIFT) & PROTOCOL_MASK),
                        SeriesTable.value(row, PACKETS),
                        SeriesTable.value(row, BYTES)));
            }
        }
        return all;
    }

    /** Assigned numbers of IP, in Hubble's spelling. */
    private static String protocol(int number) {
        return switch (number) {
            case 1 -> "ICMPv4";
            case 6 -> "TCP";
            case 17 -> "UDP";
            case 58 -> "ICMPv6";
            case 132 -> "SCTP";
            case OTHER_PROTOCOL -> NameTable.OTHER_TEXT;
            default -> Integer.toString(number);
        };
    }

    void status(List<Snapshot.FamilyStatus> all) {
        all.add(drops.status(Family.DROP.label()));
    }
}
