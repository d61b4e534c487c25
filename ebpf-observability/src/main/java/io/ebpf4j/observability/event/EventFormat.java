package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where the members of the records are and which numbers the kinds have, learned from the BTF of the object that writes
 * them. Immutable; any thread may use it.
 */
public final class EventFormat {
    final HeaderFormat header;
    final ConnectionFormat connection;
    final ConnectedFormat connected;
    final ConnectFailedFormat connectFailed;
    final AcceptedFormat accepted;
    final ClosedFormat closed;
    final long connectStartedSize;
    private final Map<EventType, Integer> numbers = new EnumMap<>(EventType.class);

    private EventFormat(Btf btf) {
        header = new HeaderFormat(new StructBinding(btf, "event_header"));
        StructBinding common = new StructBinding(btf, "connection_event");
        connection = new ConnectionFormat(common, new Enumerators(btf, "connection_role"), flags(btf));
        connectStartedSize = new StructBinding(btf, "connect_started").size();
        connected = new ConnectedFormat(new StructBinding(btf, "connected"));
        connectFailed = new ConnectFailedFormat(new StructBinding(btf, "connect_failed"));
        accepted = new AcceptedFormat(new StructBinding(btf, "accepted"));
        closed = new ClosedFormat(new StructBinding(btf, "closed"));
        Enumerators types = new Enumerators(btf, "event_type");
        for (EventType type : EventType.values()) {
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
    public static EventFormat bind(Btf btf) {
        return new EventFormat(btf);
    }

    /**
     * {@return the number of a kind in the records' type byte and in the tallies}
     *
     * @param type the kind
     */
    public int number(EventType type) {
        Integer number = numbers.get(type);
        if (number == null) {
            throw new IllegalStateException("every kind is bound: " + type);
        }
        return number;
    }

    /** {@return bytes of a record of that kind} */
    long size(EventType type) {
        return switch (type) {
            case CONNECT_STARTED -> connectStartedSize;
            case CONNECTED -> connected.size;
            case CONNECT_FAILED -> connectFailed.size;
            case ACCEPTED -> accepted.size;
            case CLOSED -> closed.size;
        };
    }

    static FlagBits flags(Btf btf) {
        Enumerators flags = new Enumerators(btf, "connection_flag");
        return new FlagBits(
                flags.value("RESET_RECEIVED"),
                flags.value("FIN_RECEIVED"),
                flags.value("FIN_ACKED"),
                flags.value("FAILED_LOCALLY"));
    }

    record FlagBits(int resetReceived, int finReceived, int finAcked, int failedLocally) {}

    /** struct event_header. */
    static final class HeaderFormat {
        final long size;
        final long type;
        final long length;
        final long cpu;
        final long timestamp;
        final long cookie;

        HeaderFormat(StructBinding header) {
            size = header.size();
            type = header.integer("type", Byte.BYTES);
            length = header.integer("length", Short.BYTES);
            cpu = header.integer("cpu", Integer.BYTES);
            timestamp = header.integer("timestamp", Long.BYTES);
            cookie = header.integer("cookie", Long.BYTES);
        }
    }

    /** struct connection_event, the beginning of every record of a connection. */
    static final class ConnectionFormat {
        static final int COMM = 16; // TASK_COMM_LEN, include/linux/sched.h
        static final int ADDRESS = 16;

        final long localAddress;
        final long remoteAddress;
        final long localPort;
        final long remotePort;
        final long netns;
        final long cgroup;
        final long pid;
        final long uid;
        final long started;
        final long comm;
        final long role;
        final long state;
        final long flags;
        final int client;
        final int server;
        final FlagBits bits;

        ConnectionFormat(StructBinding common, Enumerators roles, FlagBits bits) {
            localAddress = common.bytes("local_address", ADDRESS);
            remoteAddress = common.bytes("remote_address", ADDRESS);
            localPort = common.integer("local_port", Short.BYTES);
            remotePort = common.integer("remote_port", Short.BYTES);
            netns = common.integer("netns", Integer.BYTES);
            cgroup = common.integer("cgroup", Long.BYTES);
            pid = common.integer("process.pid", Integer.BYTES);
            uid = common.integer("process.uid", Integer.BYTES);
            started = common.integer("process.started", Long.BYTES);
            comm = common.bytes("process.comm", COMM);
            role = common.integer("role", Byte.BYTES);
            state = common.integer("state", Byte.BYTES);
            flags = common.integer("flags", Short.BYTES);
            client = roles.value(Direction.CLIENT.constant());
            server = roles.value(Direction.SERVER.constant());
            this.bits = bits;
        }
    }

    /** struct connected. */
    static final class ConnectedFormat {
        final long size;
        final long started;
        final long synRetransmits;
        final long srtt;

        ConnectedFormat(StructBinding struct) {
            size = struct.size();
            started = struct.integer("started", Long.BYTES);
            synRetransmits = struct.integer("syn_retransmits", Integer.BYTES);
            srtt = struct.integer("srtt", Integer.BYTES);
        }
    }

    /** struct connect_failed. */
    static final class ConnectFailedFormat {
        final long size;
        final long started;
        final long error;
        final long synRetransmits;
        final long unsentRetransmits;

        ConnectFailedFormat(StructBinding struct) {
            size = struct.size();
            started = struct.integer("started", Long.BYTES);
            error = struct.integer("error", Integer.BYTES);
            synRetransmits = struct.integer("syn_retransmits", Integer.BYTES);
            unsentRetransmits = struct.integer("unsent_retransmits", Integer.BYTES);
        }
    }

    /** struct accepted. */
    static final class AcceptedFormat {
        final long size;
        final long established;

        AcceptedFormat(StructBinding struct) {
            size = struct.size();
            established = struct.integer("established", Long.BYTES);
        }
    }

    /** struct closed. */
    static final class ClosedFormat {
        final long size;
        final long started;
        final long established;
        final long bytesSent;
        final long bytesAcked;
        final long bytesReceived;
        final long bytesRetransmitted;
        final long error;
        final long segmentsSent;
        final long segmentsReceived;
        final long dataSegmentsSent;
        final long dataSegmentsReceived;
        final long retransmits;
        final long synRetransmits;
        final long unsentRetransmits;
        final long delivered;
        final long lost;
        final long srtt;
        final long rttDeviation;
        final long rttMinimum;

        ClosedFormat(StructBinding struct) {
            size = struct.size();
            started = struct.integer("started", Long.BYTES);
            established = struct.integer("established", Long.BYTES);
            bytesSent = struct.integer("bytes_sent", Long.BYTES);
            bytesAcked = struct.integer("bytes_acked", Long.BYTES);
            bytesReceived = struct.integer("bytes_received", Long.BYTES);
            bytesRetransmitted = struct.integer("bytes_retransmitted", Long.BYTES);
            error = struct.integer("error", Integer.BYTES);
            segmentsSent = struct.integer("segments_sent", Integer.BYTES);
            segmentsReceived = struct.integer("segments_received", Integer.BYTES);
            dataSegmentsSent = struct.integer("data_segments_sent", Integer.BYTES);
            dataSegmentsReceived = struct.integer("data_segments_received", Integer.BYTES);
            retransmits = struct.integer("retransmits", Integer.BYTES);
            synRetransmits = struct.integer("syn_retransmits", Integer.BYTES);
            unsentRetransmits = struct.integer("unsent_retransmits", Integer.BYTES);
            delivered = struct.integer("delivered", Integer.BYTES);
            lost = struct.integer("lost", Integer.BYTES);
            srtt = struct.integer("srtt", Integer.BYTES);
            rttDeviation = struct.integer("rtt_deviation", Integer.BYTES);
            rttMinimum = struct.integer("rtt_minimum", Integer.BYTES);
        }
    }
}
