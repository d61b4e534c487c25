package io.ebpf4j.observability.event;

/** Something that happened to this host's connectivity. More kinds will follow: a switch over it needs a default. */
public sealed interface ConnectivityEvent
        permits ConnectionEvent,
                DatagramEvent,
                DnsTransaction,
                GapEvent,
                HttpEvent,
                PacketDropped,
                ProcessEvent,
                TlsHandshake {
    /** {@return when, in nanoseconds of CLOCK_MONOTONIC, the clock of {@link System#nanoTime()}} */
    long timestamp();

    /** {@return the CPU that told it} */
    int cpu();
}
