package io.ebpf4j.ring;

/**
 * Takes one record of a ring by its address: without bounds.
 *
 * <p><b>Advanced.</b> Nothing checks what the handler does with the address: reading past {@code length} reads other
 * records, and reading outside the ring may end the process. It is meant for decoders that read through one unbounded
 * segment; use {@link ViewHandler} everywhere else.
 */
@FunctionalInterface
public interface AddressHandler extends ViewHandler {
    /**
     * Handles a record.
     *
     * @param address where the payload starts, an absolute address divisible by eight, valid during the call only
     * @param length length of the payload in bytes, checked against the ring
     * @return whether to go on
     */
    Verdict handle(long address, int length);

    @Override
    default Verdict handle(RecordView view) {
        return handle(view.address(), view.length());
    }
}
