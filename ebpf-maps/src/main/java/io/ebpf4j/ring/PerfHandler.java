package io.ebpf4j.ring;

/** Takes what the programs of one CPU sent to a perf buffer, where it lies. */
@FunctionalInterface
public interface PerfHandler {
    /**
     * Handles a sample.
     *
     * <p>The kernel pads what {@code bpf_perf_event_output} was given, so that with the four bytes of its own length it
     * is a multiple of eight: up to seven bytes that mean nothing follow. The sample starts at an address that is
     * divisible by four.
     *
     * @param cpu the CPU that sent it
     * @param view the sample; valid during the call and in this thread only
     * @return whether to go on
     */
    Verdict handle(int cpu, RecordView view);

    /**
     * Learns that samples were lost, because the buffer of this CPU was full when they were sent; at the place in the
     * order of its samples where they are missing.
     *
     * @param cpu the CPU
     * @param count how many
     */
    default void lost(int cpu, long count) {}
}
