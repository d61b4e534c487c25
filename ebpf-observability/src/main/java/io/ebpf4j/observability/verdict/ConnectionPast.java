package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.event.Traffic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is remembered of one connection, at one end. Every list in it is bounded. */
final class ConnectionPast {
    private static final int RECENT = 16;

    final SentAgain sentAgain = new SentAgain();
    private final Deque<Window> windows = new ArrayDeque<>();
    private final Deque<Long> requests = new ArrayDeque<>();
    private final List<Reset> resets = new ArrayList<>();
    long connect = -1;
    long connectNanos = -1;
    int synRetransmits;
    int synAckRetransmits;
    long acceptQueueNanos = -1;
    long roundTripNanos;
    boolean fromTheStart;
    long notBefore = Long.MIN_VALUE / 2;

    @Nullable
    TlsHandshake tls;

    @Nullable
    Closed closed;

    boolean toldFirst;
    int expected;

    private record Window(long time, long closedNanos) {}

    private record Reset(long time, String who) {}

    void traffic(long time, Traffic traffic) {
        if (windows.size() == RECENT) {
            windows.removeFirst();
        }
        windows.addLast(new Window(time, traffic.zeroWindow().toNanos()));
        long roundTrip = traffic.roundTrip().toNanos();
        if (roundTrip > 0) {
            roundTripNanos = roundTrip;
        }
    }

    void request(long start) {
        if (requests.size() == RECENT) {
            requests.removeFirst();
        }
        requests.addLast(start);
    }

    /** When the request after one began; {@link Long#MAX_VALUE} where none is known. */
    long nextRequest(long start) {
        return requests.stream()
                .filter(other -> other > start)
                .mapToLong(Long::longValue)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    void reset(ConnectionReset reset) {
        if (resets.size() < RECENT) {
            resets.add(new Reset(
                    reset.timestamp(),
                    reset.side() == ConnectionReset.Side.PEER
                            ? RequestJourney.RESET_BY_PEER
                            : reset.reason().isEmpty() ? RequestJourney.RESET_BY_THIS_END : reset.reason()));
        }
    }

    List<String> resets(long from) {
        return resets.stream()
                .filter(reset -> reset.time >= from)
                .map(Reset::who)
                .toList();
    }

    /** How long the peer's window was closed within a time, as far as samples tell, at most that time; -1 where none tells. */
    long zeroWindow(long from, long to) {
        boolean told = false;
        long before = 0;
        long after = 0;
        for (Window window : windows) {
            if (window.time <= from) {
                before = window.closedNanos;
            } else {
                told = true;
            }
            after = window.closedNanos;
            if (window.time >= to) {
                break;
            }
        }
        return told ? Math.clamp(after - before, 0, Math.max(0, to - from)) : -1;
    }
}
