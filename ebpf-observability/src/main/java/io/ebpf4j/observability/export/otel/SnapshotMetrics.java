package io.ebpf4j.observability.export.otel;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A snapshot as metrics of OpenTelemetry. Register it with a {@code SdkMeterProvider}, whose readers export it with the
 * provider's resource. Sums are cumulative, histograms exponential; exemplars lead to the callers' traces.
 *
 * <p>In the conventions' names {@code http.client.request.duration} and {@code http.server.request.duration}, after the end
 * that told it, and {@code dns.lookup.duration}; in those proposed (open-telemetry/semantic-conventions#3682) {@code
 * system.network.tcp.} with {@code rtt.duration}, {@code connection.successes}, {@code connection.failures}, {@code
 * connection.duration}, {@code handshake.duration} and {@code retransmit}; in the same manner {@code io}, {@code reset},
 * {@code zero_window.duration}, {@code listener.drops} and {@code accept_queue.duration}; {@code system.network.packet.dropped};
 * and {@code ebpf4j.http.requests}, {@code ebpf4j.dns.lookups} and {@code ebpf4j.events.lost} where there is no name. Ends are
 * {@code src.name}, {@code dst.name}, {@code k8s.src.owner.name} and so on, as OpenTelemetry's eBPF instrumentation has them.
 *
 * <p>Thread-safe where the supplier is.
 */
@SuppressWarnings("exports") // who registers it has the SDK's modules
public final class SnapshotMetrics implements MetricProducer {
    private static final double NANOS = 1e9;

    private final Supplier<Snapshot> snapshots;
    private final TimeAnchor anchor;

    /**
     * Metrics of an aggregate.
     *
     * @param snapshots gives the state of the moment, once a collection
     * @param anchor what makes times of day of timestamps
     */
    public SnapshotMetrics(Supplier<Snapshot> snapshots, TimeAnchor anchor) {
        this.snapshots = Objects.requireNonNull(snapshots, "snapshots");
        this.anchor = Objects.requireNonNull(anchor, "anchor");
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        Snapshot snapshot = snapshots.get();
        MetricPoints points = new MetricPoints(resource, anchor, snapshot.from(), snapshot.timestamp());
        http(points, snapshot);
        dns(points, snapshot);
        tcp(points, snapshot);
        drops(points, snapshot);
        points.sum("ebpf4j.events.lost", "Events that are known to be missing in the aggregate.", "{event}")
                .add(Attributes.empty(), snapshot.lost());
        return points.metrics();
    }

    private static void http(MetricPoints points, Snapshot snapshot) {
        MetricPoints.Sum requests = points.sum("ebpf4j.http.requests", "HTTP requests.", "{request}");
        for (Snapshot.Http http : snapshot.http()) {
            AttributesBuilder attributes = FlowAttributes.of(http.flow())
                    .put("http.request.method", http.method())
                    .put("network.protocol.name", "http")
                    .put(
                            "network.protocol.version",
                            http.protocol().substring(http.protocol().indexOf('/') + 1))
                    .put("ebpf4j.reporter", lower(http.flow().reporter()));
            if (http.status() > 0) {
                attributes.put("http.response.status_code", http.status());
            }
            if (http.status() == 0) {
                attributes.put("error.type", "no_response");
            } else if (http.status() >= 500) {
                attributes.put("error.type", Integer.toString(http.status()));
            }
            if (!http.route().isEmpty()) {
                attributes.put("http.route", http.route());
            }
            requests.add(attributes.build(), http.requests(), http.exemplar());
        }
        for (Snapshot.Latency latency : snapshot.httpLatencies()) {
            points.histogram(
                            switch (latency.flow().reporter()) {
                                case CLIENT -> "http.client.request.duration";
                                case SERVER -> "http.server.request.duration";
                                case UNKNOWN -> "ebpf4j.http.request.duration";
                            },
                            "Time from an HTTP request's first byte to the response's.",
                            "s")
                    .add(
                            FlowAttributes.of(latency.flow())
                                    .put("http.request.method", latency.kind())
                                    .build(),
                            latency.histogram());
        }
    }

    private static void dns(MetricPoints points, Snapshot snapshot) {
        MetricPoints.Sum lookups = points.sum("ebpf4j.dns.lookups", "DNS questions, by how they ended.", "{lookup}");
        for (Snapshot.Dns dns : snapshot.dns()) {
            AttributesBuilder attributes = FlowAttributes.of(dns.flow())
                    .put("dns.question.type", dns.type())
                    .put("ebpf4j.dns.outcome", lower(dns.outcome()))
                    .put("ebpf4j.reporter", lower(dns.flow().reporter()));
            if (dns.responseCode() >= 0) {
                attributes.put("ebpf4j.dns.response_code", DnsMessage.responseCodeName(dns.responseCode()));
            }
            if (!dns.query().isEmpty()) {
                attributes.put("dns.question.name", dns.query());
            }
            lookups.add(attributes.build(), dns.transactions());
        }
        for (Snapshot.Latency latency : snapshot.dnsLatencies()) {
            points.histogram("dns.lookup.duration", "Time from a DNS question to its answer.", "s")
                    .add(
                            FlowAttributes.of(latency.flow())
                                    .put("dns.question.type", latency.kind())
                                    .put("ebpf4j.reporter", lower(latency.flow().reporter()))
                                    .build(),
                            latency.histogram());
        }
    }

    private static void tcp(MetricPoints points, Snapshot snapshot) {
        String tcp = "system.network.tcp.";
        for (Snapshot.Tcp row : snapshot.tcp()) {
            Attributes ends = FlowAttributes.of(row.flow())
                    .put("network.tcp.handshake.role", lower(row.flow().reporter()))
                    .build();
            points.sum(tcp + "connection.successes", "TCP connections opened or accepted.", "{connection}")
                    .add(ends, row.opened());
            row.failures()
                    .forEach((reason, count) -> points.sum(
                                    tcp + "connection.failures", "Attempts to connect that failed.", "{connection}")
                            .add(with(ends, "error.type", lower(reason)), count));
            MetricPoints.Sum io = points.sum(tcp + "io", "TCP payload acknowledged, or received in order.", "By");
            io.add(with(ends, "network.io.direction", "transmit"), row.bytesSent());
            io.add(with(ends, "network.io.direction", "receive"), row.bytesReceived());
            MetricPoints.Sum again = points.sum(tcp + "retransmit", "TCP segments sent again.", "{segment}");
            again.add(
                    with(ends, "network.tcp.retransmit.segment", "data"), row.retransmits(), row.retransmitExemplar());
            again.add(with(ends, "network.tcp.retransmit.segment", "syn"), row.synRetransmits());
            again.add(with(ends, "network.tcp.retransmit.segment", "syn_ack"), row.synAckRetransmits());
            MetricPoints.Sum resets = points.sum(tcp + "reset", "TCP resets.", "{reset}");
            resets.add(with(ends, "network.io.direction", "transmit"), row.resetsSent());
            resets.add(with(ends, "network.io.direction", "receive"), row.resetsReceived());
            points.sum(tcp + "zero_window.duration", "How long peers' windows were closed.", "s")
                    .add(ends, row.zeroWindowNanos() / NANOS);
            points.histogram(tcp + "rtt.duration", "Smoothed round trips.", "s").add(ends, row.roundTrips());
            points.histogram(tcp + "connection.duration", "How long connections that ended had lasted.", "s")
                    .add(ends, row.durations());
            if (row.flow().reporter() != Direction.SERVER) {
                points.histogram(tcp + "handshake.duration", "Time from SYN to established.", "s")
                        .add(ends, row.connectLatencies());
            }
            if (row.flow().reporter() == Direction.SERVER) {
                points.sum(tcp + "listener.drops", "Connections that a listener turned away.", "{connection}")
                        .add(ends, row.listenerDrops());
                points.histogram(tcp + "accept_queue.duration", "Time from established to accepted.", "s")
                        .add(ends, row.acceptQueue());
            }
        }
    }

    private static void drops(MetricPoints points, Snapshot snapshot) {
        for (Snapshot.Drop drop : snapshot.drops()) {
            points.sum("system.network.packet.dropped", "Packets that the kernel dropped.", "{packet}")
                    .add(
                            FlowAttributes.of(drop.flow())
                                    .put("network.transport", drop.protocol().toLowerCase(Locale.ROOT))
                                    .put("ebpf4j.drop.reason", drop.reason())
                                    .put("ebpf4j.drop.class", lower(drop.dropClass()))
                                    .build(),
                            drop.packets());
        }
    }

    private static Attributes with(Attributes attributes, String name, String value) {
        return attributes.toBuilder().put(name, value).build();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
