package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfFeature;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfAttr.BtfLoad;
import io.ebpf4j.kernel.sys.BpfAttr.GetId;
import io.ebpf4j.kernel.sys.BpfAttr.ObjInfo;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.OptionalInt;

/** Types in the kernel: loads an object's, finds those of modules and programs. */
final class KernelTypes {
    /** {@code struct bpf_btf_info} (include/uapi/linux/bpf.h): btf, btf_size, id, name, name_len, kernel_btf. */
    static final long INFO_BTF = 0;

    static final long INFO_BTF_SIZE = 8;
    static final long INFO_ID = 12;
    static final long INFO_NAME = 16;
    static final long INFO_NAME_LEN = 24;
    static final long INFO_KERNEL_BTF = 28;
    static final int INFO_SIZE = 32;

    private static final int LOG_BYTES = 64 * 1024;
    private static final int NAME_BYTES = 64;
    private static final long MAX_TYPES_BYTES = 16 << 20;

    private final Kernel kernel;

    KernelTypes(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Loads the types of an object, rewritten for what the kernel knows.
     *
     * @return a descriptor of the types, owned by the caller
     */
    Fd load(Btf btf, TargetKernel target) {
        EnumSet<BtfFeature> known = EnumSet.noneOf(BtfFeature.class);
        known.addAll(TargetFeature.ofTypes(target::has));
        MemorySegment bytes = known.size() == BtfFeature.values().length
                ? btf.bytes()
                : MemorySegment.ofArray(BtfBuilder.sanitized(btf, known));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment types = arena.allocate(bytes.byteSize(), Long.BYTES);
            types.copyFrom(bytes);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(ValueLayout.JAVA_LONG, BtfLoad.BTF, types.address());
            attr.set(ValueLayout.JAVA_INT, BtfLoad.BTF_SIZE, Math.toIntExact(types.byteSize()));
            int result = kernel.bpf(BpfCommand.BTF_LOAD, attr, BtfLoad.SIZE);
            if (result < 0) {
                throw refused(attr, result, btf.origin(), arena);
            }
            return Fd.own(kernel, result, "types of " + btf.origin());
        }
    }

    private BpfException refused(MemorySegment attr, int result, String origin, Arena arena) {
        MemorySegment log = arena.allocate(LOG_BYTES);
        attr.set(ValueLayout.JAVA_LONG, BtfLoad.BTF_LOG_BUF, log.address());
        attr.set(ValueLayout.JAVA_INT, BtfLoad.BTF_LOG_SIZE, LOG_BYTES);
        attr.set(ValueLayout.JAVA_INT, BtfLoad.BTF_LOG_LEVEL, 1);
        int again = kernel.bpf(BpfCommand.BTF_LOAD, attr, BtfLoad.SIZE);
        if (again >= 0) {
            kernel.close(again);
        }
        byte[] text = log.toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        String said = new String(text, 0, length, StandardCharsets.UTF_8).strip();
        return Failure.of(
                "bpf(BPF_BTF_LOAD)",
                result,
                "types of " + origin + (said.isEmpty() ? "" : "; the kernel says: " + said));
    }

    /**
     * Opens the types of a module in the kernel.
     *
     * @return a descriptor of the types, owned by the caller
     */
    Fd module(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            int id = 0;
            while (true) {
                attr.fill((byte) 0);
                attr.set(ValueLayout.JAVA_INT, GetId.START_ID, id);
                int result = kernel.bpf(BpfCommand.BTF_GET_NEXT_ID, attr, GetId.SIZE);
                if (result == -Errno.ENOENT.code()) {
                    throw new InvalidTargetException("module " + name, "the kernel has no types of it any more");
                }
                Failure.check("bpf(BPF_BTF_GET_NEXT_ID)", result, "after " + id);
                id = attr.get(ValueLayout.JAVA_INT, GetId.NEXT_ID);
                int fd = open(arena, id);
                if (fd >= 0) {
                    if (isModule(arena, fd, name)) {
                        return Fd.own(kernel, fd, "types of module " + name);
                    }
                    kernel.close(fd);
                }
            }
        }
    }

    private int open(Arena arena, int id) {
        MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
        attr.set(ValueLayout.JAVA_INT, GetId.BTF_ID, id);
        return kernel.bpf(BpfCommand.BTF_GET_FD_BY_ID, attr, GetId.SIZE);
    }

    private boolean isModule(Arena arena, int fd, String name) {
        MemorySegment info = arena.allocate(INFO_SIZE, Long.BYTES);
        MemorySegment found = arena.allocate(NAME_BYTES);
        info.set(ValueLayout.JAVA_LONG, INFO_NAME, found.address());
        info.set(ValueLayout.JAVA_INT, INFO_NAME_LEN, NAME_BYTES);
        return query(arena, fd, info) >= 0
                && info.get(ValueLayout.JAVA_INT, INFO_KERNEL_BTF) != 0
                && found.getString(0, StandardCharsets.US_ASCII).equals(name);
    }

    private int query(Arena arena, int fd, MemorySegment info) {
        MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
        attr.set(ValueLayout.JAVA_INT, ObjInfo.BPF_FD, fd);
        attr.set(ValueLayout.JAVA_INT, ObjInfo.INFO_LEN, INFO_SIZE);
        attr.set(ValueLayout.JAVA_LONG, ObjInfo.INFO, info.address());
        return kernel.bpf(BpfCommand.OBJ_GET_INFO_BY_FD, attr, ObjInfo.SIZE);
    }

    /** {@return the type id of a function in a loaded program's own types} */
    int functionOf(BpfProgram program, String function) {
        int btfId = program.info().btfId();
        if (btfId == 0) {
            throw new InvalidTargetException(
                    program.name() + "." + function,
                    "the program was loaded without types, so it has no functions by name");
        }
        try (Arena arena = Arena.ofConfined();
                Fd fd = Fd.own(
                        kernel,
                        Failure.check("bpf(BPF_BTF_GET_FD_BY_ID)", open(arena, btfId), "types " + btfId),
                        "types of program " + program.name())) {
            MemorySegment info = arena.allocate(INFO_SIZE, Long.BYTES);
            Failure.check("bpf(BPF_OBJ_GET_INFO_BY_FD)", query(arena, fd.number(), info), fd.what());
            long size = Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, INFO_BTF_SIZE));
            MemorySegment bytes = arena.allocate(Math.min(size, MAX_TYPES_BYTES), Long.BYTES);
            info.fill((byte) 0);
            info.set(ValueLayout.JAVA_LONG, INFO_BTF, bytes.address());
            info.set(ValueLayout.JAVA_INT, INFO_BTF_SIZE, (int) bytes.byteSize());
            Failure.check("bpf(BPF_OBJ_GET_INFO_BY_FD)", query(arena, fd.number(), info), fd.what());
            Btf btf = Btf.parse(bytes.toArray(ValueLayout.JAVA_BYTE), "types of program " + program.name());
            OptionalInt id = btf.find(function, BtfKind.FUNC);
            return id.orElseThrow(() ->
                    new InvalidTargetException(program.name() + "." + function, "the program has no such function"));
        }
    }
}
