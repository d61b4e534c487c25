package io.ebpf4j.observability.event;

/** Takes payload records as views that are valid during the call only; {@link PayloadDecoder} makes messages of them. */
public interface PayloadHandler {
    /**
     * Bytes passed.
     *
     * @param view the record
     */
    void payload(PayloadView view);

    /**
     * A connection is over.
     *
     * @param view the record
     */
    void closed(PayloadClosedView view);

    /** {@return what became of the messages that the bytes are} */
    default MessageCounts messages() {
        return MessageCounts.NONE;
    }

    /**
     * Lets time pass where no record does.
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    default void elapse(long now) {}

    /** Reports what is under way as far as it came: no record follows. */
    default void finish() {}
}
