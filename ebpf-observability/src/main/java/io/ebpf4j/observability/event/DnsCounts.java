package io.ebpf4j.observability.event;

/**
 * What became of DNS messages at one moment: {@code questions} = {@code answered} + {@code unanswered} + {@code failed} +
 * {@code evicted} + {@code pending}.
 *
 * @param questions questions that an answer was waited for
 * @param repeats queries that were sent again with the same identifier
 * @param answered questions with their answer
 * @param unanswered questions whose time ran out, or whose connection ended
 * @param failed questions that ended with an error of their socket
 * @param evicted questions given up for newer ones
 * @param unasked responses without their query
 * @param malformed messages that break the rules of DNS
 * @param unreadable records without the bytes: io_uring, a 32-bit process, memory that was paged out
 * @param lostStreams streams over TCP of which a part is missing, or that were given up for newer ones
 * @param pending questions that wait
 */
public record DnsCounts(
        long questions,
        long repeats,
        long answered,
        long unanswered,
        long failed,
        long evicted,
        long unasked,
        long malformed,
        long unreadable,
        long lostStreams,
        int pending) {}
