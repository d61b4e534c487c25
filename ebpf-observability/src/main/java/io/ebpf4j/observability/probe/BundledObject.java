package io.ebpf4j.observability.probe;

import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The compiled programs that this module brings along. */
enum BundledObject {
    /** The life of TCP connections. */
    TCP("tcp.bpf.o"),
    /** Bytes of TCP connections that speak a known protocol. */
    PAYLOAD("payload.bpf.o"),
    /** DNS messages. */
    DNS("dns.bpf.o"),
    /** Processes as they come and go. */
    PROCESS("process.bpf.o"),
    /** The plaintext of TLS libraries. */
    TLS("tls.bpf.o"),
    /** Datagrams of UDP, and ICMP errors. */
    UDP("udp.bpf.o"),
    /** Packets that the kernel drops. */
    DROP("drop.bpf.o");

    private final String file;

    BundledObject(String file) {
        this.file = file;
    }

    ObjectSpec spec() {
        try (InputStream stream = BundledObject.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException(file + " is missing in the jar of io.ebpf4j.observability");
            }
            return ObjectSpec.parse(stream.readAllBytes(), file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read from the jar of io.ebpf4j.observability", e);
        }
    }
}
