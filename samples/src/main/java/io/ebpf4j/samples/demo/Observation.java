package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.AggregateOptions;
import io.ebpf4j.observability.aggregate.FlowAggregator;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.identity.HostIdentities;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.IdentityOptions;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.verdict.JourneyOptions;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.observability.verdict.JourneyTracker;
import io.ebpf4j.observability.verdict.LatencyBaseline;
import io.ebpf4j.observability.verdict.RequestJudge;
import io.ebpf4j.observability.verdict.RequestJudgeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What ebpf4j sees of the demo's hosts, over all layers: events, who is at their ends, what adds up, and what each request went
 * through. The machine's other network namespaces are not looked at.
 */
public final class Observation implements Observer {
    private static final int PAIRS = 256;

    private final Set<Long> namespaces;
    private final HostIdentities identities;
    private final FlowAggregator aggregator = new FlowAggregator(AggregateOptions.DEFAULTS);
    private final JourneySummary summary =
            new JourneySummary(PAIRS, new RequestJudge(RequestJudgeOptions.DEFAULTS, LatencyBaseline.NONE));
    private final JourneyTracker tracker = new JourneyTracker(JourneyOptions.DEFAULTS, summary); // guarded by itself
    private final ConnectivityEvents events;

    private Observation(Path names, Set<Long> namespaces) {
        this.namespaces = Set.copyOf(namespaces);
        this.identities = HostIdentities.open(IdentityOptions.DEFAULTS.withFile(names), LocalProcesses.ofThisHost());
        try {
            this.events = ConnectivityEvents.start(
                    ConnectivityOptions.DEFAULTS.withLayers(EnumSet.allOf(Layer.class)), this::accept);
        } catch (RuntimeException e) {
            identities.close();
            throw e;
        }
    }

    /**
     * Begins to look.
     *
     * @param names the file of identities
     * @param namespaces inode numbers of the network namespaces to look at
     */
    public static Observation start(Path names, Set<Long> namespaces) {
        return new Observation(names, namespaces);
    }

    private void accept(ConnectivityEvent event) {
        if (!isOurs(event)) {
            return;
        }
        IdentifiedEvent identified = identities.identify(event);
        aggregator.accept(identified);
        synchronized (tracker) {
            tracker.accept(identified);
        }
    }

    private boolean isOurs(ConnectivityEvent event) {
        return switch (event) {
            case ConnectionEvent step -> namespaces.contains(step.connection().networkNamespace());
            case DatagramEvent step -> namespaces.contains(step.connection().networkNamespace());
            case DnsTransaction question ->
                namespaces.contains(question.connection().networkNamespace());
            case HttpEvent said -> namespaces.contains(said.connection().networkNamespace());
            case TlsHandshake handshake ->
                namespaces.contains(handshake.connection().networkNamespace());
            case PacketDropped drop -> namespaces.contains(drop.networkNamespace());
            case ProcessEvent _, GapEvent _ -> true;
        };
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (LayerStatus status : events.status()) {
            status.problem()
                    .ifPresent(problem ->
                            problems.add("layer " + status.layer() + " is not watched: " + problem.getMessage()));
        }
        return problems;
    }

    @Override
    public Snapshot snapshot() {
        return aggregator.snapshot();
    }

    @Override
    public JourneySummary.Counted journeys() {
        synchronized (tracker) {
            tracker.elapse(System.nanoTime());
        }
        return summary.counted();
    }

    @Override
    public void close() {
        try {
            events.close();
        } finally {
            identities.close();
        }
    }
}
