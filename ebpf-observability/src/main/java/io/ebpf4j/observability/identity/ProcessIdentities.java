package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.ConnectivityEvent;
import java.util.function.Consumer;

/**
 * Names the near end by its systemd unit and its executable. Hands on the events of processes and the turns of time to the
 * {@link LocalProcesses} that it names from.
 */
public final class ProcessIdentities implements IdentitySource {
    private final LocalProcesses processes;

    /**
     * Names by process.
     *
     * @param processes knows them
     */
    public ProcessIdentities(LocalProcesses processes) {
        this.processes = processes;
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        LocalProcess process = processes.of(subject);
        String unit = process.cgroup().unit();
        String program = process.executable().isEmpty() ? process.comm() : process.executable();
        if (unit.isEmpty() && program.isEmpty()) {
            return;
        }
        findings.accept(new Finding(
                new ProcessIdentity(unit, program),
                Provenance.PROCESS,
                subject.timestamp(),
                Long.MAX_VALUE,
                subject.process().isKnown()
                        ? subject.process().toString()
                        : "cgroup " + process.cgroup().path()));
    }

    @Override
    public long revision(Subject subject) {
        return processes.revision(subject);
    }

    @Override
    public void learn(ConnectivityEvent event) {
        processes.learn(event);
    }

    @Override
    public void refresh(long now) {
        processes.refresh(now);
    }
}
