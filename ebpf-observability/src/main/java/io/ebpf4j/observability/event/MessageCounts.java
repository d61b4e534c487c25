package io.ebpf4j.observability.event;

/**
 * What became of the messages that records were put together to, such as requests with their responses, at one moment.
 *
 * @param paired those of which both halves were seen: a request and its response, a question and its answer
 * @param unpaired those of which one half was seen and the other one is not to come any more
 * @param evicted connections or messages of which the state was given up for newer ones
 * @param malformed those that break the rules of the protocol that they were taken for
 * @param pending those that wait for their other half
 */
public record MessageCounts(long paired, long unpaired, long evicted, long malformed, long pending) {
    /** Of a layer whose records are events by themselves. */
    public static final MessageCounts NONE = new MessageCounts(0, 0, 0, 0, 0);
}
