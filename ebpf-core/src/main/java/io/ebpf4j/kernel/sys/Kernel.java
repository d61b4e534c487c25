package io.ebpf4j.kernel.sys;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * The seam between this library and Linux: everything it asks of the kernel goes through here, and a test may put
 * something else in its place.
 *
 * <p>Every call answers with a result of 0 or more, or with the negative error number, and throws nothing for an error of
 * the kernel; {@link Failure} makes an exception of a negative result. No call is restarted after a signal
 * ({@code -EINTR}) unless it says so. All may be used from any thread.
 *
 * <p>Memory: a segment handed over is kept reachable for the call. An address written <em>into</em> memory that is
 * handed over, such as the attr of bpf(2), is not: whoever wrote it keeps it alive. Segments of a shared arena must not
 * be closed during a call.
 */
public interface Kernel {
    /** How often bpf(2) is tried while it answers {@code EAGAIN}, as libbpf does. */
    int LOAD_ATTEMPTS = 5;

    /**
     * {@return the kernel this process runs on}
     *
     * @throws UnsupportedOperationException if this is not Linux on a known architecture
     * @throws IllegalCallerException if native access is not enabled; the message names the flag
     */
    static Kernel system() {
        return SystemKernel.instance();
    }

    /**
     * Makes a system call.
     *
     * @param call the call
     * @param a first argument
     * @param b second argument
     * @param c third argument
     * @param d fourth argument
     * @param e fifth argument
     * @param f sixth argument
     * @return the result, or the negative error number
     */
    long call(SystemCall call, long a, long b, long c, long d, long e, long f);

    /** {@return bytes of a page of memory; a power of two, not always 4096} */
    long pageSize();

    /** {@return number of CPUs the kernel has room for: the length of a per-CPU value} */
    int possibleCpus();

    /** {@return the CPUs that are online, ascending} */
    int[] onlineCpus();

    /**
     * bpf(2).
     *
     * @param command the command
     * @param attr its attr, laid out by {@link BpfAttr}; native memory
     * @param size bytes of the attr to pass
     * @return a descriptor or 0, or the negative error number
     */
    default int bpf(BpfCommand command, MemorySegment attr, int size) {
        try {
            return (int) call(SystemCall.BPF, command.number(), attr.address(), size, 0, 0, 0);
        } finally {
            Reference.reachabilityFence(attr);
        }
    }

    /**
     * bpf(2), tried up to {@value #LOAD_ATTEMPTS} times while it answers {@code EAGAIN}: the verifier gives up when a
     * signal is pending, whatever the program.
     *
     * @param command the command
     * @param attr its attr
     * @param size bytes of the attr to pass
     * @return a descriptor or 0, or the negative error number, {@code -EAGAIN} if every attempt was interrupted
     */
    default int bpfRetryingEagain(BpfCommand command, MemorySegment attr, int size) {
        int result = bpf(command, attr, size);
        for (int attempt = 1; result == -11 && attempt < LOAD_ATTEMPTS; attempt++) {
            result = bpf(command, attr, size);
        }
        return result;
    }

    /**
     * close(2). Never repeat it: the descriptor is gone even after {@code EINTR}, and its number may be someone else's.
     *
     * @param fd the descriptor
     * @return 0, or the negative error number
     */
    default int close(int fd) {
        return (int) call(SystemCall.CLOSE, fd, 0, 0, 0, 0, 0);
    }

    /**
     * read(2).
     *
     * @param fd the descriptor
     * @param buffer where to; native memory
     * @param length bytes at most
     * @return bytes read, 0 at the end, or the negative error number
     */
    default long read(int fd, MemorySegment buffer, long length) {
        checkLength(buffer, length);
        try {
            return call(SystemCall.READ, fd, buffer.address(), length, 0, 0, 0);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /**
     * read(2), repeated while a signal interrupts it.
     *
     * @param fd the descriptor
     * @param buffer where to; native memory
     * @param length bytes at most
     * @return bytes read, 0 at the end, or the negative error number, never {@code -EINTR}
     */
    default long readRestarting(int fd, MemorySegment buffer, long length) {
        long result;
        do {
            result = read(fd, buffer, length);
        } while (result == -4);
        return result;
    }

    /**
     * write(2).
     *
     * @param fd the descriptor
     * @param buffer where from; native memory
     * @param length bytes
     * @return bytes written, or the negative error number
     */
    default long write(int fd, MemorySegment buffer, long length) {
        checkLength(buffer, length);
        try {
            return call(SystemCall.WRITE, fd, buffer.address(), length, 0, 0, 0);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /**
     * openat(2) from the current directory, always close-on-exec, repeated while a signal interrupts it.
     *
     * @param path the path
     * @param flags {@code O_*}; {@link Constants}
     * @param mode permissions of a file to create
     * @return a descriptor, or the negative error number
     */
    int open(String path, int flags, int mode);

    /**
     * mmap(2), the address chosen by the kernel.
     *
     * @param length bytes
     * @param protection {@code PROT_*}
     * @param flags {@code MAP_*}
     * @param fd the descriptor, or -1
     * @param offset where in the file, a multiple of the page size
     * @return the address, or the negative error number
     */
    default long mmap(long length, int protection, int flags, int fd, long offset) {
        return mmapAt(0, length, protection, flags, fd, offset);
    }

    /**
     * mmap(2) with a wish for the address.
     *
     * @param address the address wished for, or with {@code MAP_FIXED} demanded
     * @param length bytes
     * @param protection {@code PROT_*}
     * @param flags {@code MAP_*}
     * @param fd the descriptor, or -1
     * @param offset where in the file, a multiple of the page size
     * @return the address, or the negative error number
     */
    default long mmapAt(long address, long length, int protection, int flags, int fd, long offset) {
        return call(SystemCall.MMAP, address, length, protection, flags, fd, offset);
    }

    /**
     * munmap(2).
     *
     * @param address what mmap returned
     * @param length bytes
     * @return 0, or the negative error number
     */
    default int munmap(long address, long length) {
        return (int) call(SystemCall.MUNMAP, address, length, 0, 0, 0, 0);
    }

    /**
     * ioctl(2).
     *
     * @param fd the descriptor
     * @param request the request
     * @param argument its argument, a number or an address that the caller keeps alive
     * @return the result, or the negative error number
     */
    default int ioctl(int fd, long request, long argument) {
        return (int) call(SystemCall.IOCTL, fd, request, argument, 0, 0, 0);
    }

    /**
     * perf_event_open(2).
     *
     * @param attr {@code struct perf_event_attr}, laid out by {@link PerfEventAttr}; native memory
     * @param pid process, 0 for this one, -1 for all
     * @param cpu CPU, -1 for any
     * @param groupFd leader of the group, or -1
     * @param flags {@code PERF_FLAG_*}
     * @return a descriptor, or the negative error number
     */
    default int perfEventOpen(MemorySegment attr, int pid, int cpu, int groupFd, long flags) {
        try {
            return (int) call(SystemCall.PERF_EVENT_OPEN, attr.address(), pid, cpu, groupFd, flags, 0);
        } finally {
            Reference.reachabilityFence(attr);
        }
    }

    /**
     * epoll_create1(2), close-on-exec.
     *
     * @return a descriptor, or the negative error number
     */
    default int epollCreate() {
        return (int) call(SystemCall.EPOLL_CREATE1, Constants.O_CLOEXEC, 0, 0, 0, 0, 0);
    }

    /**
     * epoll_ctl(2).
     *
     * @param epoll the epoll descriptor
     * @param operation {@code EPOLL_CTL_*}
     * @param fd what to watch
     * @param events {@code EPOLL*}
     * @param data what epoll_wait gives back for it
     * @return 0, or the negative error number
     */
    int epollCtl(int epoll, int operation, int fd, int events, long data);

    /**
     * epoll_wait(2), once: {@link Epoll} restarts it.
     *
     * @param epoll the epoll descriptor
     * @param events room for the events, {@link Architecture#epollEventSize()} bytes each
     * @param max number of events there is room for
     * @param timeoutMillis milliseconds to wait, 0 not to, -1 for ever
     * @return number of events, or the negative error number
     */
    default int epollWait(int epoll, MemorySegment events, int max, int timeoutMillis) {
        try {
            return (int) call(SystemCall.EPOLL_PWAIT, epoll, events.address(), max, timeoutMillis, 0, 0);
        } finally {
            Reference.reachabilityFence(events);
        }
    }

    /**
     * eventfd2(2), close-on-exec and non-blocking.
     *
     * @param initial first value of the counter
     * @return a descriptor, or the negative error number
     */
    default int eventfd(int initial) {
        return (int) call(SystemCall.EVENTFD2, initial, Constants.O_CLOEXEC | Constants.O_NONBLOCK, 0, 0, 0, 0);
    }

    /**
     * fcntl(2).
     *
     * @param fd the descriptor
     * @param command {@code F_*}
     * @param argument its argument
     * @return the result, or the negative error number
     */
    default int fcntl(int fd, int command, long argument) {
        return (int) call(SystemCall.FCNTL, fd, command, argument, 0, 0, 0);
    }

    /**
     * socket(2), close-on-exec.
     *
     * @param family {@code AF_*}
     * @param type {@code SOCK_*}
     * @param protocol the protocol
     * @return a descriptor, or the negative error number
     */
    default int socket(int family, int type, int protocol) {
        return (int) call(SystemCall.SOCKET, family, type | (long) Constants.O_CLOEXEC, protocol, 0, 0, 0);
    }

    /**
     * bind(2).
     *
     * @param fd the socket
     * @param address {@code struct sockaddr_*}, the whole segment
     * @return 0, or the negative error number
     */
    default int bind(int fd, MemorySegment address) {
        try {
            return (int) call(SystemCall.BIND, fd, address.address(), address.byteSize(), 0, 0, 0);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /**
     * setsockopt(2).
     *
     * @param fd the socket
     * @param level {@code SOL_*}
     * @param option {@code SO_*}
     * @param value its value, the whole segment
     * @return 0, or the negative error number
     */
    default int setsockopt(int fd, int level, int option, MemorySegment value) {
        try {
            return (int) call(SystemCall.SETSOCKOPT, fd, level, option, value.address(), value.byteSize(), 0);
        } finally {
            Reference.reachabilityFence(value);
        }
    }

    /**
     * sendto(2) without an address: to whom the socket is connected, or to the kernel on a netlink socket.
     *
     * @param fd the socket
     * @param buffer the message
     * @param length its bytes
     * @param flags {@code MSG_*}
     * @return bytes sent, or the negative error number
     */
    default long send(int fd, MemorySegment buffer, long length, int flags) {
        checkLength(buffer, length);
        try {
            return call(SystemCall.SENDTO, fd, buffer.address(), length, flags, 0, 0);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /**
     * recvfrom(2) without the sender's address.
     *
     * @param fd the socket
     * @param buffer where to
     * @param length bytes at most
     * @param flags {@code MSG_*}
     * @return bytes received (with {@code MSG_TRUNC}, bytes there were), or the negative error number
     */
    default long receive(int fd, MemorySegment buffer, long length, int flags) {
        checkLength(buffer, length);
        try {
            return call(SystemCall.RECVFROM, fd, buffer.address(), length, flags, 0, 0);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    private static void checkLength(MemorySegment buffer, long length) {
        if (length < 0 || length > buffer.byteSize()) {
            throw new IndexOutOfBoundsException(length + " bytes of a segment of " + buffer.byteSize());
        }
    }
}
