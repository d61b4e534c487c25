package io.ebpf4j.observability.event;

/** A step in the life of a TCP connection. */
public sealed interface ConnectionEvent extends ConnectivityEvent
        permits ConnectStarted,
                Connected,
                ConnectFailed,
                Accepted,
                Closed,
                Retransmitted,
                ConnectionReset,
                CongestionChanged,
                SocketSample,
                ListenerSample {
    /** {@return which connection} */
    Connection connection();
}
