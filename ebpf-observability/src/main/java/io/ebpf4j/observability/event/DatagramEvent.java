package io.ebpf4j.observability.event;

/** Something that happened to datagrams of UDP, or an ICMP error that this host sent. */
public sealed interface DatagramEvent extends ConnectivityEvent
        permits DatagramFlow, DatagramFailed, DatagramDropped, IcmpSent {
    /** {@return the socket and its peer; UDP has no direction. The peer is unspecified where it is not known} */
    Connection connection();
}
