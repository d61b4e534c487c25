package io.ebpf4j.ring;

/** The loop that hands the records of a ring to a handler; {@link RingLoop} says why it is a class of its own. */
interface DrainLoop {
    /**
     * Hands over what is there, with the ring taken.
     *
     * @param ring the ring
     * @param handler takes the records
     * @param budget records to deliver at most
     * @return records delivered
     */
    long run(RingBuffer ring, ViewHandler handler, long budget);
}
