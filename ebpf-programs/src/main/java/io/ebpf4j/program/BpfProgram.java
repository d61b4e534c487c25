package io.ebpf4j.program;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfAttr.GetId;
import io.ebpf4j.kernel.sys.BpfAttr.ObjPath;
import io.ebpf4j.kernel.sys.BpfAttr.ProgBindMap;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramSpec;
import io.ebpf4j.spec.ProgramType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A program in the kernel, and the ownership of one descriptor of it.
 *
 * <p>The kernel keeps a program while anything refers to it: a descriptor, a link, a pin, a program array. Closing this
 * object gives up its own descriptor. A program may be used and closed from any thread.
 */
public final class BpfProgram implements AutoCloseable {
    private final Kernel kernel;
    private final Fd fd;
    private final String name;
    private final ProgramType type;
    private final AttachType attachType;
    private final String attachTarget;
    private final int attachBtfId;
    private final Optional<ProgramSpec> spec;
    private final String log;

    private BpfProgram(
            Kernel kernel,
            Fd fd,
            String name,
            ProgramType type,
            AttachType attachType,
            String attachTarget,
            int attachBtfId,
            Optional<ProgramSpec> spec,
            String log) {
        this.kernel = kernel;
        this.fd = fd;
        this.name = name;
        this.type = type;
        this.attachType = attachType;
        this.attachTarget = attachTarget;
        this.attachBtfId = attachBtfId;
        this.spec = spec;
        this.log = log;
    }

    static BpfProgram loaded(Kernel kernel, Fd fd, ProgramDefinition definition, String log) {
        return new BpfProgram(
                kernel,
                fd,
                definition.name(),
                definition.type(),
                definition.attachType(),
                definition.attachTarget(),
                definition.attachBtfId(),
                definition.spec(),
                log);
    }

    /**
     * {@return a loaded program, found by its id}
     *
     * @param id the id, as {@code bpftool prog} shows it
     * @throws io.ebpf4j.kernel.BpfException when there is none, or it may not be opened (CAP_SYS_ADMIN)
     */
    public static BpfProgram openById(int id) {
        return openById(Kernel.system(), id);
    }

    /**
     * {@return a loaded program, found by its id}
     *
     * @param kernel the kernel to ask
     * @param id the id
     * @throws io.ebpf4j.kernel.BpfException when there is none, or it may not be opened (CAP_SYS_ADMIN)
     */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public static BpfProgram openById(Kernel kernel, int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = attr(arena);
            attr.set(ValueLayout.JAVA_INT, GetId.PROG_ID, id);
            int result = kernel.bpf(BpfCommand.PROG_GET_FD_BY_ID, attr, GetId.SIZE);
            Failure.check("bpf(BPF_PROG_GET_FD_BY_ID)", result, "program " + id);
            return opened(kernel, Fd.own(kernel, result, "program " + id));
        }
    }

    /**
     * {@return a loaded program, found by its pin}
     *
     * @param pin where it is pinned, in a BPF file system
     * @throws io.ebpf4j.kernel.BpfException when there is none, or it may not be opened
     */
    public static BpfProgram openPinned(Path pin) {
        return openPinned(Kernel.system(), pin);
    }

    /**
     * {@return a loaded program, found by its pin}
     *
     * @param kernel the kernel to ask
     * @param pin where it is pinned, in a BPF file system
     * @throws io.ebpf4j.kernel.BpfException when there is none, or it may not be opened
     */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public static BpfProgram openPinned(Kernel kernel, Path pin) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = attr(arena);
            attr.set(
                    ValueLayout.JAVA_LONG,
                    ObjPath.PATHNAME,
                    arena.allocateFrom(pin.toString()).address());
            int result = kernel.bpf(BpfCommand.OBJ_GET, attr, ObjPath.SIZE);
            Failure.check("bpf(BPF_OBJ_GET)", result, pin.toString());
            return opened(kernel, Fd.own(kernel, result, "program pinned at " + pin));
        }
    }

    private static BpfProgram opened(Kernel kernel, Fd fd) {
        try {
            ProgramInfo info = InfoReader.read(kernel, fd);
            return new BpfProgram(
                    kernel,
                    fd,
                    info.name(),
                    info.type(),
                    AttachType.NONE,
                    "",
                    info.attachBtfId(),
                    Optional.empty(),
                    "");
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * {@return the ids of all loaded programs, ascending}
     *
     * @throws io.ebpf4j.kernel.DeniedException without CAP_SYS_ADMIN
     */
    public static List<Integer> ids() {
        return ids(Kernel.system());
    }

    /**
     * {@return the ids of all loaded programs, ascending}
     *
     * @param kernel the kernel to ask
     * @throws io.ebpf4j.kernel.DeniedException without CAP_SYS_ADMIN
     */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public static List<Integer> ids(Kernel kernel) {
        List<Integer> ids = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = attr(arena);
            int id = 0;
            while (true) {
                attr.set(ValueLayout.JAVA_INT, GetId.START_ID, id);
                int result = kernel.bpf(BpfCommand.PROG_GET_NEXT_ID, attr, GetId.SIZE);
                if (result == -Errno.ENOENT.code()) {
                    return List.copyOf(ids);
                }
                Failure.check("bpf(BPF_PROG_GET_NEXT_ID)", result, "after program " + id);
                id = attr.get(ValueLayout.JAVA_INT, GetId.NEXT_ID);
                ids.add(id);
            }
        }
    }

    /** {@return the program's name: its function's, or what the kernel kept of it for one that was opened} */
    public String name() {
        return name;
    }

    /** {@return its type} */
    public ProgramType type() {
        return type;
    }

    /** {@return the attach type given when it was loaded; {@link AttachType#NONE} for one that was opened} */
    public AttachType attachType() {
        return attachType;
    }

    /** {@return what it attaches to, as its section's name or the load options say; empty when they do not} */
    public String attachTarget() {
        return attachTarget;
    }

    /** {@return the type id of the kernel function, tracepoint, hook or iterator it was loaded for, 0 = none} */
    public int attachBtfId() {
        return attachBtfId;
    }

    /** {@return what the object file says of it; empty for one that was opened or made otherwise} */
    public Optional<ProgramSpec> spec() {
        return spec;
    }

    /** {@return the verifier's log of the successful load, empty unless {@link LogPolicy} asked for it} */
    public String verifierLog() {
        return log;
    }

    /**
     * {@return its descriptor, owned by this object}
     *
     * @throws IllegalStateException when it is closed
     */
    public int fd() {
        return fd.number();
    }

    /** {@return the kernel that has it} */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public Kernel kernel() {
        return kernel;
    }

    /**
     * {@return what the kernel says of it now}
     *
     * @throws io.ebpf4j.kernel.BpfException when the kernel does not answer
     */
    public ProgramInfo info() {
        return InfoReader.read(kernel, fd);
    }

    /**
     * {@return the instructions after the verifier rewrote them, as the kernel shows them}
     *
     * @throws io.ebpf4j.kernel.BpfException when the kernel does not answer, or hides them (bpf_dump_raw_ok)
     */
    public Instructions translated() {
        return InfoReader.translated(kernel, fd, name);
    }

    /**
     * Keeps the program in the kernel after this object is closed and this process is gone.
     *
     * @param path a name that does not exist yet, in a mounted BPF file system
     * @throws io.ebpf4j.kernel.KeyExistsException when there is a pin of that name already
     * @throws io.ebpf4j.kernel.BpfException when it cannot be pinned
     */
    public void pin(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = attr(arena);
            attr.set(
                    ValueLayout.JAVA_LONG,
                    ObjPath.PATHNAME,
                    arena.allocateFrom(path.toString()).address());
            attr.set(ValueLayout.JAVA_INT, ObjPath.BPF_FD, fd.number());
            int result = kernel.bpf(BpfCommand.OBJ_PIN, attr, ObjPath.SIZE);
            Failure.check("bpf(BPF_OBJ_PIN)", result, path.toString());
        }
    }

    /**
     * Removes a pin.
     *
     * @param path the pin
     * @throws UncheckedIOException when it cannot be removed
     */
    public void unpin(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException("pin " + path + " of program " + name + " cannot be removed", e);
        }
    }

    /**
     * Keeps a map in the kernel as long as the program, though its code does not refer to it. Since Linux 5.10.
     *
     * @param map the map
     * @throws io.ebpf4j.kernel.BpfException when the kernel refuses
     */
    public void bind(BpfMap map) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = attr(arena);
            attr.set(ValueLayout.JAVA_INT, ProgBindMap.PROG_FD, fd.number());
            attr.set(ValueLayout.JAVA_INT, ProgBindMap.MAP_FD, map.fd());
            int result = kernel.bpf(BpfCommand.PROG_BIND_MAP, attr, ProgBindMap.SIZE);
            Failure.check("bpf(BPF_PROG_BIND_MAP)", result, "map " + map.name() + " to program " + name);
        }
    }

    /**
     * Runs the program without attaching it.
     *
     * @param run what to run it on
     * @return what it gave
     * @throws io.ebpf4j.kernel.NotSupportedException when programs of this type cannot be run so
     * @throws io.ebpf4j.kernel.BpfException when the kernel refuses; {@code ENOSPC} when there is not enough room for the
     *     packet
     */
    public TestRun.Result testRun(TestRun run) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = attr(arena);
            MemorySegment data = inNative(arena, run.data());
            MemorySegment context = inNative(arena, run.context());
            MemorySegment dataOut = arena.allocate(run.dataRoom());
            MemorySegment contextOut = arena.allocate(run.contextRoom());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.TestRun.PROG_FD, fd.number());
            set(attr, BpfAttr.TestRun.DATA_IN, BpfAttr.TestRun.DATA_SIZE_IN, data);
            set(attr, BpfAttr.TestRun.DATA_OUT, BpfAttr.TestRun.DATA_SIZE_OUT, dataOut);
            set(attr, BpfAttr.TestRun.CTX_IN, BpfAttr.TestRun.CTX_SIZE_IN, context);
            set(attr, BpfAttr.TestRun.CTX_OUT, BpfAttr.TestRun.CTX_SIZE_OUT, contextOut);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.TestRun.REPEAT, run.repeat());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.TestRun.FLAGS, run.flags());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.TestRun.CPU, run.cpu().orElse(0));
            int result = kernel.bpf(BpfCommand.PROG_TEST_RUN, attr, BpfAttr.TestRun.SIZE);
            Failure.check("bpf(BPF_PROG_TEST_RUN)", result, "program " + name + " (" + type.name() + ")");
            return new TestRun.Result(
                    attr.get(ValueLayout.JAVA_INT, BpfAttr.TestRun.RETVAL),
                    bytes(dataOut, attr.get(ValueLayout.JAVA_INT, BpfAttr.TestRun.DATA_SIZE_OUT)),
                    bytes(contextOut, attr.get(ValueLayout.JAVA_INT, BpfAttr.TestRun.CTX_SIZE_OUT)),
                    Duration.ofNanos(Integer.toUnsignedLong(attr.get(ValueLayout.JAVA_INT, BpfAttr.TestRun.DURATION))));
        }
    }

    private static void set(MemorySegment attr, long address, long size, MemorySegment memory) {
        if (memory.byteSize() > 0) {
            attr.set(ValueLayout.JAVA_LONG, address, memory.address());
            attr.set(ValueLayout.JAVA_INT, size, Math.toIntExact(memory.byteSize()));
        }
    }

    private static MemorySegment inNative(Arena arena, byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    private static TestRun.Bytes bytes(MemorySegment room, int length) {
        return new TestRun.Bytes(
                room.asSlice(0, Math.clamp(length, 0, room.byteSize())).toArray(ValueLayout.JAVA_BYTE));
    }

    private static MemorySegment attr(Arena arena) {
        return arena.allocate(BpfAttr.SIZE, Long.BYTES);
    }

    /** Gives up this descriptor. Closing again does nothing. */
    @Override
    public void close() {
        fd.close();
    }

    /** {@return the type and name} */
    @Override
    public String toString() {
        return type.name() + " " + name;
    }
}
