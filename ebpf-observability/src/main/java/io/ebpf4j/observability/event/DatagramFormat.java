package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.observability.event.EventFormat.ConnectionFormat;
import io.ebpf4j.observability.event.EventFormat.HeaderFormat;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Where the members of UDP's records are, learned from the BTF of the object that writes them ({@code udp.h}). Immutable;
 * any thread may use it.
 */
public final class DatagramFormat {
    final HeaderFormat header;
    final ConnectionFormat connection;
    final long first;
    final long last;
    final long bytesSent;
    final long bytesReceived;
    final long datagramsSent;
    final long datagramsReceived;
    final long failures;
    final long failedError;
    final long droppedError;
    final long droppedBytes;
    final long icmpType;
    final long icmpCode;
    final long icmpProtocol;
    private final Map<DatagramType, Integer> numbers = new EnumMap<>(DatagramType.class);
    private final Map<DatagramType, Long> sizes = new EnumMap<>(DatagramType.class);

    private DatagramFormat(Btf btf) {
        header = new HeaderFormat(new StructBinding(btf, "event_header"));
        connection = new ConnectionFormat(
                new StructBinding(btf, "connection_event"),
                new Enumerators(btf, "connection_role"),
                EventFormat.flags(btf));
        StructBinding flow = new StructBinding(btf, "datagram_flow");
        first = flow.integer("first", Long.BYTES);
        last = flow.integer("last", Long.BYTES);
        bytesSent = flow.integer("bytes_sent", Long.BYTES);
        bytesReceived = flow.integer("bytes_received", Long.BYTES);
        datagramsSent = flow.integer("datagrams_sent", Long.BYTES);
        datagramsReceived = flow.integer("datagrams_received", Long.BYTES);
        failures = flow.integer("failures", Long.BYTES);
        StructBinding failed = new StructBinding(btf, "datagram_failed");
        failedError = failed.integer("error", Integer.BYTES);
        StructBinding dropped = new StructBinding(btf, "datagram_dropped");
        droppedError = dropped.integer("error", Integer.BYTES);
        droppedBytes = dropped.integer("bytes", Integer.BYTES);
        StructBinding icmp = new StructBinding(btf, "icmp_sent");
        icmpType = icmp.integer("type", Byte.BYTES);
        icmpCode = icmp.integer("code", Byte.BYTES);
        icmpProtocol = icmp.integer("protocol", Byte.BYTES);
        sizes.put(DatagramType.FLOW, flow.size());
        sizes.put(DatagramType.FAILED, failed.size());
        sizes.put(DatagramType.DROPPED, dropped.size());
        sizes.put(DatagramType.ICMP_SENT, icmp.size());
        Enumerators types = new Enumerators(btf, "udp_event_type");
        for (DatagramType type : DatagramType.values()) {
            numbers.put(type, types.value(type.constant()));
        }
    }

    /**
     * Binds the readers to an object.
     *
     * @param btf the object's own BTF
     * @return the format
     * @throws io.ebpf4j.kernel.IncompatibleException when a struct, member or constant is missing or has another width;
     *     the message prints both sides
     */
    public static DatagramFormat bind(Btf btf) {
        return new DatagramFormat(btf);
    }

    /**
     * {@return the number of a kind in the records' type byte and in the tallies}
     *
     * @param type the kind
     */
    public int number(DatagramType type) {
        return Objects.requireNonNull(numbers.get(type), "every kind is bound");
    }

    long size(DatagramType type) {
        return Objects.requireNonNull(sizes.get(type), "every kind is bound");
    }
}
