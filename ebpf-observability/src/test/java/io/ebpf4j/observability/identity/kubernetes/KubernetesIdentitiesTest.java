package io.ebpf4j.observability.identity.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.identity.Finding;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.identity.Subjects;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against fabric8's mock of an API server, whose connections can be cut and whose history can be too short. */
class KubernetesIdentitiesTest {
    private static final int PODS = 5000;
    private static final int WORKLOADS = 200;
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final long CHURN_NANOS = SECOND / 25; // a deletion and a creation: 50 changes a second

    private static final Duration CLOSING = Duration.ofSeconds(20);

    private final Logger mockLog = Logger.getLogger(MockWebServer.class.getName());
    private ApiServer server;
    private long pollers;
    private CuttingProxy proxy;
    private KubernetesClient direct;
    private KubernetesClient client;

    @BeforeEach
    void open() throws IOException {
        mockLog.setLevel(Level.WARNING); // it tells of every request
        pollers = pollers();
        server = new ApiServer();
        proxy = new CuttingProxy(server.port());
        direct = client(server.port());
        client = client(proxy.port());
    }

    private static KubernetesClient client(int port) {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + port + "/")
                .withHttp2Disable(true)
                .withWatchReconnectInterval(100)
                .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        direct.close();
        proxy.close();
        server.close();
        // the client's and the server's selectors close later, on threads of their own
        long end = System.nanoTime() + CLOSING.toNanos();
        while (pollers() > pollers && System.nanoTime() - end < 0) {
            System.gc(); // the JDK's client goes when nobody has it any more
            sleep();
        }
        assertThat(pollers()).isLessThanOrEqualTo(pollers);
    }

    private static long pollers() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(KubernetesIdentitiesTest::isPoller).count();
        }
    }

    private static boolean isPoller(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("anon_inode:");
        } catch (IOException closed) {
            return false;
        }
    }

    private static Pod pod(String name, String namespace, int workload, String address) {
        String hash = Integer.toHexString(0x10000 + workload);
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withUid(UUID.randomUUID().toString())
                .withResourceVersion("1")
                .withCreationTimestamp(Instant.now().toString())
                .withLabels(Map.of("app", "app-" + workload, "pod-template-hash", hash))
                .addNewOwnerReference()
                .withKind("ReplicaSet")
                .withName("app-" + workload + "-" + hash)
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(address)
                .endStatus()
                .build();
    }

    private static String address(int number) {
        return "10.1." + number / 250 + "." + (1 + number % 250);
    }

    private static String namespace(int workload) {
        return "team-" + workload % 10;
    }

    private static List<Finding> ask(KubernetesIdentities source, String address) {
        return Subjects.ask(source, Subjects.far(address, 80, System.nanoTime()));
    }

    @Test
    @Timeout(60)
    void whatAClusterIsMadeOf() throws Exception {
        server.put("pods", pod("app-1-a", "shop", 1, "10.1.0.1"));
        server.put(
                "pods",
                new PodBuilder(pod("agent", "shop", 2, "192.0.2.1"))
                        .editSpec()
                        .withHostNetwork(true)
                        .endSpec()
                        .build());
        server.put(
                "pods",
                new PodBuilder(pod("done", "shop", 3, "10.1.0.3"))
                        .editStatus()
                        .withPhase("Succeeded")
                        .endStatus()
                        .build());
        server.put(
                "services",
                new ServiceBuilder()
                        .withNewMetadata()
                        .withName("front")
                        .withNamespace("shop")
                        .withUid("s1")
                        .withResourceVersion("1")
                        .endMetadata()
                        .withNewSpec()
                        .withClusterIP("10.96.0.7")
                        .withSelector(Map.of("app", "app-1"))
                        .endSpec()
                        .build());
        for (int i = 1; i <= 2; i++) {
            server.put(
                    "nodes",
                    new NodeBuilder()
                            .withNewMetadata()
                            .withName("node-" + i)
                            .withUid("n" + i)
                            .withResourceVersion("1")
                            .endMetadata()
                            .withNewStatus()
                            .addNewAddress("192.0.2." + i, "InternalIP")
                            .addNewAddress("node-" + i, "Hostname")
                            .endStatus()
                            .build());
        }
        KubernetesOptions options =
                KubernetesOptions.DEFAULTS.withCluster("prod").withNode("node-1");
        try (KubernetesIdentities source = KubernetesIdentities.start(client, options, LocalProcesses.ofEvents())) {
            source.listed().get(30, TimeUnit.SECONDS);
            WorkloadIdentity workload = new WorkloadIdentity(
                    "prod", "shop", "Deployment", "app-1", "app-1-a", "front", Map.of("app", "app-1"));
            assertThat(ask(source, "10.1.0.1").get(0).identity()).isEqualTo(workload);
            assertThat(ask(source, "10.96.0.7").get(0).identity()).isEqualTo(workload.withoutPod());
            assertThat(ask(source, "192.0.2.1").get(0).identity().displayName()).isEqualTo("host");
            assertThat(ask(source, "192.0.2.2").get(0).identity().displayName()).isEqualTo("remote-node");
            assertThat(ask(source, "10.1.0.3")).as("a pod that is done").isEmpty();
            assertThat(ask(source, "198.51.100.1")).isEmpty();
        }
    }

    /** Who had an address, and until when; written by the one that makes it so. */
    private record Holder(String pod, WorkloadIdentity identity, long from, long[] until) {}

    private final Map<String, List<Holder>> truth = new ConcurrentHashMap<>();

    private void held(String address, Pod pod, int workload) {
        truth.computeIfAbsent(address, any -> Collections.synchronizedList(new ArrayList<>()))
                .add(new Holder(
                        pod.getMetadata().getName(),
                        new WorkloadIdentity(
                                "",
                                namespace(workload),
                                "Deployment",
                                "app-" + workload,
                                pod.getMetadata().getName(),
                                "",
                                Map.of("app", "app-" + workload)),
                        System.nanoTime(),
                        new long[] {Long.MAX_VALUE}));
    }

    /** Replaces pods by others that get their addresses, 50 changes a second. */
    private final class Churn {
        private final Random random = new Random(20261127);
        private final List<Long> lags = Collections.synchronizedList(new ArrayList<>());
        private final KubernetesIdentities source;
        private int number;
        private int changes;

        Churn(KubernetesIdentities source) {
            this.source = source;
        }

        void run(long nanos, Runnable atHalf, Runnable atThreeQuarters) throws InterruptedException {
            long start = System.nanoTime();
            List<Thread> waiting = new ArrayList<>();
            int quarters = 2;
            for (long next = start; next - start < nanos; next += CHURN_NANOS) {
                TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
                if (next - start >= quarters * nanos / 4 && quarters < 4) {
                    (quarters == 2 ? atHalf : atThreeQuarters).run();
                    quarters++;
                }
                replace(address(random.nextInt(PODS)), random.nextInt(WORKLOADS), waiting);
            }
            for (Thread thread : waiting) {
                thread.join();
            }
        }

        private void replace(String address, int workload, List<Thread> waiting) {
            List<Holder> holders = truth.get(address);
            Holder last = holders.get(holders.size() - 1);
            direct.pods()
                    .inNamespace(last.identity.namespace())
                    .withName(last.pod)
                    .delete();
            last.until[0] = System.nanoTime();
            Pod pod = pod("new-" + number++, namespace(workload), workload, address);
            held(address, pod, workload);
            direct.resource(pod).create();
            changes += 2;
            long done = System.nanoTime();
            waiting.add(Thread.ofVirtual().start(() -> {
                while (!names(address, pod)) {
                    if (System.nanoTime() - done > 30 * SECOND) {
                        throw new AssertionError("not visible after 30 s: " + address);
                    }
                    sleep();
                }
                lags.add(System.nanoTime() - done);
            }));
        }

        private boolean names(String address, Pod pod) {
            List<Finding> findings = ask(source, address);
            return !findings.isEmpty()
                    && ((WorkloadIdentity) findings.get(0).identity())
                            .pod()
                            .equals(pod.getMetadata().getName());
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks all the time, and compares each answer with who had the address. */
    private final class Auditor {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        private final KubernetesIdentities source;
        private final Thread thread;
        private long stalest; // this and the next are read when the thread has ended
        private long asked;

        Auditor(KubernetesIdentities source) {
            this.source = source;
            this.thread = Thread.ofPlatform().daemon().start(this::run);
        }

        private void run() {
            Random random = new Random(7);
            while (!stopped.get()) {
                for (int i = 0; i < 100; i++) {
                    check(address(random.nextInt(PODS)));
                }
                sleep();
            }
        }

        private void check(String address) {
            long now = System.nanoTime();
            List<Finding> findings = ask(source, address);
            asked++;
            if (findings.isEmpty()) {
                return; // between two holders, or not known yet: no label is no wrong one
            }
            WorkloadIdentity label = (WorkloadIdentity) findings.get(0).identity();
            for (Holder holder : List.copyOf(truth.get(address))) {
                if (holder.identity.equals(label)) {
                    if (holder.until[0] != Long.MAX_VALUE) {
                        stalest = Math.max(stalest, now - holder.until[0]);
                    }
                    return;
                }
            }
            wrong.add(address + " is " + label);
        }

        long stop() throws InterruptedException {
            stopped.set(true);
            thread.join();
            return stalest;
        }
    }

    @Test
    @Timeout(180)
    void fiveThousandPodsThatChurnThroughABrokenWatchAndA410AreNeverMislabelled() throws Exception {
        for (int i = 0; i < PODS; i++) {
            int workload = i % WORKLOADS;
            Pod pod = pod("pod-" + i, namespace(workload), workload, address(i));
            server.put("pods", pod);
            held(address(i), pod, workload);
        }
        long begin = System.nanoTime();
        try (KubernetesIdentities source =
                KubernetesIdentities.start(client, KubernetesOptions.DEFAULTS, LocalProcesses.ofEvents())) {
            source.listed().get(60, TimeUnit.SECONDS);
            System.out.printf("%d pods listed after %d ms%n", PODS, (System.nanoTime() - begin) / MILLISECOND);
            assertThat(source.cluster().pods()).isEqualTo(PODS);

            Churn churn = new Churn(source);
            Auditor steady = new Auditor(source);
            churn.run(4 * SECOND, () -> {}, () -> {});
            long steadyStaleness = steady.stop();
            report("steady", churn, steady);
            assertThat(steady.wrong).isEmpty();
            assertThat(steadyStaleness)
                    .as("an address's old name after its end")
                    .isLessThan(5 * SECOND);

            int lists = server.lists();
            Auditor resumed = new Auditor(source);
            churn.run(3 * SECOND, proxy::cut, proxy::mend);
            resumed.stop();
            report("watch cut", churn, resumed);
            assertThat(resumed.wrong).isEmpty();
            assertThat(server.lists()).as("listed again").isEqualTo(lists);

            Auditor gone = new Auditor(source);
            churn.run(4 * SECOND, proxy::cut, () -> {
                server.forgetHistory();
                proxy.mend();
            });
            gone.stop();
            report("watch cut, then 410 Gone", churn, gone);
            assertThat(gone.wrong).isEmpty();
            assertThat(server.gone()).as("watches that were told so").isEqualTo(1);
            assertThat(server.lists()).as("listed again").isEqualTo(lists + 1);

            for (int i = 0; i < PODS; i++) {
                List<Holder> holders = truth.get(address(i));
                assertThat(ask(source, address(i)))
                        .as(address(i))
                        .singleElement()
                        .satisfies(finding ->
                                assertThat(finding.identity()).isEqualTo(holders.get(holders.size() - 1).identity));
            }
            assertThat(churn.changes).isGreaterThanOrEqualTo(400);
        }
    }

    private static void report(String phase, Churn churn, Auditor auditor) {
        List<Long> lags = new ArrayList<>(churn.lags);
        churn.lags.clear();
        Collections.sort(lags);
        assertThat(lags).isNotEmpty();
        System.out.printf(
                "%s: %d pods replaced, visible after %d ms (median), %d ms (most); %d answers, %d wrong, an ended pod named for at most %d ms%n",
                phase,
                lags.size(),
                lags.get(lags.size() / 2) / MILLISECOND,
                lags.get(lags.size() - 1) / MILLISECOND,
                auditor.asked,
                auditor.wrong.size(),
                auditor.stalest / MILLISECOND);
    }
}
