package io.ebpf4j.observability.identity;

import java.util.function.Consumer;

/**
 * Names the near end by the container or pod that its cgroup's path tells. What runs outside of containers is not named here.
 *
 * @see ProcessIdentities
 */
public final class CgroupIdentities implements IdentitySource {
    private final LocalProcesses processes;

    /**
     * Names by cgroup.
     *
     * @param processes knows the cgroups
     */
    public CgroupIdentities(LocalProcesses processes) {
        this.processes = processes;
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        CgroupPath path = processes.cgroupOf(subject);
        if (!path.container().isEmpty()) {
            findings.accept(finding(path, path.container(), subject));
        } else if (!path.pod().isEmpty()) {
            findings.accept(finding(path, path.pod(), subject)); // a pod's own cgroup: what its containers share
        }
    }

    private static Finding finding(CgroupPath path, String id, Subject subject) {
        return new Finding(
                new ContainerIdentity(path.runtime(), id, ""),
                Provenance.CGROUP,
                subject.timestamp(),
                Long.MAX_VALUE,
                (path.pod().isEmpty() ? "cgroup " : "pod " + path.pod() + ", cgroup ") + path.path());
    }

    @Override
    public long revision(Subject subject) {
        return processes.revision(subject);
    }
}
