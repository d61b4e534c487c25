package io.ebpf4j.ring;

/** The loop that hands the samples of one CPU to a handler; {@link PerfLoop} says why it is a class of its own. */
interface PerfDrainLoop {
    /**
     * Hands over what is there, the oldest first, with the buffer taken.
     *
     * @param ring the CPU's ring
     * @param handler takes the samples
     * @param budget samples to deliver at most
     * @param gate says when the buffer is to be closed
     * @return whether to go on with the next CPU
     */
    boolean run(PerfRing ring, PerfHandler handler, long budget, ConsumerGate gate);
}
