package io.ebpf4j.program;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfAttr.ObjInfo;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.spec.ProgramType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code struct bpf_prog_info} (include/uapi/linux/bpf.h, Linux 6.18). An older kernel fills a shorter struct and
 * leaves the rest zero.
 */
final class InfoReader {
    static final long TYPE = 0;
    static final long ID = 4;
    static final long TAG = 8;
    static final long JITED_PROG_LEN = 16;
    static final long XLATED_PROG_LEN = 20;
    static final long XLATED_PROG_INSNS = 32;
    static final long LOAD_TIME = 40;
    static final long CREATED_BY_UID = 48;
    static final long NR_MAP_IDS = 52;
    static final long MAP_IDS = 56;
    static final long NAME = 64;
    static final long GPL_COMPATIBLE = 84;
    static final long BTF_ID = 128;
    static final long RUN_TIME_NS = 192;
    static final long RUN_CNT = 200;
    static final long RECURSION_MISSES = 208;
    static final long VERIFIED_INSNS = 216;
    static final long ATTACH_BTF_OBJ_ID = 220;
    static final long ATTACH_BTF_ID = 224;
    static final int SIZE = 232;

    private static final int TAG_BYTES = 8;
    private static final int NAME_BYTES = 16;
    private static final int MAX_MAPS = 1 << 16;

    private InfoReader() {}

    static ProgramInfo read(Kernel kernel, Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = query(kernel, fd, arena.allocate(SIZE, Long.BYTES), arena);
            int maps = Math.clamp(info.get(ValueLayout.JAVA_INT, NR_MAP_IDS), 0, MAX_MAPS);
            List<Integer> mapIds = new ArrayList<>(maps);
            if (maps > 0) {
                MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, maps);
                MemorySegment again = arena.allocate(SIZE, Long.BYTES);
                again.set(ValueLayout.JAVA_INT, NR_MAP_IDS, maps);
                again.set(ValueLayout.JAVA_LONG, MAP_IDS, ids.address());
                query(kernel, fd, again, arena);
                for (int i = 0; i < maps; i++) {
                    mapIds.add(ids.getAtIndex(ValueLayout.JAVA_INT, i));
                }
            }
            return new ProgramInfo(
                    info.get(ValueLayout.JAVA_INT, ID),
                    ProgramType.of(info.get(ValueLayout.JAVA_INT, TYPE)),
                    name(info),
                    ProgramInfo.tag(info.asSlice(TAG, TAG_BYTES).toArray(ValueLayout.JAVA_BYTE)),
                    (info.get(ValueLayout.JAVA_BYTE, GPL_COMPATIBLE) & bit()) != 0
                            ? ProgramInfo.Licence.GPL_COMPATIBLE
                            : ProgramInfo.Licence.OTHER,
                    Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, XLATED_PROG_LEN)),
                    Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, JITED_PROG_LEN)),
                    Duration.ofNanos(info.get(ValueLayout.JAVA_LONG, LOAD_TIME)),
                    info.get(ValueLayout.JAVA_INT, CREATED_BY_UID),
                    mapIds,
                    info.get(ValueLayout.JAVA_INT, BTF_ID),
                    Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, VERIFIED_INSNS)),
                    Duration.ofNanos(info.get(ValueLayout.JAVA_LONG, RUN_TIME_NS)),
                    info.get(ValueLayout.JAVA_LONG, RUN_CNT),
                    info.get(ValueLayout.JAVA_LONG, RECURSION_MISSES),
                    info.get(ValueLayout.JAVA_INT, ATTACH_BTF_OBJ_ID),
                    info.get(ValueLayout.JAVA_INT, ATTACH_BTF_ID));
        }
    }

    static Instructions translated(Kernel kernel, Fd fd, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = query(kernel, fd, arena.allocate(SIZE, Long.BYTES), arena);
            int length = info.get(ValueLayout.JAVA_INT, XLATED_PROG_LEN);
            MemorySegment code = arena.allocate(Integer.toUnsignedLong(length), Long.BYTES);
            MemorySegment again = arena.allocate(SIZE, Long.BYTES);
            again.set(ValueLayout.JAVA_INT, XLATED_PROG_LEN, length);
            again.set(ValueLayout.JAVA_LONG, XLATED_PROG_INSNS, code.address());
            query(kernel, fd, again, arena);
            return Instructions.decode(code, ByteOrder.nativeOrder(), "the kernel", "translated program " + name);
        }
    }

    private static MemorySegment query(Kernel kernel, Fd fd, MemorySegment info, Arena arena) {
        MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
        attr.set(ValueLayout.JAVA_INT, ObjInfo.BPF_FD, fd.number());
        attr.set(ValueLayout.JAVA_INT, ObjInfo.INFO_LEN, SIZE);
        attr.set(ValueLayout.JAVA_LONG, ObjInfo.INFO, info.address());
        int result = kernel.bpf(BpfCommand.OBJ_GET_INFO_BY_FD, attr, ObjInfo.SIZE);
        Failure.check("bpf(BPF_OBJ_GET_INFO_BY_FD)", result, fd.what());
        return info;
    }

    private static String name(MemorySegment info) {
        byte[] bytes = info.asSlice(NAME, NAME_BYTES).toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < NAME_BYTES && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }

    /** The first bit-field of a word sits at its low end on a little-endian machine, at its high end on a big-endian one. */
    private static int bit() {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 1 : 0x80;
    }
}
