package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.KernelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Linux itself, through one handle: the C library's {@code syscall} with seven longs and errno captured.
 *
 * <p>The handle is not {@code critical}: a program may verify for seconds and a wait may last for ever, and a critical
 * call holds up every safepoint meanwhile.
 */
final class SystemKernel implements Kernel {
    private static final long AT_PAGESZ = 6;
    private static final String NATIVE_ACCESS = "ebpf4j may not call native code. Start java with "
            + "--enable-native-access=io.ebpf4j.core (on the module path) or "
            + "--enable-native-access=ALL-UNNAMED (on the class path)";

    private final Architecture architecture;
    private final long pageSize;
    private final int possibleCpus;
    private final MemoryLock memoryLock;

    private SystemKernel() {
        String system = System.getProperty("os.name");
        if (!system.toLowerCase(Locale.ROOT).startsWith("linux")) {
            throw new UnsupportedOperationException("eBPF needs Linux; this is " + system);
        }
        this.architecture = Architecture.current();
        this.pageSize = readPageSize();
        this.possibleCpus = readCpus("possible").length;
        this.memoryLock = new MemoryLock(KernelVersion.running());
    }

    static SystemKernel instance() {
        if (Native.DENIED != null) {
            throw new IllegalCallerException(NATIVE_ACCESS, Native.DENIED);
        }
        return Instance.SYSTEM;
    }

    @Override
    public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        MemorySegment errno = Scratch.errno();
        long result;
        try {
            result = (long) Native.SYSCALL.invokeExact(errno, (long) call.number(architecture), a, b, c, d, e, f);
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Throwable checked) {
            throw new AssertionError("a downcall throws nothing checked", checked);
        }
        return result == -1 ? -errno.get(ValueLayout.JAVA_INT, Native.ERRNO_OFFSET) : result;
    }

    @Override
    public int bpf(BpfCommand command, MemorySegment attr, int size) {
        memoryLock.before(command, this);
        return Kernel.super.bpf(command, attr, size);
    }

    @Override
    public long mmapAt(long address, long length, int protection, int flags, int fd, long offset) {
        if (architecture != Architecture.S390X) {
            return Kernel.super.mmapAt(address, length, protection, flags, fd, offset);
        }
        // s390x: system call 90 is old_mmap, which takes the address of its six arguments
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment arguments =
                    arena.allocateFrom(ValueLayout.JAVA_LONG, address, length, protection, flags, fd, offset);
            return call(SystemCall.MMAP, arguments.address(), 0, 0, 0, 0, 0);
        }
    }

    @Override
    public int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
            long result;
            do {
                result = call(
                        SystemCall.OPENAT, Constants.AT_FDCWD, name.address(), flags | Constants.O_CLOEXEC, mode, 0, 0);
            } while (result == -4);
            return (int) result;
        }
    }

    @Override
    public int epollCtl(int epoll, int operation, int fd, int events, long data) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment event = scratch.data();
            event.set(ValueLayout.JAVA_INT, 0, events);
            event.set(ValueLayout.JAVA_LONG_UNALIGNED, architecture.epollDataOffset(), data);
            return (int) call(SystemCall.EPOLL_CTL, epoll, operation, fd, event.address(), 0, 0);
        }
    }

    @Override
    public long pageSize() {
        return pageSize;
    }

    @Override
    public int possibleCpus() {
        return possibleCpus;
    }

    @Override
    public int[] onlineCpus() {
        return readCpus("online");
    }

    /** The auxiliary vector says what sysconf would, without a second native function. */
    private static long readPageSize() {
        byte[] vector = readFile("/proc/self/auxv");
        ByteBuffer entries = ByteBuffer.wrap(vector).order(ByteOrder.nativeOrder());
        while (entries.remaining() >= 16) {
            long type = entries.getLong();
            long value = entries.getLong();
            if (type == AT_PAGESZ) {
                return value;
            }
        }
        throw new IllegalStateException("/proc/self/auxv has no AT_PAGESZ");
    }

    private static int[] readCpus(String which) {
        return CpuList.parse(new String(readFile("/sys/devices/system/cpu/" + which), StandardCharsets.US_ASCII));
    }

    private static byte[] readFile(String path) {
        try {
            return Files.readAllBytes(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static final class Instance {
        static final SystemKernel SYSTEM = new SystemKernel();
    }

    /** Linked at the first call, so that only those who call need the permission. */
    @SuppressWarnings("restricted") // the one native function of the library
    private static final class Native {
        static final long ERRNO_OFFSET;
        static final MethodHandle SYSCALL;
        static final @Nullable IllegalCallerException DENIED;

        static {
            StructLayout capture = Linker.Option.captureStateLayout();
            ERRNO_OFFSET = capture.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
            MethodType type = MethodType.methodType(
                    long.class,
                    MemorySegment.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class);
            MethodHandle handle;
            @Nullable IllegalCallerException denied = null;
            try {
                Linker linker = Linker.nativeLinker();
                handle = linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("syscall"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG),
                        Linker.Option.firstVariadicArg(1),
                        Linker.Option.captureCallState("errno"));
            } catch (IllegalCallerException e) {
                denied = e;
                handle = MethodHandles.dropArguments(
                        MethodHandles.throwException(long.class, IllegalCallerException.class)
                                .bindTo(e),
                        0,
                        type.parameterList());
            }
            SYSCALL = handle;
            DENIED = denied;
        }
    }
}
