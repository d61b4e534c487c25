package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.observability.event.EventFormat.HeaderFormat;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Where the members of process records are, learned from the BTF of the object that writes them ({@code process.h}).
 * Immutable; any thread may use it.
 */
public final class ProcessFormat {
    static final int COMM = 16; // TASK_COMM_LEN, include/linux/sched.h
    static final int EXECUTABLE = 256;
    static final int ARGUMENTS = 512;

    final HeaderFormat header;
    final long pid;
    final long uid;
    final long started;
    final long comm;
    final long parentPid;
    final long parentStarted;
    final long cgroup;
    final long netns;
    final long argumentsLength;
    final long argumentsCaptured;
    final long executable;
    final long arguments;
    final long exitCode;
    private final Map<ProcessType, Integer> numbers = new EnumMap<>(ProcessType.class);
    private final Map<ProcessType, Long> sizes = new EnumMap<>(ProcessType.class);

    private ProcessFormat(Btf btf) {
        header = new HeaderFormat(new StructBinding(btf, "event_header"));
        StructBinding common = new StructBinding(btf, "process_event");
        pid = common.integer("process.pid", Integer.BYTES);
        uid = common.integer("process.uid", Integer.BYTES);
        started = common.integer("process.started", Long.BYTES);
        comm = common.bytes("process.comm", COMM);
        parentPid = common.integer("parent_pid", Integer.BYTES);
        parentStarted = common.integer("parent_started", Long.BYTES);
        cgroup = common.integer("cgroup", Long.BYTES);
        netns = common.integer("netns", Integer.BYTES);
        StructBinding exec = new StructBinding(btf, "process_started");
        argumentsLength = exec.integer("arguments_length", Integer.BYTES);
        argumentsCaptured = exec.integer("arguments_captured", Integer.BYTES);
        executable = exec.bytes("executable", EXECUTABLE);
        arguments = exec.bytes("arguments", ARGUMENTS);
        StructBinding exit = new StructBinding(btf, "process_exited");
        exitCode = exit.integer("exit_code", Integer.BYTES);
        sizes.put(ProcessType.STARTED, exec.size());
        sizes.put(ProcessType.FORKED, new StructBinding(btf, "process_forked").size());
        sizes.put(ProcessType.EXITED, exit.size());
        Enumerators types = new Enumerators(btf, "process_event_type");
        for (ProcessType type : ProcessType.values()) {
            numbers.put(type, types.value(type.constant()));
        }
    }

    /**
     * Binds the readers to an object.
     *
     * @param btf the object's own BTF
     * @return the format
     * @throws io.ebpf4j.kernel.IncompatibleException when a struct, member or constant is missing or has another width;
     *     the message prints both sides
     */
    public static ProcessFormat bind(Btf btf) {
        return new ProcessFormat(btf);
    }

    /**
     * {@return the number of a kind in the records' type byte and in the tallies}
     *
     * @param type the kind
     */
    public int number(ProcessType type) {
        return Objects.requireNonNull(numbers.get(type), "every kind is bound");
    }

    /** {@return bytes of a record of that kind} */
    long size(ProcessType type) {
        return Objects.requireNonNull(sizes.get(type), "every kind is bound");
    }
}
