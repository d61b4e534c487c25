package io.ebpf4j.observability.event;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The host's processes by number and start time, so that a {@link ProcessRef} of any event can be given its program and
 * arguments, also where the process has ended since: it is kept for a grace time.
 *
 * <p>Fed by process events, and at the start by what /proc lists. Bounded: where there is no room, a process that has ended
 * goes first, then the one known longest. Any thread may use it.
 */
public final class ProcessTable {
    /** /proc tells start times in hundredths of a second (USER_HZ), so that is how exactly processes are told apart. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private final int most;
    private final long graceNanos;
    private final ProcessFiles files;
    private final Map<Key, KnownProcess> processes = new LinkedHashMap<>();
    private final ArrayDeque<Ended> ended = new ArrayDeque<>();
    private long evicted;

    private record Key(int pid, long tick) {
        static Key of(int pid, long started) {
            return new Key(pid, started / NANOS_PER_TICK);
        }
    }

    private record Ended(Key key, long when) {}

    /**
     * A table that knows nothing.
     *
     * @param most how many processes it keeps
     * @param grace how long after its end a process is kept
     * @throws IllegalArgumentException for less than one process or a negative time
     */
    public ProcessTable(int most, Duration grace) {
        this(most, grace, new ProcessFiles());
    }

    ProcessTable(int most, Duration grace, ProcessFiles files) {
        if (most < 1 || grace.isNegative()) {
            throw new IllegalArgumentException("a table of " + most + " processes, kept for " + grace);
        }
        this.most = most;
        this.graceNanos = grace.toNanos();
        this.files = files;
    }

    /** A table of 65,536 processes that keeps them for a minute. */
    public ProcessTable() {
        this(1 << 16, Duration.ofMinutes(1));
    }

    /** Learns the processes that /proc lists. Of what events have told already it learns nothing. */
    public void seed() {
        for (KnownProcess process : files.all()) {
            synchronized (this) {
                if (!processes.containsKey(key(process.process()))) {
                    put(process);
                }
            }
        }
    }

    /**
     * Learns what an event tells. Events have to come in the order of their times, as they are in the ring.
     *
     * @param event the event
     */
    public synchronized void accept(ProcessEvent event) {
        expire(event.timestamp());
        switch (event) {
            case ProcessStarted started ->
                put(new KnownProcess(
                        started.process(),
                        started.parent(),
                        started.executable(),
                        started.arguments(),
                        started.cgroup(),
                        0));
            case ProcessForked forked -> {
                KnownProcess parent = processes.get(
                        Key.of(forked.parent().pid(), forked.parent().started()));
                String executable = parent == null ? "" : parent.executable();
                List<String> arguments = parent == null ? List.of() : parent.arguments();
                put(new KnownProcess(forked.process(), forked.parent(), executable, arguments, forked.cgroup(), 0));
            }
            case ProcessExited exited -> {
                Key key = key(exited.process());
                KnownProcess known = processes.get(key);
                String executable = known == null ? "" : known.executable();
                List<String> arguments = known == null ? List.of() : known.arguments();
                put(new KnownProcess(
                        exited.process(), exited.parent(), executable, arguments, exited.cgroup(), exited.timestamp()));
                ended.add(new Ended(key, exited.timestamp()));
            }
        }
    }

    /**
     * Forgets what ended longer ago than the grace time.
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public synchronized void expire(long now) {
        Ended oldest = ended.peek();
        while (oldest != null && now - oldest.when > graceNanos) {
            processes.remove(oldest.key);
            ended.remove();
            oldest = ended.peek();
        }
    }

    private void put(KnownProcess process) {
        if (processes.put(key(process.process()), process) != null || processes.size() <= most) {
            return;
        }
        evicted++;
        Ended gone = ended.poll();
        if (gone != null) {
            processes.remove(gone.key);
        } else {
            Iterator<Key> oldest = processes.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private static Key key(ProcessRef process) {
        return Key.of(process.pid(), process.started());
    }

    /**
     * {@return what is known of a process; empty for one that was never told of, or that ended too long ago}
     *
     * @param process the process as an event names it
     */
    public synchronized Optional<KnownProcess> find(ProcessRef process) {
        return Optional.ofNullable(processes.get(key(process)));
    }

    /**
     * {@return what is known of a process; empty for one that was never told of, or that ended too long ago}
     *
     * @param process the process, such as a parent
     */
    public synchronized Optional<KnownProcess> find(ProcessKey process) {
        return Optional.ofNullable(processes.get(Key.of(process.pid(), process.started())));
    }

    /**
     * Finds a process, and asks /proc where events have not told of it yet, or not of its program: rings of several layers are
     * drained by turns, so an event can come before the start of the process that it names. Not for a replay, where /proc
     * is another time's.
     *
     * @param process the process as an event names it
     * @return what is known of it; empty where nobody told and it is gone
     */
    public Optional<KnownProcess> ask(ProcessRef process) {
        Optional<KnownProcess> known = find(process);
        if (known.isPresent()
                && (!known.get().isRunning() || known.get().process().comm().equals(process.comm()))) {
            return known;
        }
        Optional<KnownProcess> now =
                files.read(process.pid()).filter(read -> key(read.process()).equals(key(process)));
        synchronized (this) {
            KnownProcess meanwhile = processes.get(key(process));
            if (now.isEmpty() || (meanwhile != null && !meanwhile.isRunning())) {
                return Optional.ofNullable(meanwhile);
            }
            put(now.get());
        }
        return now;
    }

    /** {@return how many processes it knows} */
    public synchronized int size() {
        return processes.size();
    }

    /** {@return how many it forgot early, for want of room} */
    public synchronized long evicted() {
        return evicted;
    }
}
