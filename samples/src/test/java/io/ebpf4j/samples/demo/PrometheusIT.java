package io.ebpf4j.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.samples.Ebpf4j;
import io.ebpf4j.samples.demo.service.AccessRecord;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The node agent as a process of its own, scraped by a real Prometheus while the demo's stories are played: what it shows is
 * held against the services' own logs and the kernel's counters.
 */
@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.PERFMON, Capability.NET_ADMIN, Capability.SYS_ADMIN},
        feature = "atomic operations in traffic-control programs")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrometheusIT {
    private static final Path DEPLOY = Path.of("src/main/deploy");
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Expressions that rightly give nothing here, and why. */
    private static final Map<String, String> NOTHING_THERE = Map.of(
            "CPU Usage by Source", "processor time of containers, from the kubelet by rules of kube-prometheus",
            "CPU Usage by Destination", "processor time of containers, from the kubelet by rules of kube-prometheus");

    @TempDir
    private static Path folder;

    private World world;
    private Process agent;
    private String metrics;
    private PrometheusServer prometheus;
    private Instant began;

    @BeforeAll
    void playTheStoriesWhilePrometheusScrapes() throws Exception {
        world = World.create();
        world.build();
        startTheAgent();
        prometheus = PrometheusServer.start(folder, configuration(), "exemplar-storage");
        began = Instant.now();
        for (Story story : Story.values()) {
            story.play(world);
        }
        whatTheStoriesDoNotHave();
        awaitScrapes();
    }

    private void startTheAgent() throws IOException, InterruptedException {
        agent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Ebpf4j.class.getName(),
                        "observe",
                        "--metrics-port",
                        "0",
                        "--cluster",
                        "demo",
                        "--identities",
                        names().toString(),
                        "--flow-log",
                        folder.resolve("flows.jsonl").toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("agent.log").toFile())
                .start();
        while (agent.isAlive() && said().noneMatch(line -> line.startsWith("watching"))) {
            Thread.sleep(100);
        }
        metrics = said().filter(line -> line.startsWith("metrics at "))
                .findFirst()
                .map(line -> line.substring("metrics at ".length()))
                .orElseThrow(() -> new IOException("the agent ended: " + said().toList()));
    }

    private Stream<String> said() {
        try {
            return Files.readAllLines(folder.resolve("agent.log")).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Who runs where, by control group alone: another world on this machine may have the same addresses. With a name for what
     * is outside in the story but on this machine in truth.
     */
    private Path names() throws IOException {
        List<String> names = new ArrayList<>(Files.readAllLines(world.identities()).stream()
                .filter(line -> !line.matches("workload\\.[^.]+\\.address .*"))
                .toList());
        names.add("workload.outside.workload = api.twilio.com");
        names.add("workload.outside.namespace = outside");
        names.add("workload.outside.cgroup = /" + world.folder().getFileName() + "/" + Host.TWILIO.label());
        return Files.write(folder.resolve("names.properties"), names);
    }

    /** The deployed configuration, with this target, this interval and these files. */
    private Path configuration() throws IOException {
        for (String rules : List.of("service-level.rules.yml", "alerts.rules.yml", "service-graph.rules.yml")) {
            Files.copy(DEPLOY.resolve("prometheus").resolve(rules), folder.resolve(rules));
        }
        String text = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"))
                .replace("127.0.0.1:9965", URI.create(metrics).getAuthority())
                .replace("_interval: 15s", "_interval: 1s");
        return Files.writeString(folder.resolve("prometheus.yml"), text);
    }

    /** A name that is not there, a port that refuses, a rule of a firewall, somewhere outside, and IPv6. */
    private void whatTheStoriesDoNotHave() throws Exception {
        NetworkNamespace resumes = world.namespace(Host.RESUMES);
        String name = resumes.name();
        Program.feed(
                "table ip test { chain out { type filter hook output priority 0; tcp dport 9 drop; }; }\n",
                "ip",
                "netns",
                "exec",
                name,
                "nft",
                "-f",
                "-");
        for (int i = 0; i < 4; i++) {
            Program.run("ip", "netns", "exec", name, "dig", "+tries=1", "+time=2", "nobody.invalid");
            ends("ip", "netns", "exec", name, "curl", "-s", "-m", "1", "http://" + Host.JOBPOSTING.address() + ":1/");
            ends("ip", "netns", "exec", name, "curl", "-s", "-m", "1", "http://" + Host.JOBPOSTING.address() + ":9/");
            ends("ip", "netns", "exec", name, "curl", "-s", "-m", "1", "http://203.0.113.9/"); // RFC 5737: nobody's
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"));
                    Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                    Socket accepted = server.accept()) {
                accepted.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
            }
            try (Socket refused = new Socket()) {
                refused.connect(new InetSocketAddress(InetAddress.ofLiteral("::1"), 1));
            } catch (ConnectException expected) {
                assertThat(expected).isNotNull();
            }
            Thread.sleep(1500); // over several scrapes: a series that comes into being with its last value has no rate
        }
    }

    private static void ends(String... command) throws IOException, InterruptedException {
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Until the counts rest and Prometheus has them, twice. */
    private void awaitScrapes() throws Exception {
        Map<String, Double> before = Map.of();
        long begin = System.nanoTime();
        while (true) {
            Thread.sleep(3000);
            Map<String, Double> now = requests("client", exposition("text/plain"));
            if (now.equals(before)) {
                break;
            }
            before = now;
            assertThat(System.nanoTime() - begin).isLessThan(PATIENCE.toNanos());
        }
        Thread.sleep(5000);
        assertThat(prometheus.query("up{job=\"ebpf4j\"}").toString()).contains("\"1\"");
    }

    @AfterAll
    void removeAll() throws Exception {
        if (prometheus != null) {
            prometheus.close();
        }
        if (agent != null) {
            agent.destroy();
            assertThat(agent.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        if (world != null) {
            world.close();
        }
        assertThat(said())
                .as("nothing was lost, so counts have to be equal")
                .anyMatch(line -> line.contains("none lost"));
    }

    private String exposition(String accept) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(metrics))
                            .header("Accept", accept)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body();
        }
    }

    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    /** Of each series of a family, its labels and value. */
    private static Map<Map<String, String>, Double> series(String text, String family) {
        Map<Map<String, String>, Double> series = new LinkedHashMap<>();
        text.lines().filter(line -> line.startsWith(family + "{")).forEach(line -> {
            int end = line.lastIndexOf('}');
            Map<String, String> labels = new TreeMap<>();
            Matcher matcher = LABEL.matcher(line.substring(0, end));
            while (matcher.find()) {
                labels.put(matcher.group(1), matcher.group(2));
            }
            series.put(labels, Double.parseDouble(line.substring(end + 2)));
        });
        return series;
    }

    private static Map<String, Double> requests(String reporter, String text) {
        Map<String, Double> sums = new TreeMap<>();
        series(text, "hubble_http_requests_total").forEach((labels, value) -> {
            if (labels.get("reporter").equals(reporter)
                    && labels.get("source_namespace").equals("tenant-jobs")) {
                sums.merge(
                        labels.get("source") + " " + labels.get("destination") + " " + labels.get("status"),
                        value,
                        Double::sum);
            }
        });
        return sums;
    }

    private static String destination(AccessRecord record) {
        return record.host().startsWith("core-api") || record.host().startsWith("10.244.7.1")
                ? "core-api"
                : record.host();
    }

    @Test
    void httpCountsAreThoseOfTheLogs() throws Exception {
        String text = exposition("text/plain");
        Map<String, Double> asked = new TreeMap<>();
        for (Host host : List.of(Host.RESUMES, Host.JOBPOSTING, Host.NOTIFICATIONS)) {
            for (AccessRecord record : world.asked(host)) {
                asked.merge(host.service() + " " + destination(record) + " " + record.status(), 1.0, Double::sum);
            }
        }
        assertThat(requests("client", text)).as("what clients' logs say").isEqualTo(asked);
        Map<String, Double> served = new TreeMap<>();
        for (Host host : List.of(Host.CORE_API_V1, Host.CORE_API_V2)) {
            for (AccessRecord record : world.served(host)) {
                served.merge(record.caller() + " core-api " + record.status(), 1.0, Double::sum);
            }
        }
        assertThat(requests("server", text).entrySet().stream()
                        .filter(entry -> entry.getKey().contains(" core-api "))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
                .as("what servers' logs say")
                .isEqualTo(served);
        System.out.println("HTTP by source, destination and status, equal to the logs: " + asked);
    }

    @Test
    void retransmitsAreThoseOfTheKernel() throws Exception {
        double seen = series(exposition("text/plain"), "system_network_tcp_retransmit_total").entrySet().stream()
                .filter(entry -> entry.getKey().get("source").equals("notifications")
                        && entry.getKey().get("network_tcp_handshake_role").equals("client"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        assertThat(seen).isPositive().isEqualTo((double) world.retransmits(Host.NOTIFICATIONS));
        System.out.println("retransmits of notifications, equal to TcpRetransSegs: " + seen);
    }

    /** An expression and where it stands. */
    private record Expression(String place, String title, String text) {}

    private static List<Expression> stockBoards() throws IOException {
        try (InputStream in = PrometheusIT.class.getResourceAsStream("/io/ebpf4j/samples/hubble-boards.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .map(parts -> new Expression("board " + parts[0], parts[1], parts[2]))
                    .toList();
        }
    }

    private static List<Expression> ownBoards() throws IOException {
        List<Expression> expressions = new ArrayList<>();
        try (Stream<Path> boards = Files.list(DEPLOY.resolve("grafana/dashboards"))) {
            for (Path board : boards.sorted().toList()) {
                JsonNode json = JsonMapper.shared().readTree(Files.readString(board));
                for (JsonNode panel : json.get("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        if (target.has("expr")) {
                            expressions.add(new Expression(
                                    board.getFileName().toString(),
                                    panel.get("title").asString(),
                                    target.get("expr").asString()));
                        }
                    }
                }
            }
        }
        return expressions;
    }

    /** Alerts are asked without their thresholds: they are to be silent, not blind. */
    private static List<Expression> rules(PrometheusServer prometheus) throws Exception {
        List<Expression> expressions = new ArrayList<>();
        for (JsonNode group : prometheus.get("/api/v1/rules").get("groups")) {
            for (JsonNode rule : group.get("rules")) {
                assertThat(rule.get("health").asString()).as(rule.toString()).isEqualTo("ok");
                String query = rule.get("query").asString().replaceAll(" [<>] [0-9.]+( \\* [0-9.]+)?( and |$)", "$2");
                expressions.add(new Expression(
                        group.get("name").asString(), rule.get("name").asString(), query));
            }
        }
        return expressions;
    }

    private static String filledIn(String expression) {
        return expression
                .replace("$interval", "10m")
                .replace("$__rate_interval", "10m")
                .replace("$__range", "10m")
                .replaceAll("\\$(cluster|source|destination|instance)\\b(?!\")", ".*")
                .replaceAll("\"\\$(cluster|source|destination|instance)\"", "\".*\"")
                .replace("\"$reporter\"", "\"client|server\"");
    }

    private static boolean hasData(JsonNode result) {
        for (JsonNode sample : result) {
            if (!sample.get("value").get(1).asString().equals("NaN")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void everyPanelAndRuleHasData() throws Exception {
        List<Expression> all = new ArrayList<>(stockBoards());
        all.addAll(ownBoards());
        all.addAll(rules(prometheus));
        List<String> empty = new ArrayList<>();
        for (Expression expression : all) {
            boolean data = hasData(prometheus.query(filledIn(expression.text())));
            if (data == NOTHING_THERE.containsKey(expression.title())) {
                empty.add(expression.place() + " / " + expression.title() + (data ? " has data: " : " has none: ")
                        + filledIn(expression.text()));
            }
        }
        System.out.println(all.size() + " expressions asked, without data: " + NOTHING_THERE);
        assertThat(empty).isEmpty();
        assertThat(all).hasSizeGreaterThan(150);
    }

    @Test
    void exemplarsAreTheClientsTraces() throws Exception {
        Set<String> traces = new HashSet<>();
        Set<String> slow = new HashSet<>();
        for (Host host : List.of(Host.RESUMES, Host.JOBPOSTING, Host.NOTIFICATIONS)) {
            for (AccessRecord record : world.asked(host)) {
                traces.add(record.traceId());
                if (record.latencyNanos() > 300_000_000L) {
                    slow.add(record.traceId());
                }
            }
        }
        for (String family : List.of(
                "hubble_http_requests_total",
                "hubble_http_request_duration_seconds_bucket",
                "system_network_tcp_retransmit_total")) {
            JsonNode found = prometheus.get(
                    "/api/v1/query_exemplars",
                    "query",
                    family + "{source=~\"resumes|jobposting|notifications\"}",
                    "start",
                    Long.toString(began.getEpochSecond()),
                    "end",
                    Long.toString(Instant.now().getEpochSecond() + 1));
            Set<String> named = new HashSet<>();
            for (JsonNode series : found) {
                for (JsonNode exemplar : series.get("exemplars")) {
                    String trace = exemplar.get("labels").get("traceID").asString();
                    named.add(trace);
                    if (family.endsWith("_bucket")
                            && exemplar.get("value").asString().compareTo("0.35") > 0) {
                        assertThat(slow)
                                .as("a slow point leads to a slow request")
                                .contains(trace);
                    }
                }
            }
            assertThat(named).as(family).isNotEmpty().isSubsetOf(traces);
            System.out.println(family + ": exemplars of " + named.size() + " traces, all of them the clients'");
        }
    }

    @Test
    void promtoolFindsNoFault() throws Exception {
        Program.feed(exposition("text/plain"), "promtool", "check", "metrics");
        Program.run(
                "promtool", "check", "config", folder.resolve("prometheus.yml").toString());
        assertThat(exposition("application/openmetrics-text"))
                .endsWith("# EOF\n")
                .contains("# {traceID=\"")
                .doesNotContain("cluster=\"\"");
    }

    @Test
    void nativeHistogramsAreThereToo() throws Exception {
        // Where they are enabled Prometheus asks for protobuf, and keeps a histogram under its own name. Another one
        // than the
        // first, for before 2.45 it then keeps no fixed buckets, which the dashboards ask for.
        Path other = Files.createDirectory(folder.resolve("native"));
        try (PrometheusServer server =
                PrometheusServer.start(other, folder.resolve("prometheus.yml"), "native-histograms")) {
            String expression =
                    "histogram_quantile(0.95, sum(hubble_http_request_duration_seconds{reporter=\"client\"}))";
            long begin = System.nanoTime();
            while (!hasData(server.query(expression))) {
                assertThat(System.nanoTime() - begin).as(server.log()).isLessThan(PATIENCE.toNanos());
                Thread.sleep(500);
            }
            double seconds = server.query(expression).get(0).get("value").get(1).asDouble();
            assertThat(seconds).isBetween(0.3, 1.0); // a third of the requests waited for the slow version
        }
    }
}
