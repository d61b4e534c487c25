package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.ProcessIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import io.ebpf4j.observability.verdict.Evidence;
import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Maps to draw: a small one, one of sixty services, and one whose names mean harm. */
final class SampleMaps {
    static final LayerVerdict WELL =
            new LayerVerdict(Fault.NONE_SEEN, Side.UNKNOWN, 0.95, "No fault seen in 1200 requests", List.of());
    static final LayerVerdict UNSEEN =
            new LayerVerdict(Fault.NOT_ENOUGH_SEEN, Side.UNKNOWN, 0.5, "Not enough seen: 2 requests", List.of());

    private SampleMaps() {}

    static LayerVerdict ill(Fault fault, Side side, double confidence, String summary) {
        return new LayerVerdict(
                fault,
                side,
                confidence,
                summary,
                List.of(
                        new Evidence(fault, "errors of the server, 98 of 120", 81.7, "%", 1),
                        new Evidence(Fault.API_SLOW, "95th percentile of answers", 0.412, "s", 0.09)));
    }

    static Identity workload(String namespace, String name) {
        return new WorkloadIdentity("", namespace, "Deployment", name, "", "", Map.of());
    }

    static GoldenSignals http(double rate, double errors, double median) {
        return new GoldenSignals(
                rate,
                (long) (rate * 60) + 1,
                errors,
                median,
                median * 2.4,
                median * 5,
                (long) (rate * 60 * 900),
                (long) (rate * 60 * 5_200),
                12,
                0,
                (long) (rate / 7),
                (long) (rate * 60 * 4),
                0.0004,
                0,
                0,
                Double.NaN,
                "both");
    }

    static GoldenSignals names(long questions) {
        return new GoldenSignals(
                0,
                0,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                0,
                0,
                0,
                0,
                0,
                0,
                Double.NaN,
                questions,
                0,
                0.0021,
                "client");
    }

    static Edge edge(Identity from, Identity to, GoldenSignals signals, LayerVerdict verdict) {
        return new Edge(Node.of(from), Node.of(to), signals, verdict);
    }

    static ServiceMap map(List<Edge> edges) {
        Set<Node> nodes = new LinkedHashSet<>();
        edges.forEach(edge -> {
            nodes.add(edge.source());
            nodes.add(edge.destination());
        });
        return new ServiceMap(60, 0, List.copyOf(nodes), edges);
    }

    /** The article's world. */
    static ServiceMap small() {
        Identity core = workload("tenant-jobs", "core-api");
        Identity resumes = workload("tenant-jobs", "resumes");
        Identity notifications = workload("tenant-jobs", "notifications");
        Identity jobs = workload("tenant-jobs", "jobposting");
        Identity twilio = new NameIdentity("api.twilio.com");
        Identity dns = new ProcessIdentity("dnsmasq.service", "");
        return map(List.of(
                edge(
                        resumes,
                        core,
                        http(24, 0.34, 0.011),
                        ill(
                                Fault.API_ERROR,
                                Side.SERVER,
                                0.97,
                                "API error, at the server: 34 % of 1440 requests failed, most of them 500")),
                edge(jobs, core, http(61, 0, 0.009), WELL),
                edge(core, notifications, http(7.5, 0, 0.02), WELL),
                edge(
                        notifications,
                        twilio,
                        http(3.2, 0, 0.31),
                        ill(
                                Fault.TRANSPORT_LOSS,
                                Side.NETWORK,
                                0.93,
                                "Transport, in the network outside: 9.8 % of 2210 segments had to be sent again")),
                edge(notifications, dns, names(14), WELL)));
    }

    /** Sixty services in six namespaces, with what they use outside. */
    static ServiceMap large() {
        Random random = new Random(60);
        String[] spaces = {"edge", "shop", "payments", "search", "accounts", "platform"};
        String[][] names = {
            {"ingress-gateway", "web-frontend", "mobile-bff", "admin-portal", "graphql"},
            {
                "catalog",
                "cart",
                "checkout",
                "pricing",
                "promotions",
                "inventory",
                "recommendations",
                "reviews",
                "shipping",
                "orders",
                "returns"
            },
            {
                "payment-gateway",
                "fraud-detection",
                "ledger",
                "invoicing",
                "payouts",
                "card-vault",
                "reconciliation",
                "tax"
            },
            {"query-service", "indexer", "suggest", "ranking", "crawler", "embeddings", "synonyms-service"},
            {
                "login",
                "sessions",
                "profiles",
                "preferences",
                "notifications",
                "email-sender",
                "sms-sender",
                "audit-log",
                "loyalty"
            },
            {
                "postgres-primary",
                "postgres-replica",
                "redis-cache",
                "kafka-broker",
                "object-store",
                "feature-flags",
                "config-service",
                "metrics-gateway",
                "secrets",
                "scheduler",
                "very-long-service-name-for-batch-processing-jobs"
            },
        };
        Map<String, List<Identity>> all = new LinkedHashMap<>();
        for (int i = 0; i < spaces.length; i++) {
            List<Identity> here = new ArrayList<>();
            for (String name : names[i]) {
                here.add(workload(spaces[i], name));
            }
            all.put(spaces[i], here);
        }
        List<Edge> edges = new ArrayList<>();
        Set<String> known = new LinkedHashSet<>();
        Identity world = ReservedIdentity.WORLD;
        List<Identity> outside = List.of(
                new NameIdentity("api.twilio.com"), new NameIdentity("api.stripe.com"),
                new NameIdentity("smtp.sendgrid.net"), new NameIdentity("s3.eu-central-1.amazonaws.com"),
                new NameIdentity("login.microsoftonline.com"), new NameIdentity("hooks.slack.com"),
                new ProcessIdentity("dnsmasq.service", ""), new ProcessIdentity("", "/usr/bin/prometheus"));
        List<Identity> front = all.getOrDefault("edge", List.of());
        add(edges, known, random, world, front.get(0));
        for (int i = 1; i < front.size(); i++) {
            add(edges, known, random, front.get(0), front.get(i));
        }
        for (String space : List.of("shop", "payments", "search", "accounts")) {
            List<Identity> here = all.getOrDefault(space, List.of());
            add(edges, known, random, front.get(1 + random.nextInt(4)), here.get(0));
            for (int i = 1; i < here.size(); i++) {
                add(edges, known, random, here.get(i < 4 ? 0 : random.nextInt(4)), here.get(i));
            }
        }
        List<Identity> platform = all.getOrDefault("platform", List.of());
        for (int i = 0; i < platform.size(); i++) {
            List<Identity> user = all.getOrDefault(spaces[1 + random.nextInt(4)], List.of());
            add(edges, known, random, user.get(random.nextInt(user.size())), platform.get(i));
        }
        add(
                edges,
                known,
                random,
                all.getOrDefault("shop", List.of()).get(2),
                all.getOrDefault("payments", List.of()).get(0));
        add(
                edges,
                known,
                random,
                all.getOrDefault("shop", List.of()).get(9),
                all.getOrDefault("accounts", List.of()).get(4));
        add(edges, known, random, all.getOrDefault("accounts", List.of()).get(6), outside.get(0));
        add(edges, known, random, all.getOrDefault("payments", List.of()).get(0), outside.get(1));
        add(edges, known, random, all.getOrDefault("accounts", List.of()).get(5), outside.get(2));
        add(edges, known, random, platform.get(4), outside.get(3));
        add(edges, known, random, all.getOrDefault("accounts", List.of()).get(0), outside.get(4));
        add(edges, known, random, all.getOrDefault("accounts", List.of()).get(4), outside.get(5));
        add(edges, known, random, all.getOrDefault("search", List.of()).get(4), outside.get(6));
        add(edges, known, random, outside.get(7), platform.get(7));
        return map(edges);
    }

    private static void add(List<Edge> edges, Set<String> known, Random random, Identity from, Identity to) {
        if (from.equals(to) || !known.add(from + " " + to)) {
            return;
        }
        int number = edges.size();
        LayerVerdict verdict = switch (number % 23) {
            case 5 -> ill(Fault.API_ERROR, Side.SERVER, 0.96, "API error, at the server: 12 % of 900 requests failed");
            case 11 -> ill(Fault.API_SLOW, Side.SERVER, 0.44, "API slow, at the server: answers take 800 ms (median)");
            case 17 ->
                ill(Fault.TRANSPORT_LOSS, Side.NETWORK, 0.9, "Transport, in the network: 4.1 % of 9000 segments");
            case 20 -> UNSEEN;
            default -> WELL;
        };
        edges.add(edge(
                from,
                to,
                http(Math.exp(random.nextDouble() * 7), number % 23 == 5 ? 0.12 : 0, 0.004 + random.nextDouble() / 20),
                verdict));
    }

    /** Names that would be markup, script, syntax or commands, were they taken for it. */
    static List<String> hostileNames() {
        return List.of(
                "</script><script>alert(1)</script>",
                "\"><img src=x onerror=alert(2)>",
                "<!--<script>",
                "]]>--><svg/onload=alert(3)>",
                "'; alert(4); '",
                "`${alert(5)}`",
                "\\\"]; evil [label=\"x",
                "a\" -> b; \"",
                "end\n  click n0 call alert(6)",
                "\"] --> x[\"y",
                "javascript:alert(7)",
                "\u001b[2J\u001b]0;owned\u0007",
                "\u202egpj.exe",
                "line\r\nbreak\u2028\u2029",
                "null\u0000byte",
                "half\ud800pair",
                "%s%n%1$s{{7*7}}#35;&lt;&amp;",
                "\\u003cscript\\u003e\\");
    }

    static ServiceMap hostile() {
        List<Edge> edges = new ArrayList<>();
        List<String> names = hostileNames();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String next = names.get((i + 1) % names.size());
            edges.add(edge(
                    workload(name, name),
                    i % 2 == 0 ? new NameIdentity(next) : workload(next, next),
                    http(3, 0.5, 0.01),
                    new LayerVerdict(
                            Fault.API_ERROR,
                            Side.SERVER,
                            0.9,
                            "API error: " + name,
                            List.of(new Evidence(Fault.API_ERROR, name, 1, name, Double.NaN)))));
        }
        return map(edges);
    }
}
