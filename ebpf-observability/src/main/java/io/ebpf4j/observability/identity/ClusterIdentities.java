package io.ebpf4j.observability.identity;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Names ends by what a cluster is made of: pods, services and nodes, as whoever watches the cluster tells.
 *
 * <p>The near end is its pod's by the pod's uid or the container's identifier in its cgroup's path, never by address where the cgroup
 * names a pod. The far end is, by its address, a pod, a service, or a node. An address is used again: of the pods that had it, the one
 * counts that was known to have it when the end was first seen and had not ended by then, the newest where there are several. One
 * that had ended names nothing new by its address, but is known by its uid for the grace time.
 *
 * <p>The address of a service is the workload behind it, where that is only one, with the service's name; else the service alone.
 * That of the service {@code kubernetes} in the namespace {@code default} is {@link ReservedIdentity#KUBE_APISERVER}. The own node's
 * addresses are {@link ReservedIdentity#HOST}, those of others {@link ReservedIdentity#REMOTE_NODE}.
 *
 * <p>Bounded: beyond 262,144 pods new ones are counted in {@link #refused()} and not named; of those that have ended as many are kept
 * for the grace time. Any thread may use it.
 */
public final class ClusterIdentities implements IdentitySource {
    private static final int MOST_PODS = 1 << 18;

    private final String cluster;
    private final String node;
    private final long graceNanos;
    private final LocalProcesses processes;
    private final Revisions revisions = new Revisions();
    // all guarded by this
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<String, Pod> containers = new HashMap<>();
    private final Map<Address, List<Pod>> podsByAddress = new HashMap<>();
    private final Map<String, Set<Pod>> podsByNamespace = new HashMap<>();
    private final Map<String, Map<String, Service>> services = new HashMap<>(); // by namespace and name
    private final Map<Address, Service> servicesByAddress = new HashMap<>();
    private final Map<String, ClusterNode> nodes = new HashMap<>();
    private final Map<Address, ClusterNode> nodesByAddress = new HashMap<>();
    private final ArrayDeque<Pod> ended = new ArrayDeque<>(); // in the order of their ends
    private long refused;

    /** Identity as an object is meant: a pod's facts change. */
    private static final class Pod {
        private ClusterPod facts;
        private final long learned;
        private final Map<Address, Long> since = new HashMap<>(); // when it was known to have the address
        private long end; // 0 while it runs
        private List<Service> services = List.of(); // by name

        Pod(ClusterPod facts, long learned) {
            this.facts = facts;
            this.learned = learned;
        }

        boolean runsAt(long time) {
            return end == 0 || end - time >= 0;
        }
    }

    private static final class Service {
        private final ClusterService facts;
        private final long learned;
        private final Map<Owner, Set<Pod>> behind = new HashMap<>();

        Service(ClusterService facts, long learned) {
            this.facts = facts;
            this.learned = learned;
        }
    }

    private record Owner(String kind, String workload) {}

    /**
     * Knows an empty cluster.
     *
     * @param cluster the cluster's name; empty where it has none
     * @param node the name of the node that this host is; empty where that is not known
     * @param grace how long a pod is known after its end
     * @param processes this host's processes
     */
    public ClusterIdentities(String cluster, String node, Duration grace, LocalProcesses processes) {
        this.cluster = cluster;
        this.node = node;
        this.graceNanos = grace.toNanos();
        this.processes = processes;
    }

    /**
     * A pod is there, or has changed.
     *
     * @param facts what it is now
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public synchronized void put(ClusterPod facts, long now) {
        Pod pod = pods.get(facts.uid());
        if (pod == null) {
            if (pods.size() - ended.size() >= MOST_PODS) {
                refused++;
                return;
            }
            pod = new Pod(facts, now);
            pods.put(facts.uid(), pod);
        } else if (pod.end != 0 || pod.facts.equals(facts)) {
            return; // an end is an end
        } else {
            unlink(pod);
            pod.facts = facts;
        }
        link(pod, now);
    }

    private void link(Pod pod, long now) {
        ClusterPod facts = pod.facts;
        podsByNamespace
                .computeIfAbsent(facts.namespace(), any -> new HashSet<>())
                .add(pod);
        for (String container : facts.containers()) {
            containers.put(container, pod);
            revisions.changed(container.hashCode());
        }
        revisions.changed(facts.uid().hashCode());
        Set<Address> addresses = new HashSet<>();
        for (InetAddress inet : facts.addresses()) {
            Address address = Address.of(inet);
            addresses.add(address);
            pod.since.putIfAbsent(address, now);
            podsByAddress.computeIfAbsent(address, any -> new ArrayList<>(1)).add(pod);
            revisions.changed(address.hashCode());
        }
        pod.since.keySet().retainAll(addresses);
        List<Service> selecting = new ArrayList<>();
        for (Service service :
                services.getOrDefault(facts.namespace(), Map.of()).values()) {
            if (service.facts.selects(facts)) {
                selecting.add(service);
            }
        }
        serve(pod, selecting);
    }

    private void serve(Pod pod, List<Service> selecting) {
        Owner owner = new Owner(pod.facts.kind(), pod.facts.workload());
        for (Service service : selecting) {
            service.behind.computeIfAbsent(owner, any -> new HashSet<>()).add(pod);
            changed(service);
        }
        pod.services = List.copyOf(selecting);
    }

    /** Its addresses may stand for others now. */
    private void changed(Service service) {
        for (InetAddress inet : service.facts.addresses()) {
            revisions.changed(Address.of(inet).hashCode());
        }
    }

    private void unlink(Pod pod) {
        Set<Pod> inNamespace = podsByNamespace.get(pod.facts.namespace());
        if (inNamespace != null) {
            inNamespace.remove(pod);
            if (inNamespace.isEmpty()) {
                podsByNamespace.remove(pod.facts.namespace());
            }
        }
        for (String container : pod.facts.containers()) {
            containers.remove(container, pod);
        }
        for (InetAddress inet : pod.facts.addresses()) {
            Address address = Address.of(inet);
            List<Pod> alike = podsByAddress.get(address);
            if (alike != null) {
                alike.remove(pod);
                if (alike.isEmpty()) {
                    podsByAddress.remove(address);
                }
            }
            revisions.changed(address.hashCode());
        }
        unserve(pod);
    }

    private void unserve(Pod pod) {
        Owner owner = new Owner(pod.facts.kind(), pod.facts.workload());
        for (Service service : pod.services) {
            Set<Pod> behind = service.behind.get(owner);
            if (behind != null) {
                behind.remove(pod);
                if (behind.isEmpty()) {
                    service.behind.remove(owner);
                    changed(service);
                }
            }
        }
        pod.services = List.of();
    }

    /**
     * A pod has ended, or is gone.
     *
     * @param uid which pod
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public synchronized void podEnded(String uid, long now) {
        Pod pod = pods.get(uid);
        if (pod == null || pod.end != 0) {
            return;
        }
        pod.end = now == 0 ? 1 : now;
        // it keeps the name of its service, and is not behind it any more
        List<Service> served = pod.services;
        unserve(pod);
        pod.services = served;
        for (InetAddress inet : pod.facts.addresses()) {
            revisions.changed(Address.of(inet).hashCode());
        }
        ended.add(pod);
        if (ended.size() > MOST_PODS) {
            forget(ended.remove());
        }
    }

    private void forget(Pod pod) {
        unlink(pod);
        pods.remove(pod.facts.uid(), pod);
    }

    /**
     * A service is there, or has changed.
     *
     * @param facts what it is now
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public synchronized void put(ClusterService facts, long now) {
        Service known = services.getOrDefault(facts.namespace(), Map.of()).get(facts.name());
        if (known != null && known.facts.equals(facts)) {
            return;
        }
        serviceEnded(facts.namespace(), facts.name());
        Service service = new Service(facts, known == null ? now : known.learned);
        services.computeIfAbsent(facts.namespace(), any -> new TreeMap<>()).put(facts.name(), service);
        facts.addresses().forEach(inet -> servicesByAddress.put(Address.of(inet), service));
        changed(service);
        selectAgain(facts.namespace(), now);
    }

    /**
     * A service is gone.
     *
     * @param namespace its namespace
     * @param name its name
     */
    public synchronized void serviceEnded(String namespace, String name) {
        Map<String, Service> inNamespace = services.get(namespace);
        Service service = inNamespace == null ? null : inNamespace.remove(name);
        if (inNamespace == null || service == null) {
            return;
        }
        if (inNamespace.isEmpty()) {
            services.remove(namespace);
        }
        service.facts.addresses().forEach(inet -> servicesByAddress.remove(Address.of(inet), service));
        changed(service);
        selectAgain(namespace, System.nanoTime());
    }

    private void selectAgain(String namespace, long now) {
        for (Pod pod : List.copyOf(podsByNamespace.getOrDefault(namespace, Set.of()))) {
            if (pod.end == 0) {
                unlink(pod);
                link(pod, now);
            }
        }
    }

    /**
     * A node is there, or has changed.
     *
     * @param facts what it is now
     */
    public synchronized void put(ClusterNode facts) {
        if (!facts.equals(nodes.get(facts.name()))) {
            nodeEnded(facts.name());
            nodes.put(facts.name(), facts);
            for (InetAddress inet : facts.addresses()) {
                nodesByAddress.put(Address.of(inet), facts);
                revisions.changed(Address.of(inet).hashCode());
            }
        }
    }

    /**
     * A node is gone.
     *
     * @param name its name
     */
    public synchronized void nodeEnded(String name) {
        ClusterNode gone = nodes.remove(name);
        if (gone != null) {
            for (InetAddress inet : gone.addresses()) {
                nodesByAddress.remove(Address.of(inet), gone);
                revisions.changed(Address.of(inet).hashCode());
            }
        }
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        String uid = processes.pod(subject);
        String container = processes.container(subject);
        (uid.isEmpty() && container.isEmpty() ? byAddress(subject) : byProcess(uid, container)).ifPresent(findings);
    }

    private synchronized Optional<Finding> byProcess(String uid, String container) {
        Pod pod = pods.get(uid);
        if (pod == null) {
            pod = containers.get(container);
        }
        return pod == null ? Optional.empty() : Optional.of(finding(pod, pod.learned, "by its cgroup"));
    }

    private synchronized Optional<Finding> byAddress(Subject subject) {
        Address address = Address.of(subject.endpoint());
        Pod pod = pod(address, subject.timestamp());
        if (pod != null) {
            return Optional.of(finding(pod, pod.since.getOrDefault(address, pod.learned), "by " + address));
        }
        Service service = servicesByAddress.get(address);
        if (service != null) {
            return Optional.of(finding(service, address));
        }
        ClusterNode at = nodesByAddress.get(address);
        return at == null
                ? Optional.empty()
                : Optional.of(new Finding(
                        at.name().equals(node) ? ReservedIdentity.HOST : ReservedIdentity.REMOTE_NODE,
                        Provenance.KUBERNETES,
                        subject.timestamp(),
                        Long.MAX_VALUE,
                        "node " + at.name() + " by " + address));
    }

    private @Nullable Pod pod(Address address, long time) {
        Comparator<Pod> known = Comparator.comparing(pod -> pod.since.getOrDefault(address, pod.learned) - time <= 0);
        return podsByAddress.getOrDefault(address, List.of()).stream()
                .filter(pod -> pod.runsAt(time))
                .max(known.thenComparingLong(pod -> pod.facts.created()).thenComparingLong(pod -> pod.learned))
                .orElse(null);
    }

    private Finding finding(Pod pod, long learned, String how) {
        ClusterPod facts = pod.facts;
        String service = pod.services.isEmpty() ? "" : pod.services.get(0).facts.name();
        return new Finding(
                new WorkloadIdentity(
                        cluster,
                        facts.namespace(),
                        facts.kind(),
                        facts.workload(),
                        facts.name(),
                        service,
                        facts.labels()),
                Provenance.KUBERNETES,
                learned,
                pod.end == 0 ? Long.MAX_VALUE : pod.end + graceNanos,
                "pod " + facts.namespace() + "/" + facts.name() + " " + how);
    }

    private Finding finding(Service service, Address address) {
        ClusterService facts = service.facts;
        Identity identity;
        if (facts.isApiServer()) {
            identity = ReservedIdentity.KUBE_APISERVER;
        } else if (service.behind.size() == 1) {
            ClusterPod any =
                    service.behind.values().iterator().next().iterator().next().facts;
            identity = new WorkloadIdentity(
                    cluster, facts.namespace(), any.kind(), any.workload(), "", facts.name(), any.labels());
        } else {
            identity = new WorkloadIdentity(cluster, facts.namespace(), "", "", "", facts.name(), Map.of());
        }
        return new Finding(
                identity,
                Provenance.KUBERNETES,
                service.learned,
                Long.MAX_VALUE,
                "service " + facts.namespace() + "/" + facts.name() + " by " + address);
    }

    @Override
    public long revision(Subject subject) {
        long revision =
                MergedIdentities.mix(processes.revision(subject), revisions.of(Address.hash(subject.endpoint())));
        if (subject.side() == Subject.Side.FAR) {
            return revision;
        }
        return MergedIdentities.mix(
                MergedIdentities.mix(
                        revision, revisions.of(processes.pod(subject).hashCode())),
                revisions.of(processes.container(subject).hashCode()));
    }

    @Override
    public synchronized void refresh(long now) {
        Pod oldest = ended.peek();
        while (oldest != null && now - oldest.end > graceNanos) {
            forget(ended.remove());
            oldest = ended.peek();
        }
    }

    /** {@return how many pods are known, those that ended a short time ago among them} */
    public synchronized int pods() {
        return pods.size();
    }

    /** {@return how many pods found no room} */
    public synchronized long refused() {
        return refused;
    }
}
