package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.ProcessRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names ends by what all sources know, in the order of {@link Provenance}.
 *
 * <p>An end of a connection is resolved once, as of the time when the connection was first seen, and kept until a source has
 * learned something that concerns it: sources tell by {@link IdentitySource#revision}. What was known then and is not any more (a
 * DNS answer whose time is over, a pod that is gone) stays with the connection while it is open, and for a grace time after it; a
 * name that the address got later does not take its place. An end without a socket is resolved each time.
 *
 * <p>Identities are numbered without their pod ({@link WorkloadIdentity#withoutPod}): pods that come and go are one number.
 *
 * <p>Bounded: beyond the most connections, the one longest unused is forgotten. Any thread may use it; finding a known end again
 * takes a look-up or two in each source that keeps revisions; nothing is asked of /proc or files then.
 */
public final class MergedIdentities implements IdentityResolver {
    /** Names that an address may have got from another owner since. */
    private static final Set<Provenance> OF_THEIR_TIME =
            EnumSet.of(Provenance.KUBERNETES, Provenance.JVM_RESOLVER, Provenance.DNS);

    private static final int MOST_PEERS = 64; // of one socket of UDP

    private final List<IdentitySource> sources;
    private final IdentityTable table;
    private final MergeOptions options;
    private final BoundedMap<Long, Ends> connections; // guarded by this
    private final ArrayDeque<Ended> ended = new ArrayDeque<>(); // guarded by this

    private record Ended(long cookie, long when) {}

    private static final class Ends {
        private final Known near = new Known();
        private final Known far = new Known();
        private @Nullable Endpoint peer; // the far end's; sockets that are not connected have more
        private @Nullable Map<Endpoint, Known> others;

        Known known(Subject subject) {
            if (subject.side() == Subject.Side.NEAR) {
                return near;
            }
            if (peer == null) {
                peer = subject.endpoint();
            }
            if (subject.endpoint().equals(peer)) {
                return far;
            }
            if (others == null) {
                others = new BoundedMap<>(MOST_PEERS);
            }
            return others.computeIfAbsent(subject.endpoint(), endpoint -> new Known());
        }
    }

    /** What was resolved, and from what. */
    private static final class Known {
        private @Nullable Resolution resolution;
        private long since;
        private long revision;
        private ProcessRef process = ProcessRef.UNKNOWN;
        private ProcessRef asker = ProcessRef.UNKNOWN;
        private long cgroup;

        boolean isOf(Subject subject) {
            return cgroup == subject.cgroup() && process.equals(subject.process()) && asker.equals(subject.asker());
        }
    }

    /**
     * Names by some sources.
     *
     * @param sources the sources; of two that tell of the same provenance, the one that stands first is listed first
     * @param table numbers the identities
     * @param options how much is kept, and how long
     */
    public MergedIdentities(List<? extends IdentitySource> sources, IdentityTable table, MergeOptions options) {
        this.sources = List.copyOf(sources);
        this.table = table;
        this.options = options;
        this.connections = new BoundedMap<>(options.mostConnections());
    }

    @Override
    public synchronized Resolution resolve(Subject subject) {
        if (subject.cookie() == 0) {
            return resolution(find(subject));
        }
        Ends ends = connections.get(subject.cookie());
        Known known = ends == null ? keep(subject) : ends.known(subject);
        Resolution before = known.resolution;
        long revision = revision(subject); // before asking: what is learned meanwhile counts
        if (before != null && known.revision == revision && known.isOf(subject)) {
            return before;
        }
        known.since = before == null || subject.timestamp() - known.since < 0 ? subject.timestamp() : known.since;
        List<Finding> findings = find(at(subject, known.since));
        Resolution now = resolution(before == null ? findings : merge(before.findings(), findings, known.since));
        Resolution kept = before != null && now.equals(before) ? before : now;
        known.resolution = kept;
        known.revision = revision;
        known.process = subject.process();
        known.asker = subject.asker();
        known.cgroup = subject.cgroup();
        return kept;
    }

    private Known keep(Subject subject) {
        Ends ends = new Ends();
        connections.put(subject.cookie(), ends);
        return ends.known(subject);
    }

    private static Subject at(Subject subject, long timestamp) {
        return new Subject(
                subject.side(),
                subject.endpoint(),
                subject.process(),
                subject.cgroup(),
                subject.networkNamespace(),
                subject.asker(),
                subject.cookie(),
                timestamp);
    }

    private List<Finding> find(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        for (IdentitySource source : sources) {
            source.find(subject, findings::add);
        }
        findings.sort(Comparator.comparing(Finding::provenance)); // stable: a source's own order stays
        return findings;
    }

    /** Of each provenance what is known now; what was known before where nothing is, or only what came later. */
    private static List<Finding> merge(List<Finding> before, List<Finding> now, long since) {
        List<Finding> merged = new ArrayList<>(now);
        for (Provenance provenance : Provenance.values()) {
            List<Finding> old = of(provenance, before);
            List<Finding> current = of(provenance, now);
            if (old.isEmpty()) {
                continue;
            }
            boolean later = OF_THEIR_TIME.contains(provenance)
                    && !current.isEmpty()
                    && current.get(0).learned() - since > 0
                    && old.get(0).learned() - since <= 0
                    && current.stream()
                            .noneMatch(finding ->
                                    finding.identity().equals(old.get(0).identity()));
            if (current.isEmpty() || later) {
                merged.removeAll(current);
                merged.addAll(old);
            }
        }
        merged.sort(Comparator.comparing(Finding::provenance));
        return merged;
    }

    private static List<Finding> of(Provenance provenance, List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.provenance() == provenance)
                .toList();
    }

    private Resolution resolution(List<Finding> findings) {
        if (findings.isEmpty()) {
            return Resolution.UNKNOWN;
        }
        Identity identity = findings.get(0).identity();
        Identity counted = identity instanceof WorkloadIdentity workload ? workload.withoutPod() : identity;
        return new Resolution(table.number(counted), identity, findings);
    }

    /** Another number after {@link #resolve} may answer otherwise. */
    long revision(Subject subject) {
        long revision = 0;
        for (int i = 0; i < sources.size(); i++) {
            revision = mix(revision, sources.get(i).revision(subject));
        }
        return revision;
    }

    /** One number for two, another one where either is: small numbers that grow do not collide. */
    static long mix(long first, long second) {
        return first * 0x9e37_79b9_7f4a_7c15L + second; // 2^64 by the golden ratio
    }

    /** {@return what numbers the identities} */
    public IdentityTable table() {
        return table;
    }

    /**
     * Lets all sources learn from an event.
     *
     * @param event what happened
     */
    public void learn(ConnectivityEvent event) {
        for (IdentitySource source : sources) {
            source.learn(event);
        }
    }

    /**
     * Lets all sources bring themselves up to date; for a thread that may wait.
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public void refresh(long now) {
        for (IdentitySource source : sources) {
            source.refresh(now);
        }
        expire(now);
    }

    /**
     * Tells that a connection is over: its ends are forgotten after the grace time.
     *
     * @param cookie the socket's cookie
     * @param when the time, CLOCK_MONOTONIC nanoseconds
     */
    public synchronized void ended(long cookie, long when) {
        ended.add(new Ended(cookie, when));
        if (ended.size() > options.mostConnections()) {
            connections.remove(ended.remove().cookie);
        }
        expire(when);
    }

    private synchronized void expire(long now) {
        Ended oldest = ended.peek();
        while (oldest != null && now - oldest.when > options.graceNanos()) {
            connections.remove(oldest.cookie);
            ended.remove();
            oldest = ended.peek();
        }
    }

    /** {@return how many connections it keeps} */
    public synchronized int connections() {
        return connections.size();
    }

    /** {@return how many connections it forgot before they ended, for want of room} */
    public synchronized long evicted() {
        return connections.evicted();
    }
}
