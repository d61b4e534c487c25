package io.ebpf4j.observability.event;

/**
 * A record of a step in a connection's life, read where it lies in the ring: valid only while the handler that was given
 * it runs; {@link #toEvent()} keeps what it says.
 */
public abstract sealed class ConnectionView extends SocketView
        permits ConnectStartedView,
                ConnectedView,
                ConnectFailedView,
                AcceptedView,
                TrafficView,
                RetransmittedView,
                ConnectionResetView,
                CongestionChangedView,
                ListenerSampleView {
    ConnectionView(EventFormat format) {
        super(format.header, format.connection);
    }

    /** {@return the record as an event to keep} */
    public abstract ConnectionEvent toEvent();
}
