package io.ebpf4j.observability.event;

import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * A question with its answer, or without one, as one end saw it. The two ends within one host are two transactions: the
 * asker's, whose connection has the direction {@link Direction#CLIENT}, and the server's.
 *
 * @param timestamp when it was over, CLOCK_MONOTONIC nanoseconds: the answer was received or sent, the error was told, or
 *     it was waited for in vain
 * @param cpu the CPU that told it; -1 where nothing but time did
 * @param connection over which socket and by whom at this end; the remote end of a server without an answer may be unknown
 * @param transport what carried it
 * @param id the identifier in its messages
 * @param name the name asked for, as sent; empty for the root. A chain of aliases does not change it
 * @param type the record type asked for, see {@link DnsMessage#typeName}
 * @param outcome how it ended
 * @param responseCode the answer's code, see {@link DnsMessage#responseCodeName}; -1 without an answer
 * @param canonicalNames the names that the name asked for leads to by aliases (CNAME), each the alias of the next
 * @param addresses the addresses in the answer, in its order
 * @param timeToLive seconds that the answer may be kept: the least of its records; -1 where it has none
 * @param truncation whether the server cut the answer, so that it is to be had over TCP only
 * @param completeness whether all of the answer was captured
 * @param started when the question was sent or received first, CLOCK_MONOTONIC nanoseconds; {@code timestamp} where it was
 *     not seen
 * @param queries how often the question was sent with this identifier; 0 where it was not seen
 * @param retry whether this is the second way to ask
 * @param error what the socket told where the outcome is {@link DnsOutcome#FAILED}, an errno; else 0
 */
public record DnsTransaction(
        long timestamp,
        int cpu,
        Connection connection,
        DnsTransport transport,
        int id,
        String name,
        int type,
        DnsOutcome outcome,
        int responseCode,
        List<String> canonicalNames,
        List<InetAddress> addresses,
        long timeToLive,
        DnsMessage.Truncation truncation,
        Completeness completeness,
        long started,
        int queries,
        DnsRetry retry,
        int error)
        implements ConnectivityEvent {
    /** Keeps the lists from change. */
    public DnsTransaction {
        canonicalNames = List.copyOf(canonicalNames);
        addresses = List.copyOf(addresses);
    }

    /** {@return the time from the first query to the end; zero where the answer was told first} */
    public Duration latency() {
        return Duration.ofNanos(timestamp - started);
    }
}
