package io.ebpf4j.program;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What a program is run on without being attached ({@code BPF_PROG_TEST_RUN}), since Linux 4.12 for socket filters, tc and
 * XDP; 5.2 for the flow dissector; 5.10 for raw tracepoints; 5.14 for syscall programs; 5.15 for sk_lookup. Immutable.
 */
public final class TestRun {
    /** {@code BPF_F_TEST_RUN_ON_CPU}: run on the CPU of {@link #withCpu(int)}; raw tracepoints, since Linux 5.10. */
    public static final int ON_CPU = 1;

    /** {@code BPF_F_TEST_XDP_LIVE_FRAMES}: carry the verdict out; XDP, since Linux 5.18. */
    public static final int LIVE_FRAMES = 2;

    /**
     * What a run gave.
     *
     * @param returnValue the program's return value
     * @param data the packet afterwards; empty when no room was asked for
     * @param context the context afterwards; empty when no room was asked for
     * @param duration the mean time of one repetition
     */
    public record Result(int returnValue, Bytes data, Bytes context, Duration duration) {}

    /** Bytes that do not change. */
    public static final class Bytes {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        /** {@return how many there are} */
        public int length() {
            return bytes.length;
        }

        /** {@return a copy} */
        public byte[] toArray() {
            return bytes.clone();
        }
    }

    private final byte[] data;
    private final byte[] context;
    private final int dataRoom;
    private final int contextRoom;
    private final int repeat;
    private final int flags;
    private final OptionalInt cpu;

    private TestRun(
            byte[] data, byte[] context, int dataRoom, int contextRoom, int repeat, int flags, OptionalInt cpu) {
        this.data = data;
        this.context = context;
        this.dataRoom = dataRoom;
        this.contextRoom = contextRoom;
        this.repeat = repeat;
        this.flags = flags;
        this.cpu = cpu;
    }

    /** {@return one run without packet and context, which is how syscall programs and raw tracepoints can be run} */
    public static TestRun once() {
        return new TestRun(new byte[0], new byte[0], 0, 0, 0, 0, OptionalInt.empty());
    }

    /**
     * {@return one run on a packet, with room for as large a packet and 256 bytes more afterwards}
     *
     * @param data the packet, from its Ethernet header on; at least 14 bytes
     */
    public static TestRun onPacket(byte[] data) {
        return once().withData(data).withDataRoom(data.length + 256);
    }

    /**
     * {@return a copy with another packet}
     *
     * @param data the packet; copied
     */
    public TestRun withData(byte[] data) {
        return new TestRun(data.clone(), context, dataRoom, contextRoom, repeat, flags, cpu);
    }

    /**
     * {@return a copy with a context}
     *
     * @param context the bytes of the program type's context struct, in native order; copied
     */
    public TestRun withContext(byte[] context) {
        return new TestRun(data, context.clone(), dataRoom, contextRoom, repeat, flags, cpu);
    }

    /**
     * {@return a copy with room for the packet afterwards}
     *
     * @param bytes how much room; 0 when it is not wanted
     */
    public TestRun withDataRoom(int bytes) {
        return new TestRun(data, context, bytes, contextRoom, repeat, flags, cpu);
    }

    /**
     * {@return a copy with room for the context afterwards}
     *
     * @param bytes how much room; 0 when it is not wanted
     */
    public TestRun withContextRoom(int bytes) {
        return new TestRun(data, context, dataRoom, bytes, repeat, flags, cpu);
    }

    /**
     * {@return a copy with another number of repetitions}
     *
     * @param repeat how often to run; syscall programs and raw tracepoints run once only, and want 0
     */
    public TestRun withRepeat(int repeat) {
        return new TestRun(data, context, dataRoom, contextRoom, repeat, flags, cpu);
    }

    /**
     * {@return a copy with other flags}
     *
     * @param flags {@link #ON_CPU}, {@link #LIVE_FRAMES}
     */
    public TestRun withFlags(int flags) {
        return new TestRun(data, context, dataRoom, contextRoom, repeat, flags, cpu);
    }

    /**
     * {@return a copy that runs on one CPU; sets {@link #ON_CPU}}
     *
     * @param cpu the CPU
     */
    public TestRun withCpu(int cpu) {
        return new TestRun(data, context, dataRoom, contextRoom, repeat, flags | ON_CPU, OptionalInt.of(cpu));
    }

    byte[] data() {
        return data;
    }

    byte[] context() {
        return context;
    }

    int dataRoom() {
        return dataRoom;
    }

    int contextRoom() {
        return contextRoom;
    }

    int repeat() {
        return repeat;
    }

    int flags() {
        return flags;
    }

    OptionalInt cpu() {
        return Objects.requireNonNull(cpu);
    }
}
