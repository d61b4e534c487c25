package io.ebpf4j.observability.event;

import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Hands the records of a ring to a handler by kind: the type byte is looked at before anything else, and a record of an
 * unknown kind or a wrong length is counted and not read. Allocates nothing per record. One thread drains; the counts
 * may be read by any.
 */
public final class EventDemultiplexer implements RecordReader {
    private static final int TYPES = 256; // all values of the type byte

    private final EventFormat format;
    private final EventHandler handler;
    // number 0 is EVENT_NONE, which no record has
    private final @Nullable EventType[] byNumber = new @Nullable EventType[TYPES];
    private final @Nullable ConnectionView[] views = new @Nullable ConnectionView[TYPES];
    private final long[] sizes = new long[TYPES];
    private final AtomicLongArray delivered = new AtomicLongArray(TYPES);
    private final ConnectStartedView connectStarted;
    private final ConnectedView connected;
    private final ConnectFailedView connectFailed;
    private final AcceptedView accepted;
    private final ClosedView closed;
    private final RetransmittedView retransmitted;
    private final ConnectionResetView connectionReset;
    private final CongestionChangedView congestionChanged;
    private final SocketSampleView socketSample;
    private final ListenerSampleView listenerSample;
    private final AtomicLong rejected = new AtomicLong();

    /**
     * A demultiplexer of one ring.
     *
     * @param format the records' format
     * @param handler takes the records
     */
    public EventDemultiplexer(EventFormat format, EventHandler handler) {
        this.format = format;
        this.handler = handler;
        for (EventType type : EventType.values()) {
            byNumber[format.number(type)] = type;
            sizes[format.number(type)] = format.size(type);
        }
        connectStarted = new ConnectStartedView(format);
        connected = new ConnectedView(format);
        connectFailed = new ConnectFailedView(format);
        accepted = new AcceptedView(format);
        closed = new ClosedView(format);
        retransmitted = new RetransmittedView(format);
        connectionReset = new ConnectionResetView(format);
        congestionChanged = new CongestionChangedView(format);
        socketSample = new SocketSampleView(format);
        listenerSample = new ListenerSampleView(format);
        for (EventType type : EventType.values()) {
            views[format.number(type)] = view(type);
        }
    }

    private ConnectionView view(EventType type) {
        return switch (type) {
            case CONNECT_STARTED -> connectStarted;
            case CONNECTED -> connected;
            case CONNECT_FAILED -> connectFailed;
            case ACCEPTED -> accepted;
            case CLOSED -> closed;
            case RETRANSMITTED -> retransmitted;
            case CONNECTION_RESET -> connectionReset;
            case CONGESTION_CHANGED -> congestionChanged;
            case SOCKET_SAMPLE -> socketSample;
            case LISTENER_SAMPLE -> listenerSample;
        };
    }

    @Override
    public Verdict handle(MemorySegment segment, long offset, int length) {
        int number = length < format.header.size
                ? 0
                : segment.get(ValueLayout.JAVA_BYTE, offset + format.header.type) & (TYPES - 1);
        EventType type = byNumber[number];
        ConnectionView view = views[number];
        if (type == null || view == null || length < sizes[number]) {
            rejected.setOpaque(rejected.getPlain() + 1); // one writer: no locked instruction
            return Verdict.CONTINUE;
        }
        delivered.setOpaque(number, delivered.getPlain(number) + 1);
        view.moveTo(segment, offset);
        deliver(type);
        return Verdict.CONTINUE;
    }

    /** Apart from what comes before it, so that both are small enough to be compiled into the drain loop. */
    private void deliver(EventType type) {
        switch (type) {
            case CONNECT_STARTED -> handler.connectStarted(connectStarted);
            case CONNECTED -> handler.connected(connected);
            case CONNECT_FAILED -> handler.connectFailed(connectFailed);
            case ACCEPTED -> handler.accepted(accepted);
            case CLOSED -> handler.closed(closed);
            case RETRANSMITTED -> handler.retransmitted(retransmitted);
            case CONNECTION_RESET -> handler.connectionReset(connectionReset);
            case CONGESTION_CHANGED -> handler.congestionChanged(congestionChanged);
            case SOCKET_SAMPLE -> handler.socketSample(socketSample);
            case LISTENER_SAMPLE -> handler.listenerSample(listenerSample);
        }
    }

    /**
     * {@return records of a kind that were handed to the handler}
     *
     * @param type the kind
     */
    public long delivered(EventType type) {
        return delivered.getOpaque(format.number(type));
    }

    @Override
    public long rejected() {
        return rejected.getOpaque();
    }
}
