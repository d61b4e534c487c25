package io.ebpf4j.samples;

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
import io.ebpf4j.observability.identity.IdentityOptions;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.samples.demo.Observer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The node agent, looking at the demo's hosts alone: the machine's other network namespaces are passed over. */
final class DemoObserver implements Observer {
    private final Set<Long> namespaces;
    private final Agent agent; // guarded by itself where it is fed
    private final ConnectivityEvents events;
    private final Closeable exports;

    private DemoObserver(Path identities, Set<Long> namespaces, ExportArguments arguments, Output output)
            throws IOException {
        this.namespaces = Set.copyOf(namespaces);
        this.agent = new Agent(
                IdentityOptions.DEFAULTS.withFile(identities), arguments.aggregate(), LocalProcesses.ofThisHost());
        try {
            this.events = ConnectivityEvents.start(
                    ConnectivityOptions.DEFAULTS.withLayers(EnumSet.allOf(Layer.class)), this::accept);
        } catch (RuntimeException e) {
            agent.close();
            throw e;
        }
        agent.fedBy(events);
        try {
            this.exports = arguments.start(agent, events, events.anchor(), output);
        } catch (IOException | RuntimeException e) {
            events.close();
            agent.close();
            throw e;
        }
    }

    static DemoObserver start(Path identities, Set<Long> namespaces, ExportArguments arguments, Output output)
            throws IOException {
        return new DemoObserver(identities, namespaces, arguments, output);
    }

    private void accept(ConnectivityEvent event) {
        if (isOurs(event)) {
            synchronized (agent) {
                agent.accept(event);
            }
        }
    }

    private boolean isOurs(ConnectivityEvent event) {
        return switch (event) {
            case ConnectionEvent step -> isOurs(step.connection().networkNamespace());
            case DatagramEvent step -> isOurs(step.connection().networkNamespace());
            case DnsTransaction question -> isOurs(question.connection().networkNamespace());
            case HttpEvent said -> isOurs(said.connection().networkNamespace());
            case TlsHandshake handshake -> isOurs(handshake.connection().networkNamespace());
            case PacketDropped drop -> isOurs(drop.networkNamespace());
            case ProcessEvent _, GapEvent _ -> true;
        };
    }

    private boolean isOurs(long namespace) {
        return namespaces.contains(namespace);
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (LayerStatus layer : events.status()) {
            layer.problem()
                    .ifPresent(problem -> problems.add("layer "
                            + layer.layer().name().toLowerCase(Locale.ROOT) + " is not watched: "
                            + Failures.describe(problem)));
        }
        return problems;
    }

    @Override
    public Snapshot snapshot() {
        return agent.snapshot();
    }

    @Override
    public JourneySummary.Counted journeys() {
        synchronized (agent) {
            agent.elapse(System.nanoTime()); // where nothing happens any more, nothing else tells the time
        }
        return agent.journeys();
    }

    @Override
    public void usual(Snapshot window) {
        agent.compareWith(window);
    }

    @Override
    public void close() throws IOException {
        try {
            events.close();
        } finally {
            try {
                exports.close();
            } finally {
                agent.close();
            }
        }
    }
}
