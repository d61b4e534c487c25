package io.ebpf4j.observability.event;

import java.time.Duration;

/**
 * What went over a connection, from the socket's own counters ({@code struct tcp_sock}).
 *
 * @param bytesSent payload that the peer acknowledged: {@code bytes_acked} without the sequence numbers of SYN and FIN
 * @param bytesReceived payload that arrived in order: {@code bytes_received} without the sequence number of the FIN
 * @param bytesRetransmitted payload sent again
 * @param segmentsSent segments of any kind
 * @param segmentsReceived segments of any kind
 * @param dataSegmentsSent segments with payload
 * @param dataSegmentsReceived segments with payload
 * @param retransmits segments sent again, SYNs among them
 * @param synRetransmits SYNs sent again
 * @param unsentRetransmits retransmissions that did not leave this host, in no other number here
 * @param delivered segments that the peer has
 * @param lost segments that were taken for lost
 * @param roundTrip the smoothed round trip at the end; zero where none was measured
 * @param roundTripDeviation its mean deviation
 * @param roundTripMinimum the least of the last minutes
 * @param roundTrips the round trips over the connection's life
 * @param zeroWindow how long the peer's window was closed: its application did not read. From the segment that closed it to the
 *     one that opened it, while this end was established
 * @param zeroWindows how often it closed
 */
public record Traffic(
        long bytesSent,
        long bytesReceived,
        long bytesRetransmitted,
        int segmentsSent,
        int segmentsReceived,
        int dataSegmentsSent,
        int dataSegmentsReceived,
        int retransmits,
        int synRetransmits,
        int unsentRetransmits,
        int delivered,
        int lost,
        Duration roundTrip,
        Duration roundTripDeviation,
        Duration roundTripMinimum,
        RoundTrips roundTrips,
        Duration zeroWindow,
        int zeroWindows) {}
