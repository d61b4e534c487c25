package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.identity.CidrIdentity;
import io.ebpf4j.observability.identity.ContainerIdentity;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.ProcessIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Set;

/** Hubble's families of a snapshot; what each means is in {@link HubbleMetrics}. */
final class HubbleFamilies {
    /** What a firewall, a policy or a program on a cgroup decided, enum skb_drop_reason: in Hubble's words. */
    private static final Set<String> POLICY = Set.of("NETFILTER_DROP", "BPF_CGROUP_EGRESS", "XFRM_POLICY");

    private final MetricFamilies families;

    HubbleFamilies(MetricFamilies families) {
        this.families = families;
    }

    void add(Snapshot snapshot) {
        http(snapshot);
        dns(snapshot);
        drops(snapshot);
        flows(snapshot);
        tcpFlags(snapshot);
        ports(snapshot);
        icmp(snapshot);
    }

    private void http(Snapshot snapshot) {
        MetricFamilies.Counter requests =
                families.counter("hubble_http_requests", "HTTP requests that were answered, by status.");
        MetricFamilies.Counter responses = families.counter(
                "hubble_http_responses", "HTTP responses; source and destination are those of the response.");
        MetricFamilies.Counter unanswered = families.counter(
                "ebpf4j_http_unanswered_requests", "HTTP requests whose connection ended without an answer.");
        MetricFamilies.Counter requestBytes =
                families.counter("ebpf4j_http_request_bytes", "Bytes of HTTP requests, heads included.");
        MetricFamilies.Counter responseBytes =
                families.counter("ebpf4j_http_response_bytes", "Bytes of HTTP responses, heads included.");
        for (Snapshot.Http http : snapshot.http()) {
            String reporter = reporter(http.flow());
            Labels byMethod = families.labels(http.flow(), "method", http.method(), "reporter", reporter);
            requestBytes.add(byMethod, http.requestBytes());
            responseBytes.add(byMethod, http.responseBytes());
            if (http.status() == 0) {
                unanswered.add(byMethod, http.requests());
                continue;
            }
            String status = http.status() < 0 ? "unknown" : Integer.toString(http.status());
            Labels labels = families.labels(
                    http.flow(),
                    "method",
                    http.method(),
                    "protocol",
                    http.protocol(),
                    "status",
                    status,
                    "reporter",
                    reporter);
            if (!http.route().isEmpty()) {
                labels = labels.add("route", http.route());
            }
            requests.add(labels, http.requests(), http.exemplar());
            responses.add(
                    families.labels(
                            turned(http.flow()),
                            "method",
                            http.method(),
                            "protocol",
                            http.protocol(),
                            "status",
                            status,
                            "reporter",
                            reporter),
                    http.requests());
        }
        MetricFamilies.Distribution durations = families.histogram(
                "hubble_http_request_duration_seconds", "Time from an HTTP request's first byte to the response's.");
        for (Snapshot.Latency latency : snapshot.httpLatencies()) {
            durations.add(
                    families.labels(latency.flow(), "method", latency.kind(), "reporter", reporter(latency.flow())),
                    latency.histogram());
        }
    }

    private void dns(Snapshot snapshot) {
        MetricFamilies.Counter queries = families.counter("hubble_dns_queries", "DNS queries, repeated ones included.");
        MetricFamilies.Counter responses = families.counter(
                "hubble_dns_responses", "DNS responses; source and destination are those of the response.");
        MetricFamilies.Counter types = families.counter(
                "hubble_dns_response_types",
                "Records in DNS responses; source and destination are those of the response.");
        for (Snapshot.Dns dns : snapshot.dns()) {
            if (dns.queries() > 0) {
                queries.add(
                        query(dns, families.labels(dns.flow(), "rcode", "", "qtypes", dns.type(), "ips_returned", "0")),
                        dns.queries());
            }
            if (dns.outcome() != DnsOutcome.ANSWERED && dns.outcome() != DnsOutcome.UNASKED) {
                continue;
            }
            FlowKey back = turned(dns.flow());
            responses.add(
                    query(
                            dns,
                            families.labels(
                                    back,
                                    "rcode",
                                    DnsMessage.responseCodeName(dns.responseCode()),
                                    "qtypes",
                                    dns.type(),
                                    "ips_returned",
                                    Integer.toString(dns.addresses()))),
                    dns.transactions());
            for (String type : dns.answerTypes()) {
                types.add(query(dns, families.labels(back, "type", type, "qtypes", dns.type())), dns.transactions());
            }
        }
        MetricFamilies.Distribution lookups =
                families.histogram("dns_lookup_duration_seconds", "Time from a DNS question to its answer.");
        for (Snapshot.Latency latency : snapshot.dnsLatencies()) {
            lookups.add(
                    families.labels(
                            latency.flow(), "dns_question_type", latency.kind(), "reporter", reporter(latency.flow())),
                    latency.histogram());
        }
    }

    private static Labels query(Snapshot.Dns dns, Labels labels) {
        return dns.query().isEmpty() ? labels : labels.add("query", dns.query());
    }

    private void drops(Snapshot snapshot) {
        MetricFamilies.Counter hubble =
                families.counter("hubble_drop", "Packets dropped that somebody may miss, by the kernel's reason.");
        MetricFamilies.Counter packets =
                families.counter("ebpf4j_dropped_packets", "Packets that the kernel dropped, harmless ones included.");
        MetricFamilies.Counter bytes =
                families.counter("ebpf4j_dropped_bytes", "Bytes of packets that the kernel dropped.");
        for (Snapshot.Drop drop : snapshot.drops()) {
            if (drop.dropClass() != DropClass.BENIGN) {
                String reason = POLICY.contains(drop.reason()) ? "POLICY_DENIED" : drop.reason();
                hubble.add(families.labels(drop.flow(), "reason", reason, "protocol", drop.protocol()), drop.packets());
            }
            Labels labels = families.labels(
                    drop.flow(),
                    "reason",
                    drop.reason(),
                    "protocol",
                    drop.protocol(),
                    "class",
                    AgentMetrics.lower(drop.dropClass()));
            packets.add(labels, drop.packets());
            bytes.add(labels, drop.bytes());
        }
    }

    private void flows(Snapshot snapshot) {
        MetricFamilies.Counter processed = families.counter("hubble_flows_processed", "Flows processed.");
        MetricFamilies.Counter world = families.counter("hubble_flows_to_world", "Flows to what is outside.");
        for (Snapshot.Flow flow : snapshot.flows()) {
            processed.add(
                    families.labels(
                            flow.flow(),
                            "type",
                            flow.type(),
                            "subtype",
                            flow.subtype(),
                            "verdict",
                            flow.verdict(),
                            "protocol",
                            flow.protocol()),
                    flow.count());
            if (isWorld(flow.flow().destination()) && flow.flow().reporter() != Direction.SERVER) {
                world.add(
                        families.labels(flow.flow(), "protocol", flow.protocol(), "verdict", flow.verdict()),
                        flow.count());
            }
        }
    }

    private static boolean isWorld(Identity identity) {
        return switch (identity) {
            case NameIdentity _, CidrIdentity _ -> true;
            case ReservedIdentity reserved ->
                switch (reserved) {
                    case WORLD, WORLD_IPV4, WORLD_IPV6 -> true;
                    case UNKNOWN,
                            HOST,
                            UNMANAGED,
                            HEALTH,
                            INIT,
                            REMOTE_NODE,
                            KUBE_APISERVER,
                            INGRESS,
                            ENCRYPTED_OVERLAY,
                            LOCALHOST,
                            OTHER -> false;
                };
            case WorkloadIdentity _, ContainerIdentity _, ProcessIdentity _ -> false;
        };
    }

    private void tcpFlags(Snapshot snapshot) {
        MetricFamilies.Counter flags =
                families.counter("hubble_tcp_flags", "Steps of TCP connections by the flag they stand for.");
        for (Snapshot.TcpFlag flag : snapshot.tcpFlags()) {
            flags.add(families.labels(flag.flow(), "flag", flag.flag(), "family", flag.family()), flag.count());
        }
    }

    private void ports(Snapshot snapshot) {
        MetricFamilies.Counter ports =
                families.counter("hubble_port_distribution", "Connections and datagram flows by the server's port.");
        for (Snapshot.Port port : snapshot.ports()) {
            ports.add(
                    families.labels(port.flow(), "protocol", port.protocol(), "port", Integer.toString(port.port())),
                    port.count());
        }
    }

    private void icmp(Snapshot snapshot) {
        MetricFamilies.Counter messages = families.counter("hubble_icmp", "ICMP messages.");
        for (Snapshot.Icmp icmp : snapshot.icmp()) {
            messages.add(families.labels(icmp.flow(), "family", icmp.family(), "type", icmp.type()), icmp.count());
        }
    }

    static String reporter(FlowKey flow) {
        return AgentMetrics.lower(flow.reporter());
    }

    /** What goes back from the destination. */
    private static FlowKey turned(FlowKey flow) {
        return new FlowKey(
                /* source= */ flow.destination(),
                /* destination= */ flow.source(),
                /* sourceAddress= */ flow.destinationAddress(),
                /* destinationAddress= */ flow.sourceAddress(),
                flow.reporter());
    }
}
