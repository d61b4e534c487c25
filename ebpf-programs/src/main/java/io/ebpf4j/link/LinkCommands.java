package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The commands of bpf(2) that make and handle attachments. Results are the kernel's: not negative, or minus an errno.
 *
 * @param kernel whom to ask
 */
record LinkCommands(Kernel kernel) {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    static LinkCommands system() {
        return new LinkCommands(Kernel.system());
    }

    static LinkCommands of(BpfProgram program) {
        return new LinkCommands(program.kernel());
    }

    /** Fills the part of {@code link_create} that depends on the kind of link. */
    @FunctionalInterface
    interface Extra {
        /** Nothing to fill. */
        Extra NONE = (attr, memory) -> {};

        /** Writes to the attr; what it points at comes from {@code memory} and lives as long as the call. */
        void write(MemorySegment attr, SegmentAllocator memory);
    }

    /** {@code BPF_LINK_CREATE}: a descriptor of the new link. */
    int create(int programFd, int target, AttachType type, int flags, Extra extra) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.LinkCreate.PROG_FD, programFd);
            attr.set(INT, BpfAttr.LinkCreate.TARGET_FD, target);
            attr.set(INT, BpfAttr.LinkCreate.ATTACH_TYPE, type.number());
            attr.set(INT, BpfAttr.LinkCreate.FLAGS, flags);
            extra.write(attr, arena);
            return kernel.bpf(BpfCommand.LINK_CREATE, attr, BpfAttr.LinkCreate.SIZE);
        }
    }

    /** {@code BPF_RAW_TRACEPOINT_OPEN}; an empty name is for a program whose target was fixed at load. */
    int openRawTracepoint(String name, int programFd, long cookie) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            if (!name.isEmpty()) {
                attr.set(
                        LONG,
                        BpfAttr.RawTracepointOpen.NAME,
                        arena.allocateFrom(name).address());
            }
            attr.set(INT, BpfAttr.RawTracepointOpen.PROG_FD, programFd);
            attr.set(LONG, BpfAttr.RawTracepointOpen.COOKIE, cookie);
            return kernel.bpf(BpfCommand.RAW_TRACEPOINT_OPEN, attr, BpfAttr.RawTracepointOpen.SIZE);
        }
    }

    /** {@code BPF_PROG_ATTACH}; {@code replaces} is the descriptor of a program with {@code BPF_F_REPLACE}, else 0. */
    int attach(int target, int programFd, AttachType type, int flags, int replaces) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.ProgAttach.TARGET_FD, target);
            attr.set(INT, BpfAttr.ProgAttach.ATTACH_BPF_FD, programFd);
            attr.set(INT, BpfAttr.ProgAttach.ATTACH_TYPE, type.number());
            attr.set(INT, BpfAttr.ProgAttach.ATTACH_FLAGS, flags);
            attr.set(INT, BpfAttr.ProgAttach.REPLACE_BPF_FD, replaces);
            return kernel.bpf(BpfCommand.PROG_ATTACH, attr, BpfAttr.ProgAttach.SIZE);
        }
    }

    /** {@code BPF_PROG_DETACH} of exactly this program. */
    int detach(int target, int programFd, AttachType type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.ProgAttach.TARGET_FD, target);
            attr.set(INT, BpfAttr.ProgAttach.ATTACH_BPF_FD, programFd);
            attr.set(INT, BpfAttr.ProgAttach.ATTACH_TYPE, type.number());
            return kernel.bpf(BpfCommand.PROG_DETACH, attr, BpfAttr.ProgAttach.SIZE);
        }
    }

    /** {@code BPF_LINK_UPDATE} to another program, or for struct_ops another map. */
    int update(int linkFd, int newFd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.LinkUpdate.LINK_FD, linkFd);
            attr.set(INT, BpfAttr.LinkUpdate.NEW_PROG_FD, newFd);
            return kernel.bpf(BpfCommand.LINK_UPDATE, attr, BpfAttr.LinkUpdate.SIZE);
        }
    }

    /** {@code BPF_LINK_DETACH}. */
    int detach(int linkFd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.LinkDetach.LINK_FD, linkFd);
            return kernel.bpf(BpfCommand.LINK_DETACH, attr, BpfAttr.LinkDetach.SIZE);
        }
    }

    /** {@code BPF_OBJ_PIN}. */
    int pin(int fd, Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(
                    LONG,
                    BpfAttr.ObjPath.PATHNAME,
                    arena.allocateFrom(path.toString()).address());
            attr.set(INT, BpfAttr.ObjPath.BPF_FD, fd);
            return kernel.bpf(BpfCommand.OBJ_PIN, attr, BpfAttr.ObjPath.SIZE);
        }
    }

    /** {@code BPF_OBJ_GET}: a descriptor of what is pinned. */
    int openPinned(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(
                    LONG,
                    BpfAttr.ObjPath.PATHNAME,
                    arena.allocateFrom(path.toString()).address());
            return kernel.bpf(BpfCommand.OBJ_GET, attr, BpfAttr.ObjPath.SIZE);
        }
    }

    /** {@code BPF_LINK_GET_FD_BY_ID}. */
    int openById(int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.GetId.LINK_ID, id);
            return kernel.bpf(BpfCommand.LINK_GET_FD_BY_ID, attr, BpfAttr.GetId.SIZE);
        }
    }

    /** {@code BPF_LINK_GET_NEXT_ID}: the id behind {@code id}. */
    int nextId(int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.GetId.START_ID, id);
            int result = kernel.bpf(BpfCommand.LINK_GET_NEXT_ID, attr, BpfAttr.GetId.SIZE);
            return result < 0 ? result : attr.get(INT, BpfAttr.GetId.NEXT_ID);
        }
    }

    /** {@code BPF_ITER_CREATE}: a descriptor to read from. */
    int createIterator(int linkFd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.IterCreate.LINK_FD, linkFd);
            return kernel.bpf(BpfCommand.ITER_CREATE, attr, BpfAttr.IterCreate.SIZE);
        }
    }

    /** {@code BPF_OBJ_GET_INFO_BY_FD} into {@code info}. */
    int info(int fd, MemorySegment info) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, Long.BYTES);
            attr.set(INT, BpfAttr.ObjInfo.BPF_FD, fd);
            attr.set(INT, BpfAttr.ObjInfo.INFO_LEN, Math.toIntExact(info.byteSize()));
            attr.set(LONG, BpfAttr.ObjInfo.INFO, info.address());
            return kernel.bpf(BpfCommand.OBJ_GET_INFO_BY_FD, attr, BpfAttr.ObjInfo.SIZE);
        }
    }

    /** {@code BPF_PROG_QUERY} with an attr that the caller filled and reads back. */
    int query(MemorySegment attr) {
        return kernel.bpf(BpfCommand.PROG_QUERY, attr, BpfAttr.ProgQuery.SIZE);
    }
}
