package io.ebpf4j.observability.aggregate;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The last snapshots of an aggregate, a fixed step apart, so that what is now can be held against what was before. Bounded
 * by their number. Any thread may use it.
 */
public final class Windows {
    private final long step;
    private final int most;
    private final Deque<Snapshot> kept = new ArrayDeque<>();

    /**
     * No snapshots yet.
     *
     * @param step how far apart they are
     * @param most how many windows are kept: one less than snapshots
     * @throws IllegalArgumentException for a step that is not positive and for less than one window
     */
    public Windows(Duration step, int most) {
        if (step.isNegative() || step.isZero() || most < 1) {
            throw new IllegalArgumentException(most + " windows of " + step);
        }
        this.step = step.toNanos();
        this.most = most;
    }

    /**
     * {@return whether a snapshot is due}
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public synchronized boolean isDue(long now) {
        return kept.isEmpty() || now - kept.getLast().timestamp() >= step;
    }

    /**
     * Keeps a snapshot if one is due; the oldest one goes when there are too many.
     *
     * @param snapshot the snapshot, later than all before
     * @return whether it was kept
     */
    public synchronized boolean offer(Snapshot snapshot) {
        if (!isDue(snapshot.timestamp())) {
            return false;
        }
        kept.addLast(snapshot);
        if (kept.size() > most + 1) {
            kept.removeFirst();
        }
        return true;
    }

    /** {@return the snapshots that are kept, the oldest first} */
    public synchronized List<Snapshot> snapshots() {
        return List.copyOf(kept);
    }

    /** {@return what was added in each window, the oldest first: one less than there are snapshots} */
    public List<Snapshot> windows() {
        List<Snapshot> all = snapshots();
        List<Snapshot> differences = new ArrayList<>();
        for (int i = 1; i < all.size(); i++) {
            differences.add(all.get(i).since(all.get(i - 1)));
        }
        return differences;
    }

    /**
     * {@return what was added in the last so much time before a snapshot, rounded up to steps} Empty where nothing is kept
     * that is as old; {@link Snapshot#from} of what is returned says how far it goes back.
     *
     * @param length how far back
     * @param now the snapshot at the window's end, of the same aggregate
     */
    public Optional<Snapshot> last(Duration length, Snapshot now) {
        return snapshots().reversed().stream()
                .filter(each -> now.timestamp() - each.timestamp() >= length.toNanos())
                .findFirst()
                .map(now::since);
    }
}
