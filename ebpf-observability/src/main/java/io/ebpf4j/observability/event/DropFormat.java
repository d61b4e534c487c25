package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.observability.event.EventFormat.HeaderFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the members of records of dropped packets are, learned from the BTF of the object that writes them ({@code
 * drop.h}), and what the kernel calls its reasons. Immutable; any thread may use it.
 */
public final class DropFormat {
    /** The kernel's enum of reasons for a drop, since Linux 5.17. */
    public static final String REASONS = "skb_drop_reason";

    private static final int ADDRESS = 16;
    private static final String PREFIX = "SKB_DROP_REASON_";

    final HeaderFormat header;
    final long size;
    final long source;
    final long destination;
    final long sourcePort;
    final long destinationPort;
    final long protocol;
    final long flags;
    final long location;
    final long reason;
    final long bytes;
    final long netns;
    final long networkInterface;
    private final int number;
    private final ReasonNames reasons;

    private DropFormat(Btf btf, EnumNames reasons) {
        this.reasons = new ReasonNames(reasons, PREFIX);
        header = new HeaderFormat(new StructBinding(btf, "event_header"));
        StructBinding struct = new StructBinding(btf, "packet_dropped");
        size = struct.size();
        source = struct.bytes("packet.source", ADDRESS);
        destination = struct.bytes("packet.destination", ADDRESS);
        sourcePort = struct.integer("packet.source_port", Short.BYTES);
        destinationPort = struct.integer("packet.destination_port", Short.BYTES);
        protocol = struct.integer("packet.protocol", Byte.BYTES);
        flags = struct.integer("packet.flags", Byte.BYTES);
        location = struct.integer("location", Long.BYTES);
        reason = struct.integer("reason", Integer.BYTES);
        bytes = struct.integer("bytes", Integer.BYTES);
        netns = struct.integer("netns", Integer.BYTES);
        networkInterface = struct.integer("interface", Integer.BYTES);
        number = new Enumerators(btf, "drop_event_type").value("EVENT_PACKET_DROPPED");
    }

    /**
     * Binds the reader to an object.
     *
     * @param btf the object's own BTF
     * @param reasons the names of {@link #REASONS} in the kernel that the records are from
     * @return the format
     * @throws io.ebpf4j.kernel.IncompatibleException when a struct, member or constant is missing or has another width;
     *     the message prints both sides
     */
    public static DropFormat bind(Btf btf, EnumNames reasons) {
        return new DropFormat(btf, reasons);
    }

    /** {@return the number of the one kind in the records' type byte and in the tallies} */
    public int number() {
        return number;
    }

    /**
     * {@return the kernel's name of a reason without its common beginning, {@code REASON_17} for a number without one}
     *
     * @param reasonNumber the kernel's number
     */
    public String reason(int reasonNumber) {
        return reasons.name(reasonNumber);
    }

    /**
     * {@return what a packet to one host means that is dropped for a reason, by the kernel's number}
     *
     * @param reasons the kernel's names
     * @param count of how many numbers
     */
    public static List<DropClass> classes(EnumNames reasons, int count) {
        ReasonNames names = new ReasonNames(reasons, PREFIX);
        return IntStream.range(0, count)
                .mapToObj(number -> DropClass.of(names.name(number), DropClass.Audience.ONE))
                .toList();
    }
}
