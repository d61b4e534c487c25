package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.FailureReason;
import java.util.List;
import java.util.Map;

/**
 * All that was added up, at one moment. Immutable. Counts are cumulative from {@code from} on; {@link #since} gives a window.
 *
 * <p>Each series is consistent in itself; series of different keys may be a few events apart, for the writer is not stopped.
 *
 * @param from since when it is added up, CLOCK_MONOTONIC nanoseconds
 * @param timestamp when it was taken, CLOCK_MONOTONIC nanoseconds
 * @param lost events that are known to be missing in it: records lost between kernel and reader, rejected, or never written
 * @param http requests with their answers
 * @param httpLatencies how long answers took
 * @param tcp what connections carried, and how they fared
 * @param dns questions with their answers
 * @param dnsLatencies how long answers took
 * @param drops packets that the kernel dropped
 * @param flows what was processed, in Hubble's terms
 * @param tcpFlags steps of connections that a flag of TCP stands for
 * @param ports what ports were talked to
 * @param icmp ICMP messages
 * @param families how full each family is
 */
public record Snapshot(
        long from,
        long timestamp,
        long lost,
        List<Http> http,
        List<Latency> httpLatencies,
        List<Tcp> tcp,
        List<Dns> dns,
        List<Latency> dnsLatencies,
        List<Drop> drops,
        List<Flow> flows,
        List<TcpFlag> tcpFlags,
        List<Port> ports,
        List<Icmp> icmp,
        List<FamilyStatus> families) {
    /** Copies the lists. */
    public Snapshot {
        http = List.copyOf(http);
        httpLatencies = List.copyOf(httpLatencies);
        tcp = List.copyOf(tcp);
        dns = List.copyOf(dns);
        dnsLatencies = List.copyOf(dnsLatencies);
        drops = List.copyOf(drops);
        flows = List.copyOf(flows);
        tcpFlags = List.copyOf(tcpFlags);
        ports = List.copyOf(ports);
        icmp = List.copyOf(icmp);
        families = List.copyOf(families);
    }

    /** {@return whether nothing is known to be missing} */
    public boolean isComplete() {
        return lost == 0;
    }

    /**
     * {@return what was added since an earlier snapshot of the same aggregate} Series to which nothing was added are left out.
     * What cannot be subtracted stays as it is: the least round trip of TCP; exemplars that are older are left out. How full the
     * families are is told as of now.
     *
     * @param earlier the earlier one
     * @throws IllegalArgumentException when it is later than this one, or of another aggregate
     */
    public Snapshot since(Snapshot earlier) {
        return SnapshotDifference.between(earlier, this);
    }

    /**
     * Requests of one kind.
     *
     * @param flow who asked whom
     * @param method the method, {@code ""} where it is not known; methods that are in no standard are {@code _OTHER}
     * @param protocol as {@code HTTP/1.1}
     * @param status the answer's code; 0 where there was none, -1 where it could not be read
     * @param route the path's template; empty unless routes are kept
     * @param requests how many
     * @param requestBytes bytes of requests, heads included
     * @param responseBytes bytes of responses, heads included
     * @param exemplar the latest traced one, its value the latency in seconds; empty list where there is none, else one
     */
    public record Http(
            FlowKey flow,
            String method,
            String protocol,
            int status,
            String route,
            long requests,
            long requestBytes,
            long responseBytes,
            List<Exemplar> exemplar) {
        /** Copies the list. */
        public Http {
            exemplar = List.copyOf(exemplar);
        }
    }

    /**
     * Latencies of one kind, in seconds.
     *
     * @param flow who asked whom
     * @param kind the method of HTTP; the query's type of DNS
     * @param histogram the latencies
     */
    public record Latency(FlowKey flow, String kind, Histogram histogram) {}

    /**
     * TCP of one pair. What is sent and received is so from the reporter's end.
     *
     * @param flow who connected to whom
     * @param opened attempts that became connections at the client, connections accepted at the server
     * @param closed connections that ended
     * @param failures attempts that failed, by reason
     * @param bytesSent payload acknowledged by the peer
     * @param bytesReceived payload received in order
     * @param segmentsSent segments of any kind
     * @param segmentsReceived segments of any kind
     * @param retransmits segments with data or FIN sent again
     * @param synRetransmits SYNs sent again
     * @param synAckRetransmits SYN-ACKs sent again
     * @param unsentRetransmits retransmissions that never left this host
     * @param resetsSent resets sent by this end
     * @param resetsReceived resets of the peer
     * @param zeroWindows how often the peer's window closed
     * @param zeroWindowNanos how long the peer's window was closed, nanoseconds
     * @param listenerDrops connections that the listener turned away; at the server only
     * @param minimumRoundTripNanos the least round trip of any segment, nanoseconds; 0 where none was measured
     * @param roundTrips smoothed round trips, seconds
     * @param connectLatencies from SYN to established, seconds; at the client only
     * @param acceptQueue from established to accepted, seconds; at the server only
     * @param durations of connections that ended, seconds
     * @param retransmitExemplar the latest retransmission on a connection that carried a traced request, its value 1; empty list where there is none
     */
    public record Tcp(
            FlowKey flow,
            long opened,
            long closed,
            Map<FailureReason, Long> failures,
            long bytesSent,
            long bytesReceived,
            long segmentsSent,
            long segmentsReceived,
            long retransmits,
            long synRetransmits,
            long synAckRetransmits,
            long unsentRetransmits,
            long resetsSent,
            long resetsReceived,
            long zeroWindows,
            long zeroWindowNanos,
            long listenerDrops,
            long minimumRoundTripNanos,
            Histogram roundTrips,
            Histogram connectLatencies,
            Histogram acceptQueue,
            Histogram durations,
            List<Exemplar> retransmitExemplar) {
        /** Copies the collections. */
        public Tcp {
            failures = Map.copyOf(failures);
            retransmitExemplar = List.copyOf(retransmitExemplar);
        }
    }

    /**
     * DNS of one kind.
     *
     * @param flow who asked which server
     * @param query the name asked for; empty unless names are kept
     * @param type the query's type, as {@code AAAA}
     * @param outcome how it ended
     * @param responseCode the answer's code as a number; -1 without an answer
     * @param addresses how many addresses the answer holds
     * @param answerTypes the types of the answer's records that are told, in the order A, AAAA, CNAME
     * @param transactions how many questions
     * @param queries how many messages they took, repetitions included
     */
    public record Dns(
            FlowKey flow,
            String query,
            String type,
            DnsOutcome outcome,
            int responseCode,
            int addresses,
            List<String> answerTypes,
            long transactions,
            long queries) {
        /** Copies the list. */
        public Dns {
            answerTypes = List.copyOf(answerTypes);
        }
    }

    /**
     * Packets dropped for one reason.
     *
     * @param flow who sent to whom; the reporter is not known
     * @param reason the kernel's name
     * @param dropClass what it means
     * @param protocol {@code TCP}, {@code UDP}, {@code ICMPv4}, {@code ICMPv6}, or the number
     * @param packets how many
     * @param bytes how many bytes
     */
    public record Drop(FlowKey flow, String reason, DropClass dropClass, String protocol, long packets, long bytes) {}

    /**
     * What was processed, in Hubble's terms.
     *
     * @param flow who talks to whom
     * @param type {@code L7}, {@code Trace}, {@code Drop}
     * @param subtype of L7 the protocol, {@code HTTP} or {@code DNS}; else where it was seen, {@code to-endpoint}, {@code to-stack}, ...
     * @param verdict {@code FORWARDED} or {@code DROPPED}
     * @param protocol {@code TCP}, {@code UDP}, {@code HTTP}, {@code DNS}, ...
     * @param count how many
     */
    public record Flow(FlowKey flow, String type, String subtype, String verdict, String protocol, long count) {}

    /**
     * Flags of TCP.
     *
     * @param flow who talks to whom; of what goes back from the destination, source and destination are exchanged, as in Hubble
     * @param flag {@code SYN}, {@code SYN-ACK}, {@code FIN}, {@code RST}
     * @param family {@code IPv4} or {@code IPv6}
     * @param count how many
     */
    public record TcpFlag(FlowKey flow, String flag, String family, long count) {}

    /**
     * Ports talked to.
     *
     * @param flow who talks to whom
     * @param protocol {@code TCP} or {@code UDP}
     * @param port the server's port; 0 where it is not known
     * @param count how many connections, or flows of datagrams
     */
    public record Port(FlowKey flow, String protocol, int port, long count) {}

    /**
     * ICMP messages.
     *
     * @param flow who talks to whom
     * @param family {@code IPv4} or {@code IPv6}
     * @param type as Hubble names it, {@code DestinationUnreachable(Port)}
     * @param count how many
     */
    public record Icmp(FlowKey flow, String family, String type, long count) {}

    /**
     * How full a family is. When there is no room for a key, it is counted in the family's overflow series, whose parts are
     * all {@link io.ebpf4j.observability.identity.ReservedIdentity#OTHER} or {@code _other}.
     *
     * @param name the family, as {@code http}
     * @param series how many series it has, the overflow series not counted
     * @param most how many it may have
     * @param foldedKeys an estimate of how many different keys found no room
     * @param foldedUpdates how often that happened
     */
    public record FamilyStatus(String name, int series, int most, long foldedKeys, long foldedUpdates) {}
}
