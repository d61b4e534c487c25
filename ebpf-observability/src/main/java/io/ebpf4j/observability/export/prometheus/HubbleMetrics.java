package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A snapshot as metrics of Prometheus: Hubble's families, so that dashboards made for Hubble show it, and the TCP set that is
 * proposed to OpenTelemetry, in Prometheus' spelling. Register it with a registry of the Java client, whose exporters
 * negotiate the format: exemplars travel in OpenMetrics text, native histograms in protobuf.
 *
 * <p>Of Hubble ({@code pkg/hubble/metrics} of cilium/cilium), every one with the labels of {@link ContextOptions}:
 *
 * <ul>
 *   <li>{@code hubble_http_requests_total} {method, protocol, status, reporter} and {@code
 *       hubble_http_request_duration_seconds} {method, reporter} of its httpV2: counted where an answer came, the ends those of
 *       the request, with exemplars. Also {@code hubble_http_responses_total} {method, protocol, status, reporter} of the older
 *       http, which Hubble has only without the newer ones; its ends are those of the response. A status that cannot be known
 *       is {@code unknown}; a label {@code route} is there where the aggregate keeps templates of paths
 *   <li>{@code hubble_dns_queries_total} and {@code hubble_dns_responses_total} {rcode, qtypes, ips_returned}, {@code
 *       hubble_dns_response_types_total} {type, qtypes}: messages, so that queries without an answer are the difference. The ends
 *       of responses are those of the response. A label {@code query} is there where the aggregate keeps names
 *   <li>{@code hubble_drop_total} {reason, protocol}: packets that somebody may miss. The reason is the kernel's; what its
 *       firewall or a program on a cgroup decided is {@code POLICY_DENIED}. All drops are in {@code
 *       ebpf4j_dropped_packets_total}, under the kernel's names
 *   <li>{@code hubble_flows_processed_total} {type, subtype, verdict, protocol}, {@code hubble_flows_to_world_total} {protocol,
 *       verdict}, {@code hubble_tcp_flags_total} {flag, family}, {@code hubble_port_distribution_total} {protocol, port}, {@code
 *       hubble_icmp_total} {family, type}
 *   <li>{@code cilium_version} {version}, always 1: two of the dashboards find the clusters by it
 * </ul>
 *
 * <p>Of TCP (open-telemetry/semantic-conventions#3682): {@code system_network_tcp_} with {@code rtt_duration_seconds}, {@code
 * connection_failures_total} {error_type}, {@code connection_successes_total}, {@code connection_duration_seconds}, {@code
 * handshake_duration_seconds}, {@code retransmit_total}; and in the same manner what the proposal does not have: {@code
 * rtt_minimum_seconds}, {@code accept_queue_duration_seconds}, {@code connection_closed_total}, {@code io_bytes_total} and {@code
 * segments_total} {network_io_direction}, {@code reset_total}, {@code zero_window_total}, {@code
 * zero_window_duration_seconds_total}, {@code retransmit_unsent_total}, {@code listener_drops_total}. The proposal's type of a
 * retransmission (fast, timeout...) is not told by the kernel; {@code network_tcp_retransmit_segment} says what was sent
 * again: {@code data}, {@code syn}, {@code syn_ack}. {@code network_tcp_handshake_role} is the reporter: to sum over both
 * where both ends are on one host counts twice.
 *
 * <p>Of DNS {@code dns_lookup_duration_seconds} {dns_question_type, reporter}.
 *
 * <p>There are as many series as the snapshot has keys, or fewer where labels do not tell keys apart: those add up.
 *
 * <p>Thread-safe where the supplier is.
 */
@SuppressWarnings("exports") // who registers it has the client's module
public final class HubbleMetrics implements MultiCollector {
    private final Supplier<Snapshot> snapshots;
    private final TimeAnchor anchor;
    private final MetricsOptions options;

    /**
     * Metrics of an aggregate.
     *
     * @param snapshots gives the state of the moment, once a scrape
     * @param anchor what makes times of day of the exemplars' timestamps
     * @param options how
     */
    public HubbleMetrics(Supplier<Snapshot> snapshots, TimeAnchor anchor, MetricsOptions options) {
        this.snapshots = Objects.requireNonNull(snapshots, "snapshots");
        this.anchor = Objects.requireNonNull(anchor, "anchor");
        this.options = Objects.requireNonNull(options, "options");
    }

    @Override
    public MetricSnapshots collect() {
        return of(snapshots.get(), anchor, options);
    }

    /**
     * {@return the metrics of one snapshot}
     *
     * @param snapshot the snapshot
     * @param anchor what makes times of day of the exemplars' timestamps
     * @param options how
     */
    public static MetricSnapshots of(Snapshot snapshot, TimeAnchor anchor, MetricsOptions options) {
        MetricFamilies families = new MetricFamilies(options, anchor);
        new HubbleFamilies(families).add(snapshot);
        new TcpFamilies(families).add(snapshot);
        families.gauge("cilium_version", "Always 1; dashboards find the clusters by it.")
                .set(families.labels("version", options.version()), 1);
        return families.snapshots();
    }
}
