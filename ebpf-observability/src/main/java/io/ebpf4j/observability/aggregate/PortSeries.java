package io.ebpf4j.observability.aggregate;

import java.util.ArrayList;
import java.util.List;

/** Ports that are talked to. One thread updates. */
final class PortSeries {
    static final int TCP = 0;
    static final int UDP = 1;

    private static final int COUNT = 0;
    private static final int COLUMNS = 1;
    private static final int OTHER_PROTOCOL = 3;
    private static final int PROTOCOL_SHIFT = 2;
    private static final int PORT_SHIFT = 8;
    private static final int PORT_MASK = 0xffff;

    private final SeriesTable ports;

    PortSeries(AggregateOptions options) {
        ports = new SeriesTable(options.most(Family.PORT), COLUMNS, Ends.otherPair(), 0, rest(2, OTHER_PROTOCOL, 0), 0);
    }

    private static long rest(int reporter, int protocol, int port) {
        return reporter | (long) protocol << PROTOCOL_SHIFT | (long) port << PORT_SHIFT;
    }

    int row(long pair, long addresses, int reporter, int protocol, int port) {
        return ports.row(pair, addresses, rest(reporter, protocol, port), 0);
    }

    void count(int row) {
        ports.open(row);
        ports.add(COUNT, 1);
        ports.close();
    }

    List<Snapshot.Port> read(Ends ends) {
        List<Snapshot.Port> all = new ArrayList<>();
        long[] row = ports.buffer();
        for (int i = 0; i < ports.rows(); i++) {
            if (ports.isUsed(i)) {
                ports.read(i, row);
                long rest = SeriesTable.key(row, 2);
                all.add(new Snapshot.Port(
                        ends.key(SeriesTable.key(row, 0), SeriesTable.key(row, 1), rest),
                        switch ((int) (rest >>> PROTOCOL_SHIFT) & OTHER_PROTOCOL) {
                            case TCP -> "TCP";
                            case UDP -> "UDP";
                            default -> NameTable.OTHER_TEXT;
                        },
                        (int) (rest >>> PORT_SHIFT) & PORT_MASK,
                        SeriesTable.value(row, COUNT)));
            }
        }
        return all;
    }

    void status(List<Snapshot.FamilyStatus> all) {
        all.add(ports.status(Family.PORT.label()));
    }
}
