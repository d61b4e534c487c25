package io.ebpf4j.ring;

/** Takes one record of a ring where it lies, without a copy, through bounds that are the record's own. */
@FunctionalInterface
public interface ViewHandler {
    /**
     * Handles a record.
     *
     * @param view the record; the same object for every record of a ring, valid during the call and in this thread only
     * @return whether to go on
     */
    Verdict handle(RecordView view);
}
