package io.ebpf4j.kernel;

import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/** The smallest thing that shows a feature, asked of the kernel. Results are those of bpf(2); nothing stays open. */
final class FeatureProbe {
    /** What the verifier says of a helper. */
    enum HelperAnswer {
        ALLOWED,
        UNKNOWN_TO_KERNEL,
        DENIED
    }

    /**
     * A load.
     *
     * @param result 0 if it was accepted, else the negative error number
     * @param log what the verifier wrote
     */
    record Loaded(int result, String log) {}

    private static final int LOG_SIZE = 64 << 10;
    private static final int BPF_F_NO_PREALLOC = 1;
    private static final int BPF_F_MMAPABLE = 1 << 10;
    private static final int BPF_F_SLEEPABLE = 1 << 4;
    private static final long BPF_F_CPU = 8;
    private static final int PERCPU_ARRAY = 6;
    private static final int ARRAY = 2;
    private static final int SOCKET_FILTER = 1;

    /** Program types whose expected attach type bpf_prog_load_check_attach() of kernel/bpf/syscall.c judges at load. */
    private static final Set<Integer> CHECKED_AT_LOAD = Set.of(8, 9, 18, 21, 25, 30, 32);

    private final Kernel kernel;
    private final KernelVersion running;

    FeatureProbe(Kernel kernel, KernelVersion running) {
        this.kernel = kernel;
        this.running = running;
    }

    static boolean checksAttachTypeAtLoad(int programType) {
        return CHECKED_AT_LOAD.contains(programType);
    }

    /** Whether a load got as far as looking at the kernel type it was to attach to. */
    static boolean refusesTarget(Loaded loaded) {
        return loaded.log().contains("attach_btf_id")
                || loaded.log().contains("Cannot replace kernel functions")
                || loaded.log().contains("Tracing programs must provide btf_id");
    }

    int mapType(int type) {
        return switch (type) {
            case 7 -> map(type, 4, 8, 1, 0); // stack trace: values are addresses
            case 11 -> map(type, 8, 8, 1, BPF_F_NO_PREALLOC); // LPM: prefix length and data
            case 12, 13 -> mapInMap(type);
            case 19, 21 -> map(type, 16, 8, 0, 0); // struct bpf_cgroup_storage_key
            case 22, 23, 30 -> map(type, 0, 4, 1, 0);
            case 24, 28, 29, 32 -> localStorage(type);
            case 26 -> structOps();
            case 27, 31 -> map(type, 0, 0, Math.toIntExact(kernel.pageSize()), 0);
            case 33 -> map(type, 0, 0, 1, BPF_F_MMAPABLE);
            default -> map(type, 4, 4, 1, 0);
        };
    }

    Loaded programType(int type) {
        return attachType(
                type,
                switch (type) {
                    case 18 -> 10; // cgroup_sock_addr: inet4_connect
                    case 20 -> 16; // lirc_mode2
                    case 25 -> 21; // cgroup_sockopt: getsockopt
                    case 26 -> 24; // tracing: fentry
                    case 29 -> 27; // lsm: mac
                    case 30 -> 36; // sk_lookup
                    case 32 -> 45; // netfilter
                    default -> 0;
                });
    }

    Loaded attachType(int type, int attachType) {
        // returning 1 is what each of these types allows, so that no rule about return values hides the answer
        int value = type == 8 || type == 9 || type == 18 || type == 25 || type == 30 || type == 32 ? 1 : 0;
        return load(type, attachType, Code.returning(value));
    }

    HelperAnswer helper(int programType, int helper) {
        Loaded loaded =
                load(programType, programType(programType).result() >= 0 ? attachOf(programType) : 0, new long[] {
                    Code.slot(0x85, 0, 0, 0, helper), Code.mov(0, 0), Code.EXIT
                });
        if (loaded.result() >= 0) {
            return HelperAnswer.ALLOWED;
        }
        String log = loaded.log();
        if (log.contains("invalid func ")
                || log.contains("unknown func ")
                || log.contains("program of this type cannot use helper ")
                || log.contains("helper is not allowed in ")) {
            return HelperAnswer.UNKNOWN_TO_KERNEL;
        }
        return log.isEmpty() ? HelperAnswer.DENIED : HelperAnswer.ALLOWED;
    }

    private static int attachOf(int type) {
        return switch (type) {
            case 18 -> 10;
            case 20 -> 16;
            case 25 -> 21;
            case 30 -> 36;
            case 32 -> 45;
            default -> 0;
        };
    }

    int objectName() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = mapAttr(arena, ARRAY, 4, 4, 1, 0);
            attr.setString(BpfAttr.MapCreate.MAP_NAME, "probe", StandardCharsets.US_ASCII);
            return closing(bpf(BpfCommand.MAP_CREATE, attr));
        }
    }

    int btf() {
        return closing(loadBtf());
    }

    int globalData() {
        return withMap(
                ARRAY,
                0,
                fd -> load(SOCKET_FILTER, 0, new long[] {
                            Code.slot(0x18, 1, 2, 0, fd), Code.slot(0, 0, 0, 0, 0), Code.mov(0, 0), Code.EXIT
                        })
                        .result());
    }

    int largeProgram() {
        long[] code = new long[5000];
        Arrays.fill(code, Code.mov(0, 0));
        code[code.length - 1] = Code.EXIT;
        return load(SOCKET_FILTER, 0, code).result();
    }

    int boundedLoop() {
        return load(SOCKET_FILTER, 0, new long[] {
                    Code.mov(0, 10), Code.slot(0x07, 0, 0, 0, -1), Code.slot(0x55, 0, 0, -2, 0), Code.EXIT
                })
                .result();
    }

    int mappableArray() {
        return map(ARRAY, 4, 8, 1, BPF_F_MMAPABLE);
    }

    int mapBatch() {
        return withMap(ARRAY, 0, fd -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(64, 8);
                MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.OUT_BATCH, memory.address());
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.KEYS, memory.address() + 16);
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.VALUES, memory.address() + 32);
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT, 1);
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.MAP_FD, fd);
                return kernel.bpf(BpfCommand.MAP_LOOKUP_BATCH, attr, BpfAttr.MapBatch.SIZE);
            }
        });
    }

    int isaV2() {
        return load(SOCKET_FILTER, 0, new long[] {Code.mov(0, 0), Code.slot(0xa5, 0, 0, 0, 1), Code.EXIT})
                .result();
    }

    int isaV3() {
        return load(SOCKET_FILTER, 0, new long[] {Code.mov(0, 0), Code.slot(0x16, 0, 0, 0, 1), Code.EXIT})
                .result();
    }

    int isaV4() {
        return load(SOCKET_FILTER, 0, new long[] {Code.mov(0, 0), Code.slot(0x06, 0, 0, 0, 0), Code.EXIT})
                .result();
    }

    int atomicFetch() {
        return load(SOCKET_FILTER, 0, new long[] {
                    Code.slot(0x7a, 10, 0, -8, 0),
                    Code.mov(1, 1),
                    Code.slot(0xdb, 10, 1, -8, 1),
                    Code.mov(0, 0),
                    Code.EXIT
                })
                .result();
    }

    int perCpuElement() {
        return withMap(PERCPU_ARRAY, 0, fd -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(8L + 8L * kernel.possibleCpus(), 8);
                MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapElement.MAP_FD, fd);
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapElement.KEY, memory.address());
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapElement.VALUE, memory.address() + 8);
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapElement.FLAGS, BPF_F_CPU);
                return kernel.bpf(BpfCommand.MAP_LOOKUP_ELEM, attr, BpfAttr.MapElement.SIZE);
            }
        });
    }

    private int map(int type, int keySize, int valueSize, int maxEntries, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return closing(bpf(BpfCommand.MAP_CREATE, mapAttr(arena, type, keySize, valueSize, maxEntries, flags)));
        }
    }

    private static MemorySegment mapAttr(Arena arena, int type, int keySize, int valueSize, int maxEntries, int flags) {
        MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAP_TYPE, type);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.KEY_SIZE, keySize);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.VALUE_SIZE, valueSize);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAX_ENTRIES, maxEntries);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAP_FLAGS, flags);
        return attr;
    }

    private int mapInMap(int type) {
        return withMap(ARRAY, 0, inner -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment attr = mapAttr(arena, type, 4, 4, 1, 0);
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.INNER_MAP_FD, inner);
                return closing(bpf(BpfCommand.MAP_CREATE, attr));
            }
        });
    }

    private int localStorage(int type) {
        int btf = loadBtf();
        if (btf < 0) {
            return btf;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = mapAttr(arena, type, 4, 4, 0, BPF_F_NO_PREALLOC);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_FD, btf);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_KEY_TYPE_ID, 1);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_VALUE_TYPE_ID, 1);
            return closing(bpf(BpfCommand.MAP_CREATE, attr));
        } finally {
            closing(btf);
        }
    }

    /** Type 1 of the kernel is no struct_ops type: ENOTSUPP means that the kernel looked. */
    private int structOps() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = mapAttr(arena, 26, 4, 4, 1, 0);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_VMLINUX_VALUE_TYPE_ID, 1);
            int result = closing(bpf(BpfCommand.MAP_CREATE, attr));
            return result == -Errno.ENOTSUPP.code() ? 0 : result;
        }
    }

    private int withMap(int type, int flags, IntUnaryOperator use) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = bpf(BpfCommand.MAP_CREATE, mapAttr(arena, type, 4, 4, 1, flags));
            if (fd < 0) {
                return fd;
            }
            try {
                return use.applyAsInt(fd);
            } finally {
                closing(fd);
            }
        }
    }

    /** BTF of one type, a 32-bit signed int. */
    private int loadBtf() {
        byte[] strings = "\0int\0".getBytes(StandardCharsets.US_ASCII);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(24 + 16 + strings.length, 8);
            bytes.set(ValueLayout.JAVA_SHORT, 0, (short) 0xeb9f);
            bytes.set(ValueLayout.JAVA_BYTE, 2, (byte) 1);
            bytes.set(ValueLayout.JAVA_INT, 4, 24);
            bytes.set(ValueLayout.JAVA_INT, 12, 16);
            bytes.set(ValueLayout.JAVA_INT, 16, 16);
            bytes.set(ValueLayout.JAVA_INT, 20, strings.length);
            bytes.set(ValueLayout.JAVA_INT, 24, 1);
            bytes.set(ValueLayout.JAVA_INT, 28, 1 << 24);
            bytes.set(ValueLayout.JAVA_INT, 32, 4);
            bytes.set(ValueLayout.JAVA_INT, 36, 1 << 24 | 32);
            MemorySegment.copy(strings, 0, bytes, ValueLayout.JAVA_BYTE, 40, strings.length);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.BtfLoad.BTF, bytes.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_SIZE, Math.toIntExact(bytes.byteSize()));
            return bpf(BpfCommand.BTF_LOAD, attr);
        }
    }

    private Loaded load(int type, int attachType, long[] code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment slots = arena.allocate(8L * code.length, 8);
            for (int i = 0; i < code.length; i++) {
                Code.write(slots, i, code[i]);
            }
            MemorySegment log = arena.allocate(LOG_SIZE, 8);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.PROG_TYPE, type);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.INSN_CNT, code.length);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.ProgLoad.INSNS, slots.address());
            attr.set(
                    ValueLayout.JAVA_LONG,
                    BpfAttr.ProgLoad.LICENSE,
                    arena.allocateFrom("GPL").address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.LOG_LEVEL, 1);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.LOG_SIZE, LOG_SIZE);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.ProgLoad.LOG_BUF, log.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.EXPECTED_ATTACH_TYPE, attachType);
            if (type == 2) {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.KERN_VERSION, running.code());
            }
            if (type == 31) {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.PROG_FLAGS, BPF_F_SLEEPABLE);
            }
            if (type == 26 || type == 28 || type == 29) {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.ATTACH_BTF_ID, 1);
            }
            int size = BpfAttr.usedSize(attr, BpfAttr.SIZE);
            int result = kernel.bpfRetryingEagain(BpfCommand.PROG_LOAD, attr, size);
            if (result == -Errno.ENOSPC.code()) {
                // only the log was too short for what it had to say
                attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.LOG_LEVEL, 0);
                attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.LOG_SIZE, 0);
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.ProgLoad.LOG_BUF, 0);
                result = kernel.bpfRetryingEagain(BpfCommand.PROG_LOAD, attr, size);
            }
            return new Loaded(closing(result), log.getString(0));
        }
    }

    private int bpf(BpfCommand command, MemorySegment attr) {
        return kernel.bpf(command, attr, BpfAttr.usedSize(attr, BpfAttr.SIZE));
    }

    /** Closes what a probe made; what remains is that it could be made. */
    private int closing(int result) {
        if (result < 0) {
            return result;
        }
        Failure.check("close", kernel.close(result), "what a feature probe made");
        return 0;
    }

    /** Instructions as the canonical long: opcode, registers, offset, immediate from the low end. */
    private static final class Code {
        static final long EXIT = slot(0x95, 0, 0, 0, 0);

        static long slot(int opcode, int dst, int src, int offset, int immediate) {
            return opcode | (long) dst << 8 | (long) src << 12 | (offset & 0xffffL) << 16 | (long) immediate << 32;
        }

        static long mov(int register, int value) {
            return slot(0xb7, register, 0, 0, value);
        }

        static long[] returning(int value) {
            return new long[] {mov(0, value), EXIT};
        }

        /** On a big-endian machine the two register nibbles are swapped too: they are bit-fields. */
        static void write(MemorySegment slots, int index, long slot) {
            long at = 8L * index;
            int registers = (int) (slot >>> 8 & 0xff);
            if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
                registers = (registers << 4 | registers >>> 4) & 0xff;
            }
            slots.set(ValueLayout.JAVA_BYTE, at, (byte) slot);
            slots.set(ValueLayout.JAVA_BYTE, at + 1, (byte) registers);
            slots.set(ValueLayout.JAVA_SHORT, at + 2, (short) (slot >>> 16));
            slots.set(ValueLayout.JAVA_INT, at + 4, (int) (slot >>> 32));
        }
    }
}
