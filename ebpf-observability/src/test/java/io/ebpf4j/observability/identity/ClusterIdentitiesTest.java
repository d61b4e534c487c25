package io.ebpf4j.observability.identity;

import static io.ebpf4j.observability.identity.Connections.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterIdentitiesTest {
    private static final String UID = "2b1f8a4c-9d3e-4f6a-8b7c-1a2b3c4d5e6f";
    private static final String CONTAINER = "3fa9b4f5f7b0c8e1d2a3948576abcdef00112233445566778899aabbccddeeff";

    private final ClusterIdentities cluster =
            new ClusterIdentities("prod", "node-1", Duration.ofSeconds(60), LocalProcesses.ofEvents());

    private static List<InetAddress> addresses(String... texts) {
        return List.of(texts).stream()
                .map(text -> {
                    try {
                        return InetAddress.getByName(text);
                    } catch (UnknownHostException e) {
                        throw new IllegalArgumentException(e);
                    }
                })
                .toList();
    }

    private static ClusterPod pod(String uid, String workload, long created, String... addresses) {
        return new ClusterPod(
                uid,
                "shop",
                workload + "-" + uid.substring(0, 1),
                "Deployment",
                workload,
                Map.of("app", workload),
                Map.of("app", workload, "pod-template-hash", "x"),
                addresses(addresses),
                List.of(),
                created);
    }

    private static ClusterService service(String name, String app, String... addresses) {
        return new ClusterService("shop", name, app.isEmpty() ? Map.of() : Map.of("app", app), addresses(addresses));
    }

    private List<String> at(String address, long time) {
        return Subjects.names(cluster, Subjects.far(address, 80, time));
    }

    @Test
    void aPodIsNamedByEachOfItsAddressesWithWorkloadServiceAndLabels() {
        cluster.put(service("web", "core-api"), SECOND);
        cluster.put(pod("a1", "core-api", 1, "10.1.0.1", "fd00::1"), SECOND);
        for (String address : List.of("10.1.0.1", "fd00::1")) {
            assertThat(Subjects.ask(cluster, Subjects.far(address, 80, 2 * SECOND)))
                    .singleElement()
                    .isEqualTo(new Finding(
                            new WorkloadIdentity(
                                    "prod",
                                    "shop",
                                    "Deployment",
                                    "core-api",
                                    "core-api-a",
                                    "web",
                                    Map.of("app", "core-api")),
                            Provenance.KUBERNETES,
                            SECOND,
                            Long.MAX_VALUE,
                            "pod shop/core-api-a by " + address));
        }
    }

    @Test
    void anAddressUsedAgainIsNeverThatOfThePodBefore() {
        cluster.put(pod("a1", "old", 1, "10.1.0.1"), SECOND);
        cluster.podEnded("a1", 5 * SECOND);
        assertThat(at("10.1.0.1", 4 * SECOND)).as("what began before the end").containsExactly("old");
        assertThat(at("10.1.0.1", 6 * SECOND)).as("what began after it").isEmpty();
        cluster.put(pod("b2", "new", 2, "10.1.0.1"), 7 * SECOND);
        assertThat(at("10.1.0.1", 8 * SECOND)).containsExactly("new");
        assertThat(at("10.1.0.1", 6 * SECOND)).as("told a little late").containsExactly("new");
        assertThat(at("10.1.0.1", 4 * SECOND)).containsExactly("old");
    }

    @Test
    void ofTwoPodsThatSeemToHaveAnAddressTheNewerHasIt() {
        cluster.put(pod("b2", "new", 2, "10.1.0.1"), 2 * SECOND);
        cluster.put(pod("a1", "old", 1, "10.1.0.1"), 3 * SECOND); // it is about to end
        assertThat(at("10.1.0.1", 4 * SECOND)).containsExactly("new");
    }

    @Test
    void anAddressThatAPodGivesUpIsNotItsOwnAnyMore() {
        cluster.put(pod("a1", "core-api", 1, "10.1.0.1"), SECOND);
        cluster.put(pod("a1", "core-api", 1, "10.1.0.2"), 2 * SECOND);
        assertThat(at("10.1.0.1", 3 * SECOND)).isEmpty();
        assertThat(at("10.1.0.2", 3 * SECOND)).containsExactly("core-api");
    }

    @Test
    void theNearEndIsNamedByPodOrContainerAlsoAfterTheirEndAndNeverByAddressThen(@TempDir Path root)
            throws IOException {
        Path pod = Files.createDirectories(root.resolve("kubepods/pod" + UID + "/" + CONTAINER));
        Path other = Files.createDirectories(root.resolve("docker/" + CONTAINER.replace('3', '4')));
        LocalProcesses processes =
                new LocalProcesses(new ProcessTable(), new CgroupFolders(Optional.of(root)), Optional.empty(), false);
        ClusterIdentities near = new ClusterIdentities("", "", Duration.ofSeconds(60), processes);
        Subject subject = Subjects.near(ProcessRef.UNKNOWN, (Long) Files.getAttribute(pod, "unix:ino"));
        long revision = near.revision(subject);
        near.put(pod("c3", "impostor", 9, "10.9.9.9"), SECOND); // the subject's address
        assertThat(Subjects.ask(near, subject))
                .as("a pod that is not known yet")
                .isEmpty();

        near.put(pod(UID, "core-api", 1), SECOND);
        assertThat(near.revision(subject)).isNotEqualTo(revision);
        assertThat(Subjects.names(near, subject)).containsExactly("core-api");
        near.podEnded(UID, 2 * SECOND);
        near.refresh(30 * SECOND);
        assertThat(Subjects.ask(near, subject)).singleElement().satisfies(finding -> {
            assertThat(finding.identity().displayName()).isEqualTo("core-api");
            assertThat(finding.expires()).isEqualTo(62 * SECOND);
        });
        near.refresh(63 * SECOND);
        assertThat(Subjects.ask(near, subject)).isEmpty();
        assertThat(near.pods()).isEqualTo(1);

        ClusterPod byContainer = new ClusterPod(
                "mirrored", "shop", "etcd", "Pod", "etcd", Map.of(), Map.of(), List.of(), List.of(CONTAINER), 1);
        near.put(byContainer, SECOND);
        assertThat(Subjects.names(near, subject)).containsExactly("etcd");
        assertThat(Subjects.ask(near, Subjects.near(ProcessRef.UNKNOWN, (Long) Files.getAttribute(other, "unix:ino"))))
                .isEmpty();
    }

    @Test
    void aServiceIsTheWorkloadBehindItWhereThatIsOne() {
        cluster.put(service("web", "core-api", "10.96.0.10"), SECOND);
        assertThat(Subjects.ask(cluster, Subjects.far("10.96.0.10", 80)).get(0).identity())
                .isEqualTo(new WorkloadIdentity("prod", "shop", "", "", "", "web", Map.of()));
        cluster.put(pod("a1", "core-api", 1, "10.1.0.1"), SECOND);
        cluster.put(pod("b2", "core-api", 1, "10.1.0.2"), SECOND);
        assertThat(Subjects.ask(cluster, Subjects.far("10.96.0.10", 80)).get(0).identity())
                .isEqualTo(new WorkloadIdentity(
                        "prod", "shop", "Deployment", "core-api", "", "web", Map.of("app", "core-api")));
        ClusterPod canary = new ClusterPod(
                "c3",
                "shop",
                "canary-c",
                "Deployment",
                "canary",
                Map.of("app", "core-api"),
                Map.of("app", "core-api"),
                addresses("10.1.0.3"),
                List.of(),
                1);
        cluster.put(canary, SECOND);
        assertThat(at("10.96.0.10", SECOND)).containsExactly("web");
        cluster.podEnded("c3", 2 * SECOND);
        assertThat(at("10.96.0.10", 3 * SECOND)).containsExactly("core-api");
        cluster.serviceEnded("shop", "web");
        assertThat(at("10.96.0.10", 3 * SECOND)).isEmpty();
        assertThat(((WorkloadIdentity) Subjects.ask(cluster, Subjects.far("10.1.0.1", 80, 3 * SECOND))
                                .get(0)
                                .identity())
                        .service())
                .isEmpty();
    }

    @Test
    void aServiceThatComesLaterSelectsThePodsThatAreThere() {
        cluster.put(pod("a1", "core-api", 1, "10.1.0.1"), SECOND);
        Subject subject = Subjects.far("10.1.0.1", 80, 3 * SECOND);
        long revision = cluster.revision(subject);
        cluster.put(service("web", "core-api"), 2 * SECOND);
        assertThat(cluster.revision(subject)).isNotEqualTo(revision);
        assertThat(((WorkloadIdentity) Subjects.ask(cluster, subject).get(0).identity()).service())
                .isEqualTo("web");
        cluster.put(service("a-first", "core-api"), 2 * SECOND);
        assertThat(((WorkloadIdentity) Subjects.ask(cluster, subject).get(0).identity()).service())
                .as("the first by name")
                .isEqualTo("a-first");
    }

    @Test
    void nodesAndTheApiServerAreReserved() {
        cluster.put(new ClusterNode("node-1", addresses("192.0.2.1")));
        cluster.put(new ClusterNode("node-2", addresses("192.0.2.2")));
        cluster.put(new ClusterService("default", "kubernetes", Map.of(), addresses("10.96.0.1")), SECOND);
        assertThat(at("192.0.2.1", SECOND)).containsExactly("host");
        assertThat(at("192.0.2.2", SECOND)).containsExactly("remote-node");
        assertThat(at("10.96.0.1", SECOND)).containsExactly("kube-apiserver");
        cluster.put(new ClusterNode("node-2", addresses("192.0.2.3")));
        assertThat(at("192.0.2.2", SECOND)).isEmpty();
        cluster.nodeEnded("node-2");
        assertThat(at("192.0.2.3", SECOND)).isEmpty();
    }
}
