package io.ebpf4j.kernel.sys;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The layout of {@code struct perf_event_attr}, the argument of perf_event_open(2), as data.
 *
 * <p>Source: {@code include/uapi/linux/perf_event.h}. The kernel takes any published size; 128 bytes are version 7
 * (Linux 5.13), and a tail of zeros is accepted by every kernel.
 */
public final class PerfEventAttr {
    /**
     * A member.
     *
     * @param name its C name
     * @param offset bytes from the start
     * @param size bytes
     */
    public record Member(String name, long offset, long size) {}

    private static final List<Member> MEMBERS = new ArrayList<>();

    /** Bytes of the whole, and the value to put in {@link #SIZE_MEMBER}. */
    public static final int SIZE = 128;

    /** Kind of event, {@code PERF_TYPE_*}, or the type number of a dynamic unit; u32. */
    public static final long TYPE = member("type", 0, 4);

    /** Bytes of this attr; u32. */
    public static final long SIZE_MEMBER = member("size", 4, 4);

    /** What to count; u64. */
    public static final long CONFIG = member("config", 8, 8);

    /** A sample every so many events; u64. */
    public static final long SAMPLE_PERIOD = member("sample_period", 16, 8);

    /** Samples per second, with the flag {@code freq}; u64. */
    public static final long SAMPLE_FREQ = member("sample_freq", 16, 8);

    /** What a sample holds, {@code PERF_SAMPLE_*}; u64. */
    public static final long SAMPLE_TYPE = member("sample_type", 24, 8);

    /** What read(2) gives, {@code PERF_FORMAT_*}; u64. */
    public static final long READ_FORMAT = member("read_format", 32, 8);

    /** Wake the reader after so many samples; u32. */
    public static final long WAKEUP_EVENTS = member("wakeup_events", 48, 4);

    /** Wake the reader after so many bytes, with the flag {@code watermark}; u32. */
    public static final long WAKEUP_WATERMARK = member("wakeup_watermark", 48, 4);

    /** Kind of breakpoint; u32. */
    public static final long BP_TYPE = member("bp_type", 52, 4);

    /** Depends on the unit; u64. */
    public static final long CONFIG1 = member("config1", 56, 8);

    /** Address of the name of a kernel function; u64. */
    public static final long KPROBE_FUNC = member("kprobe_func", 56, 8);

    /** Address of the path of a binary; u64. */
    public static final long UPROBE_PATH = member("uprobe_path", 56, 8);

    /** Depends on the unit; u64. */
    public static final long CONFIG2 = member("config2", 64, 8);

    /** A kernel address, where there is no function; u64. */
    public static final long KPROBE_ADDR = member("kprobe_addr", 64, 8);

    /** Offset of a probe in the function or the binary; u64. */
    public static final long PROBE_OFFSET = member("probe_offset", 64, 8);

    /** What branch samples hold; u64. */
    public static final long BRANCH_SAMPLE_TYPE = member("branch_sample_type", 72, 8);

    /** Registers of a sample; u64. */
    public static final long SAMPLE_REGS_USER = member("sample_regs_user", 80, 8);

    /** Bytes of stack of a sample; u32. */
    public static final long SAMPLE_STACK_USER = member("sample_stack_user", 88, 4);

    /** Clock of the time of a sample, signed; u32. */
    public static final long CLOCKID = member("clockid", 92, 4);

    /** Registers of a sample, at the interrupt; u64. */
    public static final long SAMPLE_REGS_INTR = member("sample_regs_intr", 96, 8);

    /** Wake the reader after so many auxiliary bytes; u32. */
    public static final long AUX_WATERMARK = member("aux_watermark", 104, 4);

    /** Frames of a call chain; u16. */
    public static final long SAMPLE_MAX_STACK = member("sample_max_stack", 108, 2);

    /** Bytes of auxiliary data of a sample; u32. */
    public static final long AUX_SAMPLE_SIZE = member("aux_sample_size", 112, 4);

    /** Value for the signal handler; u64. */
    public static final long SIG_DATA = member("sig_data", 120, 8);

    /** The flags, a u64 of bit-fields; {@link #flag(int)} gives their bits. */
    public static final long FLAGS = 40;

    /** Number of the flag {@code disabled}: counts only once it is enabled. */
    public static final int DISABLED = 0;
    /** Number of the flag {@code inherit}: children are counted too. */
    public static final int INHERIT = 1;
    /** Number of the flag {@code exclude_user}. */
    public static final int EXCLUDE_USER = 4;
    /** Number of the flag {@code exclude_kernel}. */
    public static final int EXCLUDE_KERNEL = 5;
    /** Number of the flag {@code freq}: the period is a frequency. */
    public static final int FREQ = 10;
    /** Number of the flag {@code watermark}: wake-ups are counted in bytes. */
    public static final int WATERMARK = 14;

    /** Number of the flag {@code write_backward}, since Linux 4.7: the newest record comes first. */
    public static final int WRITE_BACKWARD = 27;

    /** Type of software events. */
    public static final int PERF_TYPE_SOFTWARE = 1;
    /** Type of tracepoints; the config is the id in tracefs. */
    public static final int PERF_TYPE_TRACEPOINT = 2;
    /** Config of the CPU clock, a software event. */
    public static final long PERF_COUNT_SW_CPU_CLOCK = 0;
    /** Config of the event that programs write to with {@code bpf_perf_event_output}. */
    public static final long PERF_COUNT_SW_BPF_OUTPUT = 10;
    /** A sample holds the bytes given to {@code bpf_perf_event_output}. */
    public static final long PERF_SAMPLE_RAW = 1 << 10;
    /** Flag of the call: close-on-exec. */
    public static final long PERF_FLAG_FD_CLOEXEC = 8;

    /** ioctl request: start. */
    public static final long PERF_EVENT_IOC_ENABLE = 0x2400;
    /** ioctl request: stop. */
    public static final long PERF_EVENT_IOC_DISABLE = 0x2401;
    /** ioctl request: write nothing for now (argument 1), or go on (0), since Linux 4.7. */
    public static final long PERF_EVENT_IOC_PAUSE_OUTPUT = 0x40042409;
    /** ioctl request: attach the program of a descriptor. */
    public static final long PERF_EVENT_IOC_SET_BPF = 0x40042408;
    /** ioctl request: ids of the attached programs, to {@code struct perf_event_query_bpf}. */
    public static final long PERF_EVENT_IOC_QUERY_BPF = 0xc008240aL;

    private PerfEventAttr() {}

    /** {@return the members that are no bit-fields} */
    public static List<Member> members() {
        return List.copyOf(MEMBERS);
    }

    /**
     * {@return the bit of a flag in the u64 at {@link #FLAGS}: C numbers bit-fields from the low end on a little-endian
     * machine and from the high end on a big-endian one}
     *
     * @param number the flag
     */
    public static long flag(int number) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 1L << number : 1L << (63 - number);
    }

    private static long member(String name, long offset, long size) {
        MEMBERS.add(new Member(name, offset, size));
        return offset;
    }
}
