package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Names out of a file, for hosts without Kubernetes, or for what Kubernetes does not know. The file is one of properties as
 * {@link java.util.Properties} reads them, in UTF-8:
 *
 * <pre>{@code
 * # for all workloads below that do not say otherwise
 * cluster = demo
 * namespace = tenant-jobs
 *
 * # who: workload.NAME.PART; all parts are optional, the workload's name is NAME where it is not given
 * workload.core-api.kind = Deployment
 * workload.core-api.service = core-api
 * workload.core-api.label.app = core-api
 * workload.core-api.label.app.kubernetes.io/version = v2
 * # by what it is recognised, at least one; several are separated by blanks
 * workload.core-api.address = 10.0.1.10 10.0.2.0/24 192.0.2.7:8080 [2001:db8::7]:8080
 * workload.core-api.cgroup = /demo/core-api /demo/core-api/**
 * workload.core-api.executable = /opt/core-api/bin/*
 * workload.core-api.unit = core-api.service core-api@*.service
 *
 * # ranges of addresses that are nobody's workload but have a name
 * cidr.office.address = 192.0.2.0/24 2001:db8:1::/48
 * }</pre>
 *
 * <p>PART is one of {@code cluster}, {@code namespace}, {@code kind}, {@code workload}, {@code pod}, {@code service}, {@code
 * label.KEY}; or of what recognises it: {@code address}, {@code cgroup}, {@code executable}, {@code unit}. NAME has no dot and
 * means nothing but that its lines belong together.
 *
 * <ul>
 *   <li>An address or range, with a port or without, names both ends; the narrowest range wins, and one with the port before any
 *       without.
 *   <li>{@code cgroup} (the path below the hierarchy's root), {@code executable} and {@code unit} (systemd's) are globs as of
 *       {@link java.nio.file.FileSystem#getPathMatcher}: {@code *} stops at a slash, {@code **} does not. They name the near end,
 *       the first that fits in the order cgroup, unit, executable, and within one as the file has them; and come before addresses.
 * </ul>
 *
 * A workload's finding is {@link Provenance#STATIC_FILE}, a range's {@link Provenance#CIDR_RULE}.
 *
 * <p>The file is read again when its time of change or its size is another one; one that is broken then leaves the old names in
 * place, and {@link #problem()} tells. Any thread may use it.
 */
public final class StaticIdentities implements IdentitySource {
    private static final int MOST_BYTES = 1 << 24;

    private final Path file;
    private final LocalProcesses processes;
    private volatile State state;

    private record State(StaticRules rules, Stamp stamp, long revision, Optional<RuntimeException> problem) {}

    private record Stamp(FileTime modified, long size) {
        static Stamp of(Path file) throws IOException {
            return new Stamp(Files.getLastModifiedTime(file), Files.size(file));
        }
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @param processes knows cgroups, executables and units
     * @throws IdentityFileException where the file says something that it cannot mean
     * @throws UncheckedIOException where it cannot be read
     */
    public StaticIdentities(Path file, LocalProcesses processes) {
        this.file = file;
        this.processes = processes;
        try {
            Stamp stamp = Stamp.of(file);
            this.state = new State(read(), stamp, 0, Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file, e);
        }
    }

    private StaticRules read() throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + " is longer than " + MOST_BYTES + " bytes");
        }
        return StaticRules.parse(file, Files.readString(file, StandardCharsets.UTF_8), System.nanoTime());
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        StaticRules rules = state.rules;
        Finding workload = rules.looksAtProcesses() ? rules.process(processes.of(subject)) : null;
        Endpoint endpoint = subject.endpoint();
        if (workload == null) {
            workload = rules.address(endpoint);
        }
        if (workload != null) {
            findings.accept(workload);
        }
        Finding range = rules.range(endpoint);
        if (range != null) {
            findings.accept(range);
        }
    }

    @Override
    public long revision(Subject subject) {
        State now = state;
        return now.revision + (now.rules.looksAtProcesses() ? processes.revision(subject) : 0);
    }

    @Override
    public void refresh(long now) {
        State before = state;
        Stamp stamp;
        try {
            stamp = Stamp.of(file);
        } catch (IOException e) {
            state = new State(
                    before.rules,
                    before.stamp,
                    before.revision,
                    Optional.of(new UncheckedIOException("read " + file + " again", e)));
            return;
        }
        if (stamp.equals(before.stamp)) {
            return;
        }
        try {
            state = new State(read(), stamp, before.revision + 1, Optional.empty());
        } catch (IdentityFileException e) {
            state = new State(before.rules, stamp, before.revision, Optional.of(e));
        } catch (IOException e) {
            state = new State(
                    before.rules,
                    stamp,
                    before.revision,
                    Optional.of(new UncheckedIOException("read " + file + " again", e)));
        }
    }

    /** {@return why the file as it is now is not what names come from; empty where it is} */
    public Optional<RuntimeException> problem() {
        return state.problem;
    }
}
