package io.ebpf4j.observability.aggregate;

import java.util.ArrayList;
import java.util.List;

/** ICMP messages, by the names that Hubble gives them, which are those of gopacket. One thread updates. */
final class IcmpSeries {
    private static final int COUNT = 0;
    private static final int COLUMNS = 1;
    private static final int FAMILY_SHIFT = 2;
    private static final int TYPE_SHIFT = 32;
    private static final int MOST_TYPES = 256;
    private static final int DESTINATION_UNREACHABLE = 3; // RFC 792

    private static final String[] UNREACHABLE = { // RFC 792 and RFC 1812, section 5.2.7.1
        "Net",
        "Host",
        "Protocol",
        "Port",
        "FragmentationNeeded",
        "SourceRoutingFailed",
        "NetUnknown",
        "HostUnknown",
        "SourceIsolated",
        "NetAdminProhibited",
        "HostAdminProhibited",
        "NetTOS",
        "HostTOS",
        "CommAdminProhibited",
        "HostPrecedence",
        "PrecedenceCutoff"
    };

    private final NameTable types = new NameTable(MOST_TYPES);
    private final SeriesTable messages;

    IcmpSeries(AggregateOptions options) {
        messages = new SeriesTable(
                options.most(Family.ICMP), COLUMNS, Ends.otherPair(), 0, 2 | (long) NameTable.OTHER << TYPE_SHIFT, 0);
    }

    /** The number of a type by type and code of ICMP for IPv4. */
    int type(int type, int code) {
        return types.number(
                switch (type) {
                    case 0 -> "EchoReply";
                    case DESTINATION_UNREACHABLE ->
                        code < UNREACHABLE.length
                                ? "DestinationUnreachable(" + UNREACHABLE[code] + ")"
                                : "DestinationUnreachable(Code:" + code + ")";
                    case 4 -> "SourceQuench";
                    case 5 -> "Redirect";
                    case 8 -> "EchoRequest";
                    case 11 -> code == 0 ? "TimeExceeded(TTLExceeded)" : "TimeExceeded(FragmentReassemblyTimeExceeded)";
                    case 12 -> "ParameterProblem";
                    default -> "Type:" + type;
                });
    }

    /** The number of the type that a socket's error came of ({@code icmp_err_convert}, net/ipv4/icmp.c). */
    int typeOfError(int error) {
        return switch (error) {
            case 111 -> type(DESTINATION_UNREACHABLE, 3); // ECONNREFUSED
            case 113 -> type(DESTINATION_UNREACHABLE, 1); // EHOSTUNREACH
            case 101 -> type(DESTINATION_UNREACHABLE, 0); // ENETUNREACH
            case 92 -> type(DESTINATION_UNREACHABLE, 2); // ENOPROTOOPT
            case 90 -> type(DESTINATION_UNREACHABLE, 4); // EMSGSIZE
            default -> types.number("DestinationUnreachable");
        };
    }

    void count(long pair, long addresses, int reporter, int family, int type) {
        messages.open(
                messages.row(pair, addresses, reporter | (long) family << FAMILY_SHIFT | (long) type << TYPE_SHIFT, 0));
        messages.add(COUNT, 1);
        messages.close();
    }

    List<Snapshot.Icmp> read(Ends ends) {
        List<Snapshot.Icmp> all = new ArrayList<>();
        long[] row = messages.buffer();
        for (int i = 0; i < messages.rows(); i++) {
            if (messages.isUsed(i)) {
                messages.read(i, row);
                long rest = SeriesTable.key(row, 2);
                all.add(new Snapshot.Icmp(
                        ends.key(SeriesTable.key(row, 0), SeriesTable.key(row, 1), rest),
                        TcpSeries.FAMILIES[(int) (rest >>> FAMILY_SHIFT) & 1],
                        types.text((int) (rest >>> TYPE_SHIFT)),
                        SeriesTable.value(row, COUNT)));
            }
        }
        return all;
    }

    void status(List<Snapshot.FamilyStatus> all) {
        all.add(messages.status(Family.ICMP.label()));
    }
}
