package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.prometheus.metrics.model.snapshots.Labels;

/** The TCP set of a snapshot; what each family means is in {@link HubbleMetrics}. */
final class TcpFamilies {
    private static final double NANOS = 1e9;

    private final MetricFamilies families;

    TcpFamilies(MetricFamilies families) {
        this.families = families;
    }

    void add(Snapshot snapshot) {
        MetricFamilies.Counter successes = families.counter(
                "system_network_tcp_connection_successes",
                "TCP connections opened at the client, accepted at the server.");
        MetricFamilies.Counter failures = families.counter(
                "system_network_tcp_connection_failures", "Attempts to connect that failed, by reason.");
        MetricFamilies.Counter closed =
                families.counter("system_network_tcp_connection_closed", "TCP connections that ended.");
        MetricFamilies.Counter io = families.counter(
                "system_network_tcp_io_bytes", "TCP payload that the peer acknowledged, or that came in order.");
        MetricFamilies.Counter segments = families.counter("system_network_tcp_segments", "TCP segments of any kind.");
        MetricFamilies.Counter retransmits =
                families.counter("system_network_tcp_retransmit", "TCP segments sent again, by what they carry.");
        MetricFamilies.Counter unsent = families.counter(
                "system_network_tcp_retransmit_unsent", "TCP retransmissions that never left this host.");
        MetricFamilies.Counter resets = families.counter("system_network_tcp_reset", "TCP resets sent and received.");
        MetricFamilies.Counter zeroWindows =
                families.counter("system_network_tcp_zero_window", "How often a peer's window closed.");
        MetricFamilies.Counter zeroWindowTime = families.counter(
                "system_network_tcp_zero_window_duration_seconds", "How long peers' windows were closed.");
        MetricFamilies.Counter listenerDrops =
                families.counter("system_network_tcp_listener_drops", "TCP connections that a listener turned away.");
        MetricFamilies.Gauge leastRoundTrip =
                families.gauge("system_network_tcp_rtt_minimum_seconds", "The least round trip of any TCP segment.");
        MetricFamilies.Distribution roundTrips =
                families.histogram("system_network_tcp_rtt_duration_seconds", "Smoothed round trips of TCP.");
        MetricFamilies.Distribution handshakes = families.histogram(
                "system_network_tcp_handshake_duration_seconds", "Time from SYN to established, at the client.");
        MetricFamilies.Distribution acceptQueue = families.histogram(
                "system_network_tcp_accept_queue_duration_seconds",
                "Time from established to accepted, at the server.");
        MetricFamilies.Distribution durations = families.histogram(
                "system_network_tcp_connection_duration_seconds", "How long TCP connections that ended had lasted.");
        for (Snapshot.Tcp tcp : snapshot.tcp()) {
            String role = HubbleFamilies.reporter(tcp.flow());
            Labels labels = families.labels(tcp.flow(), "network_tcp_handshake_role", role);
            successes.add(labels, tcp.opened());
            closed.add(labels, tcp.closed());
            tcp.failures()
                    .forEach((reason, count) ->
                            failures.add(labels.add("error_type", AgentMetrics.lower(reason)), count));
            io.add(sent(labels), tcp.bytesSent());
            io.add(received(labels), tcp.bytesReceived());
            segments.add(sent(labels), tcp.segmentsSent());
            segments.add(received(labels), tcp.segmentsReceived());
            retransmits.add(segment(labels, "data"), tcp.retransmits(), tcp.retransmitExemplar());
            retransmits.add(segment(labels, "syn"), tcp.synRetransmits());
            retransmits.add(segment(labels, "syn_ack"), tcp.synAckRetransmits());
            unsent.add(labels, tcp.unsentRetransmits());
            resets.add(sent(labels), tcp.resetsSent());
            resets.add(received(labels), tcp.resetsReceived());
            zeroWindows.add(labels, tcp.zeroWindows());
            zeroWindowTime.add(labels, tcp.zeroWindowNanos() / NANOS);
            listenerDrops.add(labels, tcp.listenerDrops());
            if (tcp.minimumRoundTripNanos() > 0) {
                leastRoundTrip.least(labels, tcp.minimumRoundTripNanos() / NANOS);
            }
            roundTrips.add(labels, tcp.roundTrips());
            handshakes.add(labels, tcp.connectLatencies());
            acceptQueue.add(labels, tcp.acceptQueue());
            durations.add(labels, tcp.durations());
        }
    }

    private static Labels sent(Labels labels) {
        return labels.add("network_io_direction", "transmit");
    }

    private static Labels received(Labels labels) {
        return labels.add("network_io_direction", "receive");
    }

    private static Labels segment(Labels labels, String segment) {
        return labels.add("network_tcp_retransmit_segment", segment);
    }
}
