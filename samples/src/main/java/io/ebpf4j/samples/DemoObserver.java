package io.ebpf4j.samples;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.identity.IdentityOptions;
import io.ebpf4j.observability.identity.LocalProcesses;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.samples.demo.Observer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The node agent, looking at the demo's hosts alone: the machine's other network namespaces are passed over. */
final class DemoObserver implements Observer {
    private final Agent agent;
    private final Closeable exports;

    private DemoObserver(Agent agent, Closeable exports) {
        this.agent = agent;
        this.exports = exports;
    }

    static DemoObserver start(Path identities, Set<Long> namespaces, ExportArguments arguments, Output output)
            throws IOException {
        Agent agent = Agent.start(
                arguments
                        .observer()
                        .withFilter(EventFilter.networkNamespaces(namespaces))
                        .withIdentities(IdentityOptions.DEFAULTS.withFile(identities)),
                LocalProcesses.ofThisHost());
        try {
            return new DemoObserver(agent, arguments.start(agent, output));
        } catch (IOException | RuntimeException e) {
            agent.close();
            throw e;
        }
    }

    @Override
    public List<String> problems() {
        return agent.observer().status().stream()
                .flatMap(layer -> layer.problem().stream()
                        .map(problem -> "layer " + layer.layer().name().toLowerCase(Locale.ROOT) + " is not watched: "
                                + Failures.describe(problem)))
                .toList();
    }

    @Override
    public Snapshot snapshot() {
        return agent.observer().snapshot();
    }

    @Override
    public JourneySummary.Counted journeys() {
        agent.elapse();
        return agent.journeys();
    }

    @Override
    public void usual(Snapshot window) {
        agent.compareWith(window);
    }

    @Override
    public void close() throws IOException {
        try (exports) {
            agent.close();
        }
    }
}
