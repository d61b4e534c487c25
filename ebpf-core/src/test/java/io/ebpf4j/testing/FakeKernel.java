package io.ebpf4j.testing;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A kernel that does what a test says, and remembers what it was asked.
 *
 * <p>What nobody scripted answers {@code -ENOSYS}, except that descriptors are counted: {@link #newFd()} gives one,
 * close(2) takes it back and answers {@code -EBADF} for one that is not open. Addresses inside a call can be looked at
 * with {@link #memory}: this is the same process.
 */
public final class FakeKernel implements Kernel {
    /** What bpf(2) answers to a command. */
    @FunctionalInterface
    public interface BpfReply {
        /**
         * Answers.
         *
         * @param attr the attr as it was passed, {@code size} bytes of it; what is written there the caller sees
         * @return the result, negative for an error
         */
        int answer(MemorySegment attr);
    }

    /** What another system call answers. */
    @FunctionalInterface
    public interface Reply {
        /**
         * Answers.
         *
         * @param arguments its six arguments
         * @return the result, negative for an error
         */
        long answer(long[] arguments);
    }

    /**
     * A bpf(2) that was made.
     *
     * @param command the command
     * @param attr a copy of the attr as it was passed
     * @param result the answer
     */
    public record BpfCall(BpfCommand command, MemorySegment attr, int result) {
        /** {@return a u32 of the attr, 0 beyond what was passed} */
        public int u32(long offset) {
            return offset + 4 <= attr.byteSize() ? attr.get(ValueLayout.JAVA_INT_UNALIGNED, offset) : 0;
        }

        /** {@return a u64 of the attr, 0 beyond what was passed} */
        public long u64(long offset) {
            return offset + 8 <= attr.byteSize() ? attr.get(ValueLayout.JAVA_LONG_UNALIGNED, offset) : 0;
        }
    }

    /**
     * Another system call that was made.
     *
     * @param call which
     * @param arguments its six arguments
     * @param result the answer
     */
    public record Call(SystemCall call, List<Long> arguments, long result) {}

    private static final int FIRST_FD = 1000;

    private final Map<BpfCommand, BpfReply> bpfReplies = new EnumMap<>(BpfCommand.class);
    private final Map<SystemCall, Reply> replies = new EnumMap<>(SystemCall.class);
    private final List<BpfCall> bpfCalls = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final Set<Integer> openFds = new TreeSet<>();
    private int nextFd = FIRST_FD;
    private int possibleCpus = 2;

    /** Makes a kernel that has two CPUs, pages of 4096 bytes, and knows no call. */
    public FakeKernel() {}

    /**
     * Scripts a command of bpf(2).
     *
     * @param command the command
     * @param reply its answer
     * @return this
     */
    public synchronized FakeKernel onBpf(BpfCommand command, BpfReply reply) {
        bpfReplies.put(command, reply);
        return this;
    }

    /**
     * Scripts a system call.
     *
     * @param call the call
     * @param reply its answer
     * @return this
     */
    public synchronized FakeKernel on(SystemCall call, Reply reply) {
        replies.put(call, reply);
        return this;
    }

    /**
     * Sets the number of possible CPUs, all online.
     *
     * @param count the number
     * @return this
     */
    public synchronized FakeKernel withCpus(int count) {
        possibleCpus = count;
        return this;
    }

    /** {@return a descriptor that is open until it is closed; never one of this process} */
    public synchronized int newFd() {
        int fd = nextFd++;
        openFds.add(fd);
        return fd;
    }

    /** {@return the descriptors that were handed out and not closed} */
    public synchronized Set<Integer> openFds() {
        return Set.copyOf(openFds);
    }

    /** {@return every bpf(2) so far} */
    public synchronized List<BpfCall> bpfCalls() {
        return List.copyOf(bpfCalls);
    }

    /** {@return every bpf(2) of a command so far} */
    public synchronized List<BpfCall> bpfCalls(BpfCommand command) {
        return bpfCalls.stream().filter(call -> call.command() == command).toList();
    }

    /** {@return every other call so far} */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** {@return memory of this process at an address that was found in a call} */
    public static MemorySegment memory(long address, long size) {
        return MemorySegment.ofAddress(address).reinterpret(size);
    }

    /** {@return the NUL-terminated text at an address that was found in a call} */
    public static String text(long address) {
        return memory(address, 4096).getString(0);
    }

    @Override
    public synchronized int bpf(BpfCommand command, MemorySegment attr, int size) {
        BpfReply reply = bpfReplies.get(command);
        MemorySegment copy = MemorySegment.ofArray(attr.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
        int result = reply == null ? -Errno.ENOSYS.code() : reply.answer(attr.asSlice(0, size));
        bpfCalls.add(new BpfCall(command, copy, result));
        return result;
    }

    @Override
    public synchronized long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        Reply reply = replies.get(call);
        long[] arguments = {a, b, c, d, e, f};
        long result;
        if (call == SystemCall.CLOSE) {
            boolean open = openFds.remove((int) a);
            result = reply != null ? reply.answer(arguments) : open ? 0 : -Errno.EBADF.code();
        } else {
            result = reply == null ? -Errno.ENOSYS.code() : reply.answer(arguments);
        }
        calls.add(new Call(call, List.of(a, b, c, d, e, f), result));
        return result;
    }

    @Override
    public int open(String path, int flags, int mode) {
        MemorySegment name = Arena.ofAuto().allocateFrom(path);
        return (int) call(SystemCall.OPENAT, Constants.AT_FDCWD, name.address(), flags, mode, 0, 0);
    }

    @Override
    public int epollCtl(int epoll, int operation, int fd, int events, long data) {
        return (int) call(SystemCall.EPOLL_CTL, epoll, operation, fd, events, data, 0);
    }

    @Override
    public long pageSize() {
        return 4096;
    }

    @Override
    public synchronized int possibleCpus() {
        return possibleCpus;
    }

    @Override
    public synchronized int[] onlineCpus() {
        return IntStream.range(0, possibleCpus).toArray();
    }
}
