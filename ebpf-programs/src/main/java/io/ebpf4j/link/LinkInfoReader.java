package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code struct bpf_link_info} (include/uapi/linux/bpf.h of 6.18), whose offsets are declared here and compared
 * with the running kernel's BTF by LinkInfoLayoutIT.
 */
final class LinkInfoReader {
    /** Bytes of the struct in 6.18; an older kernel fills fewer and leaves the rest 0. */
    static final long SIZE = 64;

    static final long TYPE = 0;
    static final long ID = 4;
    static final long PROG_ID = 8;
    static final long RAW_TRACEPOINT_NAME = 16;
    static final long RAW_TRACEPOINT_NAME_LEN = 24;
    static final long RAW_TRACEPOINT_COOKIE = 32;
    static final long TRACING_ATTACH_TYPE = 16;
    static final long TRACING_TARGET_OBJ_ID = 20;
    static final long TRACING_TARGET_BTF_ID = 24;
    static final long TRACING_COOKIE = 32;
    static final long CGROUP_ID = 16;
    static final long CGROUP_ATTACH_TYPE = 24;
    static final long ITER_TARGET_NAME = 16;
    static final long ITER_TARGET_NAME_LEN = 24;
    static final long ITER_MAP_ID = 28;
    static final long ITER_CGROUP_ID = 32;
    static final long ITER_CGROUP_ORDER = 40;
    static final long ITER_TASK_TID = 32;
    static final long ITER_TASK_PID = 36;
    static final long NETNS_INO = 16;
    static final long NETNS_ATTACH_TYPE = 20;
    static final long XDP_IFINDEX = 16;
    static final long STRUCT_OPS_MAP_ID = 16;
    static final long NETFILTER_PF = 16;
    static final long NETFILTER_HOOKNUM = 20;
    static final long NETFILTER_PRIORITY = 24;
    static final long NETFILTER_FLAGS = 28;
    static final long KPROBE_MULTI_COUNT = 24;
    static final long KPROBE_MULTI_FLAGS = 28;
    static final long KPROBE_MULTI_MISSED = 32;
    static final long UPROBE_MULTI_PATH = 16;
    static final long UPROBE_MULTI_OFFSETS = 24;
    static final long UPROBE_MULTI_PATH_SIZE = 48;
    static final long UPROBE_MULTI_COUNT = 52;
    static final long UPROBE_MULTI_FLAGS = 56;
    static final long UPROBE_MULTI_PID = 60;
    static final long PERF_EVENT_TYPE = 16;
    static final long PERF_EVENT_UPROBE_FILE_NAME = 24;
    static final long PERF_EVENT_UPROBE_NAME_LEN = 32;
    static final long PERF_EVENT_UPROBE_OFFSET = 36;
    static final long PERF_EVENT_UPROBE_COOKIE = 40;
    static final long PERF_EVENT_UPROBE_REF_CTR_OFFSET = 48;
    static final long PERF_EVENT_KPROBE_FUNC_NAME = 24;
    static final long PERF_EVENT_KPROBE_NAME_LEN = 32;
    static final long PERF_EVENT_KPROBE_OFFSET = 36;
    static final long PERF_EVENT_KPROBE_ADDR = 40;
    static final long PERF_EVENT_KPROBE_MISSED = 48;
    static final long PERF_EVENT_KPROBE_COOKIE = 56;
    static final long PERF_EVENT_TRACEPOINT_NAME = 24;
    static final long PERF_EVENT_TRACEPOINT_NAME_LEN = 32;
    static final long PERF_EVENT_TRACEPOINT_COOKIE = 40;
    static final long PERF_EVENT_EVENT_CONFIG = 24;
    static final long PERF_EVENT_EVENT_TYPE = 32;
    static final long PERF_EVENT_EVENT_COOKIE = 40;
    static final long TCX_IFINDEX = 16;
    static final long TCX_ATTACH_TYPE = 20;
    static final long NETKIT_IFINDEX = 16;
    static final long NETKIT_ATTACH_TYPE = 20;
    static final long SOCKMAP_MAP_ID = 16;
    static final long SOCKMAP_ATTACH_TYPE = 20;

    /** {@code enum bpf_perf_event_type}. */
    private static final int PERF_EVENT_UPROBE = 1;

    private static final int PERF_EVENT_URETPROBE = 2;
    private static final int PERF_EVENT_KPROBE = 3;
    private static final int PERF_EVENT_KRETPROBE = 4;
    private static final int PERF_EVENT_TRACEPOINT = 5;
    private static final int PERF_EVENT_EVENT = 6;

    /** PATH_MAX, the longest text the kernel gives. */
    private static final int TEXT_BYTES = 4096;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final LinkCommands commands;
    private final int fd;
    private final MemorySegment info;
    private final MemorySegment text;

    private LinkInfoReader(LinkCommands commands, int fd, Arena arena) {
        this.commands = commands;
        this.fd = fd;
        this.info = arena.allocate(SIZE, Long.BYTES);
        this.text = arena.allocate(TEXT_BYTES);
    }

    /** Asks the kernel about an open link. */
    static LinkInfo read(LinkCommands commands, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            return new LinkInfoReader(commands, fd, arena).read(arena);
        }
    }

    private LinkInfo read(Arena arena) {
        fill();
        int number = number(TYPE);
        int id = number(ID);
        int program = number(PROG_ID);
        LinkType type = LinkType.of(number).orElse(null);
        if (type == null) {
            return new LinkInfo.Unknown(id, program, number);
        }
        return switch (type) {
            case RAW_TRACEPOINT ->
                new LinkInfo.RawTracepoint(
                        id, program, text(RAW_TRACEPOINT_NAME, RAW_TRACEPOINT_NAME_LEN), wide(RAW_TRACEPOINT_COOKIE));
            case TRACING ->
                new LinkInfo.Tracing(
                        id,
                        program,
                        attachType(TRACING_ATTACH_TYPE),
                        number(TRACING_TARGET_OBJ_ID),
                        number(TRACING_TARGET_BTF_ID),
                        wide(TRACING_COOKIE));
            case CGROUP -> new LinkInfo.Cgroup(id, program, wide(CGROUP_ID), attachType(CGROUP_ATTACH_TYPE));
            case ITERATOR -> iterator(id, program);
            case NETNS -> new LinkInfo.Netns(id, program, number(NETNS_INO), attachType(NETNS_ATTACH_TYPE));
            case XDP -> new LinkInfo.Xdp(id, program, number(XDP_IFINDEX));
            case PERF_EVENT -> perfEvent(id, program);
            case KPROBE_MULTI ->
                new LinkInfo.KprobeMulti(
                        id, program, number(KPROBE_MULTI_COUNT), number(KPROBE_MULTI_FLAGS), wide(KPROBE_MULTI_MISSED));
            case STRUCT_OPS -> new LinkInfo.StructOps(id, program, number(STRUCT_OPS_MAP_ID));
            case NETFILTER ->
                new LinkInfo.Netfilter(
                        id,
                        program,
                        number(NETFILTER_PF),
                        number(NETFILTER_HOOKNUM),
                        number(NETFILTER_PRIORITY),
                        number(NETFILTER_FLAGS));
            case TCX -> new LinkInfo.Tcx(id, program, number(TCX_IFINDEX), attachType(TCX_ATTACH_TYPE));
            case UPROBE_MULTI -> uprobeMulti(id, program, arena);
            case NETKIT -> new LinkInfo.Netkit(id, program, number(NETKIT_IFINDEX), attachType(NETKIT_ATTACH_TYPE));
            case SOCKMAP -> new LinkInfo.Sockmap(id, program, number(SOCKMAP_MAP_ID), attachType(SOCKMAP_ATTACH_TYPE));
        };
    }

    private LinkInfo iterator(int id, int program) {
        // The union behind the map id means what the target's name says (kernel/bpf/{map,cgroup,task}_iter.c).
        String target = text(ITER_TARGET_NAME, ITER_TARGET_NAME_LEN);
        boolean cgroup = target.equals("cgroup");
        boolean task = target.startsWith("task");
        return new LinkInfo.Iterator(
                id,
                program,
                target,
                number(ITER_MAP_ID),
                cgroup ? wide(ITER_CGROUP_ID) : 0,
                cgroup ? number(ITER_CGROUP_ORDER) : 0,
                task ? number(ITER_TASK_TID) : 0,
                task ? number(ITER_TASK_PID) : 0);
    }

    private LinkInfo perfEvent(int id, int program) {
        int type = number(PERF_EVENT_TYPE);
        return switch (type) {
            case PERF_EVENT_UPROBE, PERF_EVENT_URETPROBE ->
                new LinkInfo.Uprobe(
                        id,
                        program,
                        type == PERF_EVENT_UPROBE ? ProbePoint.ENTRY : ProbePoint.RETURN,
                        text(PERF_EVENT_UPROBE_FILE_NAME, PERF_EVENT_UPROBE_NAME_LEN),
                        Integer.toUnsignedLong(number(PERF_EVENT_UPROBE_OFFSET)),
                        wide(PERF_EVENT_UPROBE_COOKIE),
                        wide(PERF_EVENT_UPROBE_REF_CTR_OFFSET));
            case PERF_EVENT_KPROBE, PERF_EVENT_KRETPROBE ->
                new LinkInfo.Kprobe(
                        id,
                        program,
                        type == PERF_EVENT_KPROBE ? ProbePoint.ENTRY : ProbePoint.RETURN,
                        text(PERF_EVENT_KPROBE_FUNC_NAME, PERF_EVENT_KPROBE_NAME_LEN),
                        Integer.toUnsignedLong(number(PERF_EVENT_KPROBE_OFFSET)),
                        wide(PERF_EVENT_KPROBE_ADDR),
                        wide(PERF_EVENT_KPROBE_MISSED),
                        wide(PERF_EVENT_KPROBE_COOKIE));
            case PERF_EVENT_TRACEPOINT ->
                new LinkInfo.Tracepoint(
                        id,
                        program,
                        text(PERF_EVENT_TRACEPOINT_NAME, PERF_EVENT_TRACEPOINT_NAME_LEN),
                        wide(PERF_EVENT_TRACEPOINT_COOKIE));
            case PERF_EVENT_EVENT ->
                new LinkInfo.Event(
                        id,
                        program,
                        number(PERF_EVENT_EVENT_TYPE),
                        wide(PERF_EVENT_EVENT_CONFIG),
                        wide(PERF_EVENT_EVENT_COOKIE));
            default -> new LinkInfo.OpaquePerfEvent(id, program);
        };
    }

    private LinkInfo uprobeMulti(int id, int program, Arena arena) {
        int count = number(UPROBE_MULTI_COUNT);
        int flags = number(UPROBE_MULTI_FLAGS);
        int pid = number(UPROBE_MULTI_PID);
        MemorySegment offsets = arena.allocate(LONG, count);
        info.fill((byte) 0);
        info.set(LONG, UPROBE_MULTI_PATH, text.address());
        info.set(INT, UPROBE_MULTI_PATH_SIZE, TEXT_BYTES);
        info.set(LONG, UPROBE_MULTI_OFFSETS, offsets.address());
        info.set(INT, UPROBE_MULTI_COUNT, count);
        fill();
        List<Long> places = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            places.add(offsets.getAtIndex(LONG, i));
        }
        return new LinkInfo.UprobeMulti(id, program, text.getString(0, StandardCharsets.UTF_8), places, flags, pid);
    }

    /** Asks again with room for the text that the first answer named only by length, or not at all. */
    private String text(long addressAt, long lengthAt) {
        info.fill((byte) 0);
        info.set(LONG, addressAt, text.address());
        info.set(INT, lengthAt, TEXT_BYTES);
        fill();
        return text.getString(0, StandardCharsets.UTF_8);
    }

    private void fill() {
        int result = commands.info(fd, info);
        if (result < 0) {
            throw Failure.of("bpf(BPF_OBJ_GET_INFO_BY_FD)", result, "a link");
        }
    }

    private int number(long offset) {
        return info.get(INT, offset);
    }

    private long wide(long offset) {
        return info.get(LONG, offset);
    }

    private AttachType attachType(long offset) {
        return AttachType.of(number(offset));
    }
}
