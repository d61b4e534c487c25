package io.ebpf4j.observability.event;

import io.ebpf4j.ring.RecordHandler;

/**
 * Makes events of the raw records of one layer. It needs no kernel: the records come from a ring, or from a recording, and
 * the same records with the same times between them give the same events.
 *
 * <p>One thread calls everything but {@link #rejected()} and {@link #messages()}, which are for any.
 */
public interface RecordReader extends RecordHandler {
    /** {@return records that were of an unknown kind, or did not hold what their kind does: no event was made of them} */
    long rejected();

    /** {@return what became of the messages that records are put together to} */
    default MessageCounts messages() {
        return MessageCounts.NONE;
    }

    /**
     * Lets time pass where no record does: gives up what has waited for too long.
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    default void elapse(long now) {}

    /** Reports what is under way as far as it came: no record follows. */
    default void finish() {}
}
