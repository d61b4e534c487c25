package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.KnownProcess;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessStarted;
import io.ebpf4j.observability.event.ProcessTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The processes of this host with their programs and cgroups: what several sources go by. A process that has ended is known
 * for a grace time more, so that one of a few milliseconds still has a name when its events are read.
 *
 * <p>The cgroup is that of the socket (version 2). Where that says nothing, as on hosts with version 1, it is that of
 * /proc/PID/cgroup, read once for each process, and again after it started another program. /proc is asked for a program
 * that no event told of, once too. Whoever asks for names from this
 * has to hand it the events of processes and a turn now and then: {@link ProcessIdentities} does. Bounded. Any thread may use it.
 */
public final class LocalProcesses {
    private static final int MOST = 1 << 14;

    private final ProcessTable table;
    private final CgroupFolders folders;
    private final Optional<Path> proc;
    private final boolean alsoVersion1;
    private final Map<ProcessKey, CgroupPath> read = new BoundedMap<>(MOST); // guarded by itself
    private final Set<ProcessRef> asked = Collections.newSetFromMap(new BoundedMap<>(MOST)); // of /proc, once each
    private final Revisions revisions = new Revisions();

    LocalProcesses(ProcessTable table, CgroupFolders folders, Optional<Path> proc, boolean alsoVersion1) {
        this.table = table;
        this.folders = folders;
        this.proc = proc;
        this.alsoVersion1 = alsoVersion1;
    }

    /**
     * {@return the processes of this host, those that run already among them: /proc is read}
     *
     * @throws java.io.UncheckedIOException where /proc cannot be read
     */
    public static LocalProcesses ofThisHost() {
        ProcessTable table = new ProcessTable();
        table.seed();
        Path proc = Path.of("/proc");
        return new LocalProcesses(
                table,
                new CgroupFolders(CgroupFolders.mount(proc.resolve("self/mountinfo"))),
                Optional.of(proc),
                Files.isDirectory(Path.of("/sys/fs/cgroup/memory"))
                        || Files.isDirectory(Path.of("/sys/fs/cgroup/pids")));
    }

    /** {@return processes that are known from events alone, as for a recording: /proc is another time's} */
    public static LocalProcesses ofEvents() {
        return new LocalProcesses(new ProcessTable(), new CgroupFolders(Optional.empty()), Optional.empty(), false);
    }

    void learn(ConnectivityEvent event) {
        if (!(event instanceof ProcessEvent step)) {
            return;
        }
        table.accept(step);
        if (step instanceof ProcessStarted) {
            // it was moved before it became what it is: by its runtime, or by systemd
            synchronized (read) {
                read.remove(step.process().key());
            }
            if (alsoVersion1) {
                cgroupOf(step.process()); // it may be gone when somebody asks
            }
            revisions.changed(step.process().pid());
        }
    }

    void refresh(long now) {
        folders.refresh(now);
        table.expire(now);
    }

    /**
     * {@return another number after something was learned of the process at an end}
     *
     * @param subject the end
     */
    public long revision(Subject subject) {
        return subject.side() == Subject.Side.FAR
                ? 0
                : folders.revision(subject.cgroup())
                        + revisions.of(subject.process().pid());
    }

    /**
     * {@return the uid of the Kubernetes pod that the process at an end runs in, by its cgroup; empty where it runs in none, or that
     * is not known, as at the far end}
     *
     * @param subject the end
     */
    public String pod(Subject subject) {
        return cgroupOf(subject).pod();
    }

    /**
     * {@return the identifier of the container that the process at an end runs in, by its cgroup; empty where it runs in none, or
     * that is not known, as at the far end}
     *
     * @param subject the end
     */
    public String container(Subject subject) {
        return cgroupOf(subject).container();
    }

    /** What is known of the process at an end; of the far one nothing. */
    LocalProcess of(Subject subject) {
        ProcessRef process = subject.process();
        if (subject.side() == Subject.Side.FAR || !process.isKnown()) {
            return new LocalProcess("", "", cgroupOf(subject));
        }
        Optional<KnownProcess> known = known(process);
        return new LocalProcess(known.map(KnownProcess::executable).orElse(""), process.comm(), cgroupOf(subject));
    }

    private Optional<KnownProcess> known(ProcessRef process) {
        Optional<KnownProcess> told = table.find(process);
        if (proc.isEmpty()
                || told.filter(known -> known.process().comm().equals(process.comm()))
                        .isPresent()) {
            return told;
        }
        synchronized (read) {
            if (asked.contains(process)) {
                return told;
            }
            asked.add(process);
        }
        return table.ask(process);
    }

    /** The same without the program; of the far end the root. */
    CgroupPath cgroupOf(Subject subject) {
        if (subject.side() == Subject.Side.FAR) {
            return CgroupPath.ROOT;
        }
        CgroupPath cgroup = folders.find(subject.cgroup()).orElse(CgroupPath.ROOT);
        return cgroup.isRoot() && subject.process().isKnown() ? cgroupOf(subject.process()) : cgroup;
    }

    private CgroupPath cgroupOf(ProcessRef process) {
        if (proc.isEmpty()) {
            return CgroupPath.ROOT;
        }
        synchronized (read) {
            CgroupPath known = read.get(process.key());
            if (known != null) {
                return known;
            }
        }
        CgroupPath path = read(proc.get().resolve(Integer.toString(process.pid())), process);
        synchronized (read) {
            read.put(process.key(), path);
        }
        return path;
    }

    /** The root where it has ended, or the number is another's now. */
    private static CgroupPath read(Path directory, ProcessRef process) {
        try {
            CgroupPath path =
                    CgroupPath.ofProcess(Files.readAllLines(directory.resolve("cgroup"), StandardCharsets.UTF_8));
            return process.executable().isPresent() ? path : CgroupPath.ROOT;
        } catch (IOException gone) {
            return CgroupPath.ROOT;
        }
    }
}
