package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.GapEvent;
import java.util.ArrayDeque;

/**
 * When records were lost, to answer for windows of time. Bounded: of more than {@value #MOST} gaps the two oldest become
 * one that spans both, so an answer may say incomplete of an old window that is complete, never the reverse. Any thread
 * may use it.
 */
final class GapLog {
    private static final int MOST = 4096;

    private record Span(long first, long last) {}

    private final ArrayDeque<Span> spans = new ArrayDeque<>();
    private long begin;
    private long checked;

    GapLog(long begin) {
        this.begin = begin;
        this.checked = begin;
    }

    synchronized void add(GapEvent gap) {
        Span newest = spans.peekLast();
        if (newest != null && newest.first == gap.first()) { // of another kind
            spans.removeLast();
        }
        spans.add(new Span(gap.first(), gap.last()));
        if (spans.size() > MOST) {
            Span oldest = spans.remove();
            Span next = spans.remove();
            spans.addFirst(new Span(oldest.first, next.last));
        }
    }

    /** From now on the answer is known up to that time. */
    synchronized void checked(long time) {
        checked = time;
    }

    /** What is watched is watched from that time on. */
    synchronized void begin(long time) {
        begin = time;
        checked = time;
    }

    synchronized WindowCompleteness completeness(long from, long to) {
        if (from - begin < 0) {
            return WindowCompleteness.INCOMPLETE;
        }
        for (Span span : spans) {
            if (span.first - to <= 0 && from - span.last <= 0) {
                return WindowCompleteness.INCOMPLETE;
            }
        }
        return to - checked > 0 ? WindowCompleteness.UNKNOWN : WindowCompleteness.COMPLETE;
    }
}
