package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where the members of the records are and which numbers the kinds have, learned from the BTF of the object that writes
 * them. Immutable; any thread may use it.
 */
public final class EventFormat {
    /** The kernel's enum of reasons for a reset, since Linux 6.10. */
    public static final String RESET_REASONS = "sk_rst_reason";

    final HeaderFormat header;
    final ConnectionFormat connection;
    final ConnectedFormat connected;
    final ConnectFailedFormat connectFailed;
    final AcceptedFormat accepted;
    final ClosedFormat closed;
    final RetransmittedFormat retransmitted;
    final ConnectionResetFormat connectionReset;
    final CongestionChangedFormat congestionChanged;
    final SocketSampleFormat socketSample;
    final ListenerSampleFormat listenerSample;
    final ReasonNames resetReasons;
    final long connectStartedSize;
    private final Map<EventType, Integer> numbers = new EnumMap<>(EventType.class);

    private EventFormat(Btf btf, EnumNames resetReasons) {
        this.resetReasons = new ReasonNames(resetReasons, "SK_RST_REASON_");
        header = new HeaderFormat(new StructBinding(btf, "event_header"));
        StructBinding common = new StructBinding(btf, "connection_event");
        connection = new ConnectionFormat(common, new Enumerators(btf, "connection_role"), flags(btf));
        connectStartedSize = new StructBinding(btf, "connect_started").size();
        connected = new ConnectedFormat(new StructBinding(btf, "connected"));
        connectFailed = new ConnectFailedFormat(new StructBinding(btf, "connect_failed"));
        accepted = new AcceptedFormat(new StructBinding(btf, "accepted"));
        closed = new ClosedFormat(new StructBinding(btf, "closed"));
        retransmitted =
                new RetransmittedFormat(new StructBinding(btf, "retransmitted"), new Enumerators(btf, "segment_kind"));
        connectionReset = new ConnectionResetFormat(
                new StructBinding(btf, "connection_reset"), new Enumerators(btf, "reset_side"));
        congestionChanged = new CongestionChangedFormat(new StructBinding(btf, "congestion_changed"));
        socketSample = new SocketSampleFormat(new StructBinding(btf, "socket_sample"));
        listenerSample = new ListenerSampleFormat(new StructBinding(btf, "listener_sample"));
        Enumerators types = new Enumerators(btf, "event_type");
        for (EventType type : EventType.values()) {
            numbers.put(type, types.value(type.constant()));
        }
    }

    /**
     * Binds the readers to an object, without the kernel's names of reasons: they are then told by number, as {@code REASON_17}.
     *
     * @param btf the object's own BTF
     * @return the format
     * @throws io.ebpf4j.kernel.IncompatibleException when a struct, member or constant is missing or has another width;
     *     the message prints both sides
     */
    public static EventFormat bind(Btf btf) {
        return bind(btf, new EnumNames(RESET_REASONS, Map.of()));
    }

    /**
     * Binds the readers to an object.
     *
     * @param btf the object's own BTF
     * @param resetReasons the names of {@link #RESET_REASONS} in the kernel that the records are from
     * @return the format
     * @throws io.ebpf4j.kernel.IncompatibleException when a struct, member or constant is missing or has another width;
     *     the message prints both sides
     */
    public static EventFormat bind(Btf btf, EnumNames resetReasons) {
        return new EventFormat(btf, resetReasons);
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
            case RETRANSMITTED -> retransmitted.size;
            case CONNECTION_RESET -> connectionReset.size;
            case CONGESTION_CHANGED -> congestionChanged.size;
            case SOCKET_SAMPLE -> socketSample.size;
            case LISTENER_SAMPLE -> listenerSample.size;
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

    /** struct traffic, within a record. */
    static final class TrafficFormat {
        final long bytesSent;
        final long bytesAcked;
        final long bytesReceived;
        final long bytesRetransmitted;
        final long zeroWindow;
        final long zeroWindows;
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
        final long lifeSamples;
        final long lifeSrttLeast;
        final long lifeSrttMean;
        final long lifeSrttMost;
        final long lifeDeviationMean;
        final long lifeRttLeast;

        TrafficFormat(StructBinding struct) {
            bytesSent = struct.integer("traffic.bytes_sent", Long.BYTES);
            bytesAcked = struct.integer("traffic.bytes_acked", Long.BYTES);
            bytesReceived = struct.integer("traffic.bytes_received", Long.BYTES);
            bytesRetransmitted = struct.integer("traffic.bytes_retransmitted", Long.BYTES);
            zeroWindow = struct.integer("traffic.zero_window", Long.BYTES);
            zeroWindows = struct.integer("traffic.zero_windows", Integer.BYTES);
            segmentsSent = struct.integer("traffic.segments_sent", Integer.BYTES);
            segmentsReceived = struct.integer("traffic.segments_received", Integer.BYTES);
            dataSegmentsSent = struct.integer("traffic.data_segments_sent", Integer.BYTES);
            dataSegmentsReceived = struct.integer("traffic.data_segments_received", Integer.BYTES);
            retransmits = struct.integer("traffic.retransmits", Integer.BYTES);
            synRetransmits = struct.integer("traffic.syn_retransmits", Integer.BYTES);
            unsentRetransmits = struct.integer("traffic.unsent_retransmits", Integer.BYTES);
            delivered = struct.integer("traffic.delivered", Integer.BYTES);
            lost = struct.integer("traffic.lost", Integer.BYTES);
            srtt = struct.integer("traffic.srtt", Integer.BYTES);
            rttDeviation = struct.integer("traffic.rtt_deviation", Integer.BYTES);
            rttMinimum = struct.integer("traffic.rtt_minimum", Integer.BYTES);
            lifeSamples = struct.integer("traffic.life_samples", Integer.BYTES);
            lifeSrttLeast = struct.integer("traffic.life_srtt_least", Integer.BYTES);
            lifeSrttMean = struct.integer("traffic.life_srtt_mean", Integer.BYTES);
            lifeSrttMost = struct.integer("traffic.life_srtt_most", Integer.BYTES);
            lifeDeviationMean = struct.integer("traffic.life_deviation_mean", Integer.BYTES);
            lifeRttLeast = struct.integer("traffic.life_rtt_least", Integer.BYTES);
        }
    }

    /** struct closed. */
    static final class ClosedFormat {
        final long size;
        final long established;
        final long error;
        final TrafficFormat traffic;

        ClosedFormat(StructBinding struct) {
            size = struct.size();
            established = struct.integer("established", Long.BYTES);
            error = struct.integer("error", Integer.BYTES);
            traffic = new TrafficFormat(struct);
        }
    }

    /** struct retransmitted. */
    static final class RetransmittedFormat {
        final long size;
        final long error;
        final long segments;
        final long sequence;
        final long segment;
        final long congestion;
        final int syn;
        final int synAck;

        RetransmittedFormat(StructBinding struct, Enumerators kinds) {
            size = struct.size();
            error = struct.integer("error", Integer.BYTES);
            segments = struct.integer("segments", Integer.BYTES);
            sequence = struct.integer("sequence", Integer.BYTES);
            segment = struct.integer("segment", Byte.BYTES);
            congestion = struct.integer("congestion", Byte.BYTES);
            syn = kinds.value("SEGMENT_SYN");
            synAck = kinds.value("SEGMENT_SYN_ACK");
        }
    }

    /** struct connection_reset. */
    static final class ConnectionResetFormat {
        final long size;
        final long reason;
        final long side;
        final int byPeer;

        ConnectionResetFormat(StructBinding struct, Enumerators sides) {
            size = struct.size();
            reason = struct.integer("reason", Integer.BYTES);
            side = struct.integer("side", Byte.BYTES);
            byPeer = sides.value("RESET_BY_PEER");
        }
    }

    /** struct congestion_changed. */
    static final class CongestionChangedFormat {
        final long size;
        final long window;
        final long threshold;
        final long before;
        final long after;

        CongestionChangedFormat(StructBinding struct) {
            size = struct.size();
            window = struct.integer("window", Integer.BYTES);
            threshold = struct.integer("threshold", Integer.BYTES);
            before = struct.integer("before", Byte.BYTES);
            after = struct.integer("after", Byte.BYTES);
        }
    }

    /** struct socket_sample. */
    static final class SocketSampleFormat {
        final long size;
        final long established;
        final long congestionWindow;
        final long peerWindow;
        final long unacknowledged;
        final long unread;
        final TrafficFormat traffic;

        SocketSampleFormat(StructBinding struct) {
            size = struct.size();
            established = struct.integer("established", Long.BYTES);
            congestionWindow = struct.integer("congestion_window", Integer.BYTES);
            peerWindow = struct.integer("peer_window", Integer.BYTES);
            unacknowledged = struct.integer("unacknowledged", Integer.BYTES);
            unread = struct.integer("unread", Integer.BYTES);
            traffic = new TrafficFormat(struct);
        }
    }

    /** struct listener_sample. */
    static final class ListenerSampleFormat {
        final long size;
        final long backlog;
        final long maximum;
        final long drops;

        ListenerSampleFormat(StructBinding struct) {
            size = struct.size();
            backlog = struct.integer("backlog", Integer.BYTES);
            maximum = struct.integer("maximum", Integer.BYTES);
            drops = struct.integer("drops", Integer.BYTES);
        }
    }
}
