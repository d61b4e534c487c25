package io.ebpf4j.map;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads back the BTF that a map was created with. */
final class KernelBtf {
    /** {@code BTF_MAX_SIZE} of kernel/bpf/btf.c: more than this the kernel never takes. */
    private static final long GREATEST = 16 << 20;

    /** {@code struct bpf_btf_info}: address of the bytes, their number, id. */
    private static final long INFO_BTF = 0;

    private static final long INFO_BTF_SIZE = 8;
    private static final long INFO_SIZE = 16;

    private KernelBtf() {}

    static Btf read(Kernel kernel, int id, String subject) {
        try (Fd fd = open(kernel, id, subject)) {
            long size = ask(kernel, fd, MemorySegment.NULL, 0);
            if (size > GREATEST) {
                throw new InvalidObjectException("BTF id " + id, "", -1, "a size of " + size + " bytes");
            }
            MemorySegment bytes = Arena.ofAuto().allocate(size, 8);
            ask(kernel, fd, bytes, size);
            return Btf.parse(bytes, "BTF id " + id + " of " + subject);
        }
    }

    private static Fd open(Kernel kernel, int id, String subject) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr(BpfAttr.GetId.SIZE);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.GetId.BTF_ID, id);
            int size = BpfAttr.usedSize(attr, BpfAttr.GetId.SIZE);
            int number = Failure.check(
                    BpfCommand.BTF_GET_FD_BY_ID,
                    attr,
                    kernel.bpf(BpfCommand.BTF_GET_FD_BY_ID, attr, size),
                    "BTF id " + id + " of " + subject);
            return Fd.own(kernel, number, "BTF id " + id);
        }
    }

    private static long ask(Kernel kernel, Fd fd, MemorySegment bytes, long room) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment info = scratch.data().asSlice(0, INFO_SIZE).fill((byte) 0);
            info.set(ValueLayout.JAVA_LONG, INFO_BTF, bytes.address());
            info.set(ValueLayout.JAVA_INT, INFO_BTF_SIZE, (int) room);
            MemorySegment attr = scratch.attr(BpfAttr.ObjInfo.SIZE);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ObjInfo.BPF_FD, fd.number());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ObjInfo.INFO_LEN, (int) INFO_SIZE);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.ObjInfo.INFO, info.address());
            Failure.check(
                    BpfCommand.OBJ_GET_INFO_BY_FD,
                    attr,
                    kernel.bpf(BpfCommand.OBJ_GET_INFO_BY_FD, attr, BpfAttr.ObjInfo.SIZE),
                    fd.what());
            return Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, INFO_BTF_SIZE));
        }
    }
}
