package io.ebpf4j.ring;

import java.lang.foreign.MemorySegment;

/**
 * Takes one record of a ring where it lies, without a copy, as a place in a memory segment: for decoders that read
 * segments. {@link ViewHandler} is the faster form.
 */
@FunctionalInterface
public interface RecordHandler extends ViewHandler {
    /**
     * Handles a record.
     *
     * <p>The bytes are valid during the call only: afterwards the kernel may overwrite them. What must be kept is to be
     * copied out. Records start at addresses divisible by eight.
     *
     * @param segment read-only memory that holds the record, and others
     * @param offset where the record's payload starts in {@code segment}, in bytes
     * @param length length of the payload in bytes
     * @return whether to go on
     */
    Verdict handle(MemorySegment segment, long offset, int length);

    @Override
    default Verdict handle(RecordView view) {
        return handle(view.segment(), view.offset(), view.length());
    }
}
