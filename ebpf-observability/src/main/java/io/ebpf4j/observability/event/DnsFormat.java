package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.observability.event.EventFormat.ConnectionFormat;
import io.ebpf4j.observability.event.EventFormat.HeaderFormat;

/**
 * Where the members of DNS records are, learned from the BTF of the object that writes them ({@code dns.h}). Immutable;
 * any thread may use it.
 */
public final class DnsFormat {
    final HeaderFormat header;
    final ConnectionFormat connection;
    final long position;
    final long length;
    final long captured;
    final long error;
    final long flow;
    final long protocol;
    final long bytes;
    final int sent;
    private final int number;

    private DnsFormat(Btf btf) {
        header = new HeaderFormat(new StructBinding(btf, "event_header"));
        connection = new ConnectionFormat(
                new StructBinding(btf, "connection_event"),
                new Enumerators(btf, "connection_role"),
                EventFormat.flags(btf));
        StructBinding message = new StructBinding(btf, "dns_message");
        position = message.integer("position", Long.BYTES);
        length = message.integer("length", Integer.BYTES);
        captured = message.integer("captured", Integer.BYTES);
        error = message.integer("error", Integer.BYTES);
        flow = message.integer("flow", Byte.BYTES);
        protocol = message.integer("protocol", Byte.BYTES);
        bytes = message.size();
        behindTheMessage(btf, "dns_message_short", 512);
        behindTheMessage(btf, "dns_message_long", 4096);
        sent = new Enumerators(btf, "dns_flow").value("DNS_SENT");
        number = new Enumerators(btf, "dns_event_type").value("EVENT_DNS_MESSAGE");
    }

    private void behindTheMessage(Btf btf, String struct, long room) {
        long offset = new StructBinding(btf, struct).bytes("bytes", room);
        if (offset != bytes) {
            throw new IncompatibleException(
                    "struct " + struct + " in " + btf.origin(), "bytes at " + bytes, "bytes at " + offset);
        }
    }

    /**
     * Binds the readers to an object.
     *
     * @param btf the object's own BTF
     * @return the format
     * @throws IncompatibleException when a struct, member or constant is missing or has another width; the message prints
     *     both sides
     */
    public static DnsFormat bind(Btf btf) {
        return new DnsFormat(btf);
    }

    /** {@return the records' number in their type byte and in the tallies} */
    public int number() {
        return number;
    }
}
