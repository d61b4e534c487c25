package io.ebpf4j.observability.event;

import java.util.function.Consumer;

/**
 * Takes records by kind, as views that are valid during the call only. Every method does nothing unless overridden, so a
 * handler names only what it wants.
 */
public interface EventHandler {
    /**
     * An attempt begins.
     *
     * @param view the record
     */
    default void connectStarted(ConnectStartedView view) {}

    /**
     * An attempt was answered.
     *
     * @param view the record
     */
    default void connected(ConnectedView view) {}

    /**
     * An attempt failed.
     *
     * @param view the record
     */
    default void connectFailed(ConnectFailedView view) {}

    /**
     * A process accepted a connection.
     *
     * @param view the record
     */
    default void accepted(AcceptedView view) {}

    /**
     * A connection is over.
     *
     * @param view the record
     */
    default void closed(ClosedView view) {}

    /**
     * A segment was sent again.
     *
     * @param view the record
     */
    default void retransmitted(RetransmittedView view) {}

    /**
     * A reset was sent or came.
     *
     * @param view the record
     */
    default void connectionReset(ConnectionResetView view) {}

    /**
     * A sender thinks otherwise of the path.
     *
     * @param view the record
     */
    default void congestionChanged(CongestionChangedView view) {}

    /**
     * A sweep found a live socket.
     *
     * @param view the record
     */
    default void socketSample(SocketSampleView view) {}

    /**
     * A sweep found a listener.
     *
     * @param view the record
     */
    default void listenerSample(ListenerSampleView view) {}

    /**
     * Records are missing.
     *
     * @param event which, and how many
     */
    default void gap(GapEvent event) {}

    /**
     * {@return a handler that makes an event of every record}
     *
     * @param consumer takes the events
     */
    static EventHandler events(Consumer<? super ConnectivityEvent> consumer) {
        return new EventHandler() {
            @Override
            public void connectStarted(ConnectStartedView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void connected(ConnectedView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void connectFailed(ConnectFailedView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void accepted(AcceptedView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void closed(ClosedView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void retransmitted(RetransmittedView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void connectionReset(ConnectionResetView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void congestionChanged(CongestionChangedView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void socketSample(SocketSampleView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void listenerSample(ListenerSampleView view) {
                consumer.accept(view.toEvent());
            }

            @Override
            public void gap(GapEvent event) {
                consumer.accept(event);
            }
        };
    }
}
