package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A program of type {@code socket_filter} on one socket, seeing what that socket receives. Since 3.19.
 *
 * <p>The kernel has no links for it: the filter goes with the socket, and a later filter replaces it without a trace.
 * Closing detaches whatever filter the socket has then.
 */
public final class SocketFilter extends Link {

    private SocketFilter(Attachment attachment) {
        super(attachment);
    }

    /**
     * Which socket.
     *
     * @param socketFd the socket, which stays the caller's; a duplicate is held until the link is closed
     */
    public record Options(int socketFd) {}

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type socket_filter
     * @param options where to
     * @return the link, to be closed by the caller
     */
    public static SocketFilter attach(BpfProgram program, Options options) {
        Kernel kernel = program.kernel();
        String what = "socket filter on descriptor " + options.socketFd();
        int duplicate = kernel.fcntl(options.socketFd(), Constants.F_DUPFD_CLOEXEC, 0);
        Fd socket = Fd.own(kernel, Failure.check("fcntl(F_DUPFD_CLOEXEC)", duplicate, what), what);
        try {
            set(kernel, socket, Constants.SO_ATTACH_BPF, program.fd(), "setsockopt(SO_ATTACH_BPF)", what);
        } catch (RuntimeException | Error e) {
            socket.close();
            throw e;
        }
        return new SocketFilter(UnlinkedAttachment.of(
                what,
                program.info().id(),
                replacement -> set(
                        kernel, socket, Constants.SO_ATTACH_BPF, replacement.fd(), "setsockopt(SO_ATTACH_BPF)", what),
                () -> set(kernel, socket, Constants.SO_DETACH_BPF, 0, "setsockopt(SO_DETACH_BPF)", what),
                socket::close));
    }

    private static void set(Kernel kernel, Fd socket, int option, int value, String call, String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocateFrom(ValueLayout.JAVA_INT, value);
            int result = kernel.setsockopt(socket.number(), Constants.SOL_SOCKET, option, argument);
            Failure.check(call, result, what);
        }
    }
}
