package io.ebpf4j.observability.event;

import io.ebpf4j.observability.protocol.Completeness;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A record of a process, read where it lies in the ring. A view is moved from record to record and is valid only while the
 * handler that was given it runs; {@link #toEvent()} keeps what it says. The accessors of numbers allocate nothing. Not for
 * use by several threads.
 */
public final class ProcessView {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private final ProcessFormat format;
    private ProcessType type = ProcessType.FORKED;
    private MemorySegment segment = MemorySegment.NULL;
    private long base;

    ProcessView(ProcessFormat format) {
        this.format = format;
    }

    void moveTo(ProcessType kind, MemorySegment ring, long offset) {
        type = kind;
        segment = ring;
        base = offset;
    }

    private int u32(long member) {
        return segment.get(U32, base + member);
    }

    private long u64(long member) {
        return segment.get(U64, base + member);
    }

    /** {@return what happened} */
    public ProcessType type() {
        return type;
    }

    /** {@return when, CLOCK_MONOTONIC nanoseconds} */
    public long timestamp() {
        return u64(format.header.timestamp);
    }

    /** {@return the CPU that told it} */
    public int cpu() {
        return u32(format.header.cpu);
    }

    /** {@return the process number} */
    public int pid() {
        return u32(format.pid);
    }

    /** {@return its effective user} */
    public int uid() {
        return u32(format.uid);
    }

    /** {@return when it started, CLOCK_BOOTTIME nanoseconds} */
    public long started() {
        return u64(format.started);
    }

    /** {@return its parent's number} */
    public int parentPid() {
        return u32(format.parentPid);
    }

    /** {@return when its parent started, CLOCK_BOOTTIME nanoseconds} */
    public long parentStarted() {
        return u64(format.parentStarted);
    }

    /** {@return id of its cgroup v2} */
    public long cgroup() {
        return u64(format.cgroup);
    }

    /** {@return inode number of its network namespace} */
    public long networkNamespace() {
        return Integer.toUnsignedLong(u32(format.netns));
    }

    /** {@return the name of its main thread} */
    public String comm() {
        return text(format.comm, ProcessFormat.COMM);
    }

    /** {@return what wait(2) tells its parent; 0 for a record of another kind than {@link ProcessType#EXITED}} */
    public int status() {
        return type == ProcessType.EXITED ? u32(format.exitCode) : 0;
    }

    /** {@return the program's file; empty for a record of another kind than {@link ProcessType#STARTED}} */
    public String executable() {
        return type == ProcessType.STARTED ? text(format.executable, ProcessFormat.EXECUTABLE) : "";
    }

    /** {@return the arguments that the record has; none for a record of another kind than {@link ProcessType#STARTED}} */
    public List<String> arguments() {
        if (type != ProcessType.STARTED) {
            return List.of();
        }
        int captured = Math.clamp(u32(format.argumentsCaptured), 0, ProcessFormat.ARGUMENTS);
        byte[] bytes = new byte[captured];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, base + format.arguments, bytes, 0, captured);
        return split(bytes);
    }

    /** Each argument ends with a zero; the last one may have been cut before it. */
    static List<String> split(byte[] bytes) {
        List<String> arguments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                arguments.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        if (start < bytes.length) {
            arguments.add(new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8));
        }
        return arguments;
    }

    private Completeness completeness() {
        return u32(format.argumentsCaptured) == u32(format.argumentsLength) ? Completeness.WHOLE : Completeness.CUT;
    }

    private String text(long member, int room) {
        byte[] bytes = new byte[room];
        int length = 0;
        while (length < room) {
            byte next = segment.get(ValueLayout.JAVA_BYTE, base + member + length);
            if (next == 0) {
                break;
            }
            bytes[length++] = next;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** {@return the record as an event to keep} */
    public ProcessEvent toEvent() {
        ProcessRef process = new ProcessRef(pid(), uid(), started(), comm());
        ProcessKey parent = new ProcessKey(parentPid(), parentStarted());
        return switch (type) {
            case STARTED ->
                new ProcessStarted(
                        timestamp(),
                        cpu(),
                        process,
                        parent,
                        cgroup(),
                        networkNamespace(),
                        executable(),
                        arguments(),
                        completeness());
            case FORKED -> new ProcessForked(timestamp(), cpu(), process, parent, cgroup(), networkNamespace());
            case EXITED ->
                new ProcessExited(timestamp(), cpu(), process, parent, cgroup(), networkNamespace(), status());
        };
    }
}
