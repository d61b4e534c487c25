package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.observability.event.EventFormat.ConnectionFormat;
import io.ebpf4j.observability.event.EventFormat.HeaderFormat;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Where the members of payload records are, learned from the BTF of the object that writes them ({@code payload.h}).
 * Immutable; any thread may use it.
 */
public final class PayloadFormat {
    private static final int VALUES = 256; // of a byte

    final HeaderFormat header;
    final ConnectionFormat connection;
    final long size;
    final long stream;
    final long position;
    final long length;
    final long captured;
    final long protocol;
    final long source;
    final long flags;
    final long sequenceSize;
    final long partsCount;
    final long placeSize;
    final long placeProtocol;
    final long placeSource;
    final long placeFlags;
    final long partSize;
    final long partPlace;
    final long partTime;
    final long partPosition;
    final long partLength;
    final long partCaptured;
    final long partFlags;
    final long closedSize;
    final long closedStream;
    final long closedSent;
    final long closedReceived;
    final long closedProtocol;
    final long closedSource;
    final long closedFlags;
    final int sent;
    final int joined;
    final int unreadable;
    final int early;
    final PayloadProtocol[] protocols = new PayloadProtocol[VALUES];
    final PayloadSource[] sources = new PayloadSource[VALUES];
    private final Map<PayloadType, Integer> numbers = new EnumMap<>(PayloadType.class);
    private final Map<PayloadProtocol, Integer> protocolNumbers = new EnumMap<>(PayloadProtocol.class);

    private PayloadFormat(Btf btf) {
        header = new HeaderFormat(new StructBinding(btf, "event_header"));
        connection = new ConnectionFormat(
                new StructBinding(btf, "connection_event"),
                new Enumerators(btf, "connection_role"),
                EventFormat.flags(btf));
        StructBinding payload = new StructBinding(btf, "payload");
        size = payload.size();
        stream = payload.integer("stream", Long.BYTES);
        position = payload.integer("position", Long.BYTES);
        length = payload.integer("length", Integer.BYTES);
        captured = payload.integer("captured", Integer.BYTES);
        protocol = payload.integer("protocol", Byte.BYTES);
        source = payload.integer("source", Byte.BYTES);
        flags = payload.integer("payload_flags", Short.BYTES);
        StructBinding sequence = new StructBinding(btf, "payload_sequence");
        StructBinding part = new StructBinding(btf, "payload_part");
        partSize = part.size();
        partTime = part.integer("time", Long.BYTES);
        partPosition = part.integer("position", Long.BYTES);
        partLength = part.integer("length", Integer.BYTES);
        partCaptured = part.integer("captured", Short.BYTES);
        partFlags = part.integer("part_flags", Short.BYTES);
        partPlace = part.integer("place", Integer.BYTES);
        sequenceSize = sequence.size();
        partsCount = sequence.integer("count", Integer.BYTES);
        StructBinding place = new StructBinding(btf, "payload_connection");
        placeSize = place.size();
        placeProtocol = place.integer("protocol", Byte.BYTES);
        placeSource = place.integer("source", Byte.BYTES);
        placeFlags = place.integer("payload_flags", Short.BYTES);
        StructBinding closed = new StructBinding(btf, "payload_closed");
        closedSize = closed.size();
        closedStream = closed.integer("stream", Long.BYTES);
        closedSent = closed.integer("sent", Long.BYTES);
        closedReceived = closed.integer("received", Long.BYTES);
        closedProtocol = closed.integer("protocol", Byte.BYTES);
        closedSource = closed.integer("source", Byte.BYTES);
        closedFlags = closed.integer("payload_flags", Short.BYTES);
        Enumerators flagBits = new Enumerators(btf, "payload_flag");
        sent = flagBits.value("PAYLOAD_SENT");
        joined = flagBits.value("PAYLOAD_JOINED");
        unreadable = flagBits.value("PAYLOAD_UNREADABLE");
        early = flagBits.value("PAYLOAD_EARLY");
        Enumerators known = new Enumerators(btf, "payload_protocol");
        Arrays.fill(protocols, PayloadProtocol.UNKNOWN);
        for (PayloadProtocol value : PayloadProtocol.values()) {
            protocolNumbers.put(value, known.value(value.constant()));
            protocols[known.value(value.constant())] = value;
        }
        Enumerators origins = new Enumerators(btf, "payload_source");
        Arrays.fill(sources, PayloadSource.SOCKET);
        for (PayloadSource value : PayloadSource.values()) {
            sources[origins.value(value.constant())] = value;
        }
        Enumerators types = new Enumerators(btf, "payload_event_type");
        for (PayloadType type : PayloadType.values()) {
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
    public static PayloadFormat bind(Btf btf) {
        return new PayloadFormat(btf);
    }

    /**
     * {@return the number of a kind in the records' type byte and in the tallies}
     *
     * @param type the kind
     */
    public int number(PayloadType type) {
        return Objects.requireNonNull(numbers.get(type), "every kind is bound");
    }

    /**
     * {@return the number of a protocol in the records}
     *
     * @param protocol the protocol
     */
    public int number(PayloadProtocol protocol) {
        return Objects.requireNonNull(protocolNumbers.get(protocol), "every protocol is bound");
    }
}
