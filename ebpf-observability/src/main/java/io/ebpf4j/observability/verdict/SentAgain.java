package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.event.CongestionState;
import io.ebpf4j.observability.event.Retransmitted;
import java.util.ArrayDeque;
import java.util.Deque;

/** The latest retransmissions of one connection. */
final class SentAgain {
    private static final int RECENT = 128;
    private static final long LEAST_TIMEOUT = 200_000_000L; // TCP_RTO_MIN, include/net/tcp.h
    private static final int MOST_DOUBLINGS = 9; // 200 ms to TCP_RTO_MAX, 120 s

    private final Deque<Segment> recent = new ArrayDeque<>();

    private record Segment(long time, int segments, Kind kind) {}

    private enum Kind {
        /** A timer ran out. */
        BY_TIMER,
        /** The peer's acknowledgements told. */
        BY_NOTICE,
        /** It never left this host. */
        UNSENT
    }

    void add(Retransmitted again) {
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        Kind kind = !again.isSent()
                ? Kind.UNSENT
                : again.congestion() == CongestionState.LOSS ? Kind.BY_TIMER : Kind.BY_NOTICE;
        recent.addLast(new Segment(again.timestamp(), again.segments(), kind));
    }

    int sent(long from, long to) {
        int segments = 0;
        for (Segment again : recent) {
            if (again.kind != Kind.UNSENT && again.time - from >= 0 && again.time - to <= 0) {
                segments += again.segments;
            }
        }
        return segments;
    }

    int unsent(long from, long to) {
        int segments = 0;
        for (Segment again : recent) {
            if (again.kind == Kind.UNSENT && again.time - from >= 0 && again.time - to <= 0) {
                segments += again.segments;
            }
        }
        return segments;
    }

    /** An estimate of how long the sender stood still for it. */
    long stall(long from, long to, long roundTrip) {
        long stall = 0;
        long before = from;
        int doublings = 0;
        for (Segment again : recent) {
            if (again.time - from < 0 || again.time - to > 0) {
                continue;
            }
            long since = again.time - before;
            if (again.kind == Kind.BY_NOTICE) {
                doublings = 0;
                stall += Math.min(since, 2 * roundTrip);
            } else {
                long timer = LEAST_TIMEOUT + 2 * roundTrip;
                stall += Math.min(since, timer << Math.min(doublings, MOST_DOUBLINGS));
                doublings++;
            }
            before = again.time;
        }
        return Math.min(stall == 0 ? 0 : stall + roundTrip, Math.max(0, to - from));
    }
}
