package io.ebpf4j.observability.identity.kubernetes;

import io.ebpf4j.observability.event.AddressRange;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.identity.ClusterIdentities;
import io.ebpf4j.observability.identity.ClusterNode;
import io.ebpf4j.observability.identity.ClusterPod;
import io.ebpf4j.observability.identity.ClusterService;
import io.ebpf4j.observability.identity.Finding;
import io.ebpf4j.observability.identity.IdentitySource;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.identity.Subject;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.InetAddress;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Names from a Kubernetes cluster, as {@link ClusterIdentities} describes. Pods, services and nodes of the whole cluster are listed
 * and watched by fabric8's informers, which list again where a watch broke or its version is too old (410 Gone), and take
 * credentials and their rotation from the client's configuration. Until a change has come by the watch, names are those before it.
 *
 * <p>Needs {@code io.fabric8:kubernetes-client} and one of its HTTP clients ({@code kubernetes-httpclient-jdk}) on the path, version 8, and
 * the right to list and watch {@code pods}, {@code services} and {@code nodes}. Any thread may use it; the client's threads teach it.
 */
public final class KubernetesIdentities implements IdentitySource, AutoCloseable {
    /** Labels that are another with each pod or each rollout: they would make an identity of each. */
    private static final Set<String> CHANGING = Set.of(
            "pod-template-hash",
            "rollouts-pod-template-hash",
            "pod-template-generation",
            "controller-revision-hash",
            "controller-uid",
            "job-name",
            "batch.kubernetes.io/controller-uid",
            "batch.kubernetes.io/job-name",
            "batch.kubernetes.io/job-completion-index",
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index");

    private static final String MIRROR = "kubernetes.io/config.mirror"; // a static pod's uid where it runs

    private final ClusterIdentities cluster;
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final CompletableFuture<Void> listed;

    private KubernetesIdentities(KubernetesClient client, KubernetesOptions options, LocalProcesses processes) {
        this.cluster = new ClusterIdentities(options.cluster(), options.node(), options.grace(), processes);
        SharedIndexInformer<Pod> pods = client.pods().inAnyNamespace().runnableInformer(0);
        SharedIndexInformer<Service> services =
                client.services().inAnyNamespace().runnableInformer(0);
        SharedIndexInformer<Node> nodes = client.nodes().runnableInformer(0);
        this.listed = CompletableFuture.allOf(
                // services and nodes first: they are few, and pods are selected by services
                start(services, new SlimStore<>(Service::new), this::put, this::ended),
                start(
                        nodes,
                        new SlimStore<>(Node::new),
                        this::put,
                        node -> cluster.nodeEnded(node.getMetadata().getName())),
                start(
                        pods,
                        new SlimStore<>(Pod::new),
                        this::put,
                        pod -> cluster.podEnded(uid(pod), System.nanoTime())));
    }

    /**
     * Begins to list and watch. Names come as they are listed; {@link #listed()} tells when all are there.
     *
     * @param client the client; it stays the caller's, to be closed after this
     * @param options how to name
     * @param processes this host's processes, the same as other sources have
     * @return the source, to be closed by the caller
     */
    @SuppressWarnings(
            "exports") // transitive, the client's module would be asked for of everybody who compiles against this one
    public static KubernetesIdentities start(
            KubernetesClient client, KubernetesOptions options, LocalProcesses processes) {
        return new KubernetesIdentities(client, options, processes);
    }

    private <T extends HasMetadata> CompletableFuture<Void> start(
            SharedIndexInformer<T> informer, SlimStore<T> store, Consumer<T> put, Consumer<T> ended) {
        CompletableFuture<Void> handedOn = new CompletableFuture<>();
        informers.add(informer);
        informer.itemStore(store);
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T object) {
                put.accept(object);
            }

            @Override
            public void onUpdate(T before, T object) {
                if (!before.getMetadata().getUid().equals(object.getMetadata().getUid())) {
                    ended.accept(before); // deleted and made again while nobody watched
                }
                put.accept(object);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                ended.accept(object);
            }

            @Override
            public void onList(String version, boolean remainedEmpty) {
                handedOn.complete(null);
            }
        });
        // the start is over when the list was read, which is before its objects were handed on
        return informer.start().thenCompose(started -> handedOn).toCompletableFuture();
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    private void put(Pod pod) {
        PodStatus status = pod.getStatus();
        String phase = status == null || status.getPhase() == null ? "" : status.getPhase();
        long now = System.nanoTime();
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            cluster.podEnded(uid(pod), now); // its addresses are free
            return;
        }
        PodOwner owner = PodOwner.of(pod);
        Map<String, String> all = orNone(pod.getMetadata().getLabels());
        Map<String, String> labels = new HashMap<>(all);
        labels.keySet().removeAll(CHANGING);
        boolean hostNetwork =
                pod.getSpec() != null && Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
        String mirrored = orNone(pod.getMetadata().getAnnotations()).getOrDefault(MIRROR, "");
        List<String> containers = status == null ? new ArrayList<>() : containers(status);
        cluster.put(
                new ClusterPod(
                        uid(pod),
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getName(),
                        owner.kind(),
                        owner.name(),
                        labels,
                        all,
                        hostNetwork || status == null ? List.of() : addresses(status),
                        mirrored.isEmpty() ? containers : plus(containers, mirrored),
                        created(pod)),
                now);
    }

    private static List<String> plus(List<String> containers, String mirrored) {
        List<String> more = new ArrayList<>(containers);
        more.add(mirrored);
        return more;
    }

    private static List<InetAddress> addresses(PodStatus status) {
        Stream<String> all = orNone(status.getPodIPs()).stream().map(PodIP::getIp);
        return addresses(Stream.concat(Stream.ofNullable(status.getPodIP()), all));
    }

    /** Literals alone: nothing is looked up. */
    private static List<InetAddress> addresses(Stream<@Nullable String> texts) {
        List<InetAddress> addresses = new ArrayList<>();
        texts.forEach(text -> {
            if (text != null && !text.isEmpty() && !text.equals("None")) {
                AddressRange range = AddressRange.parse(text);
                InetAddress address = new Endpoint(range.high(), range.low(), 0).address();
                if (!addresses.contains(address)) {
                    addresses.add(address);
                }
            }
        });
        return addresses;
    }

    /** As {@code containerd://ID}; those of init and ephemeral containers too. */
    private static List<String> containers(PodStatus status) {
        return Stream.of(
                        orNone(status.getInitContainerStatuses()),
                        orNone(status.getContainerStatuses()),
                        orNone(status.getEphemeralContainerStatuses()))
                .flatMap(Collection::stream)
                .map(ContainerStatus::getContainerID)
                .filter(id -> id != null && id.contains("://"))
                .map(id -> id.substring(id.indexOf("://") + "://".length()))
                .toList();
    }

    private static long created(Pod pod) {
        String created = pod.getMetadata().getCreationTimestamp();
        try {
            return created == null ? 0 : Instant.parse(created).toEpochMilli();
        } catch (DateTimeParseException notATime) {
            return 0; // the one learned last counts as the newest then
        }
    }

    private void put(Service service) {
        if (service.getSpec() == null) {
            return;
        }
        Stream<@Nullable String> all = Stream.concat(
                Stream.ofNullable(service.getSpec().getClusterIP()),
                orNone(service.getSpec().getClusterIPs()).stream());
        cluster.put(
                new ClusterService(
                        service.getMetadata().getNamespace(),
                        service.getMetadata().getName(),
                        orNone(service.getSpec().getSelector()),
                        addresses(all)),
                System.nanoTime());
    }

    private void ended(Service service) {
        cluster.serviceEnded(
                service.getMetadata().getNamespace(), service.getMetadata().getName());
    }

    private void put(Node node) {
        Stream<@Nullable String> all = node.getStatus() == null
                ? Stream.empty()
                : orNone(node.getStatus().getAddresses()).stream()
                        .filter(address ->
                                Arrays.asList("InternalIP", "ExternalIP").contains(address.getType()))
                        .map(NodeAddress::getAddress);
        cluster.put(new ClusterNode(node.getMetadata().getName(), addresses(all)));
    }

    static <K, V> Map<K, V> orNone(@Nullable Map<K, V> map) {
        return map == null ? Map.of() : map;
    }

    static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    /** {@return completes when pods, services and nodes have been listed once; with the error where that cannot be} */
    public CompletableFuture<Void> listed() {
        return listed.copy();
    }

    /** {@return what the cluster is made of, as far as it is known} */
    public ClusterIdentities cluster() {
        return cluster;
    }

    /** {@return whether all is being watched at this moment: false while a broken watch is not up again} */
    public boolean isWatching() {
        return informers.stream().allMatch(SharedIndexInformer::isWatching);
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        cluster.find(subject, findings);
    }

    @Override
    public long revision(Subject subject) {
        return cluster.revision(subject);
    }

    @Override
    public void refresh(long now) {
        cluster.refresh(now);
    }

    /** Stops watching; what is known stays known. The client stays open. Closing again does nothing. */
    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::stop);
    }
}
