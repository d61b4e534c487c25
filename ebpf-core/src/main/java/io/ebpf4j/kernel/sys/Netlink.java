package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A netlink socket: requests, their acknowledgements with what the kernel says about an error, and dumps.
 *
 * <p>It may be used from any thread; one request is under way at a time. A request that stays without an answer for ten
 * seconds fails with {@code EAGAIN}.
 *
 * <p>Source: {@code include/uapi/linux/netlink.h}. Extended acknowledgements came with Linux 4.12.
 */
public final class Netlink implements AutoCloseable {
    /** Protocol of devices, addresses, routes and traffic control. */
    public static final int NETLINK_ROUTE = 0;

    private static final int NLMSG_NOOP = 1;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int HEADER = 16;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLM_F_CAPPED = 0x100;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final long TIMEOUT_SECONDS = 10;
    private static final int DUMP_ATTEMPTS = 10;
    private static final int RECEIVE_SIZE = 64 << 10;

    private final Fd fd;
    private int sequence;

    private Netlink(Fd fd) {
        this.fd = fd;
    }

    /**
     * {@return a socket of {@link #NETLINK_ROUTE} in the network namespace of the calling thread}
     *
     * @param kernel where
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public static Netlink route(Kernel kernel) {
        return open(kernel, NETLINK_ROUTE);
    }

    /**
     * {@return a socket in the network namespace of the calling thread}
     *
     * @param kernel where
     * @param protocol {@code NETLINK_*}
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public static Netlink open(Kernel kernel, int protocol) {
        int number = Failure.check(
                "socket(AF_NETLINK)", kernel.socket(Constants.AF_NETLINK, Constants.SOCK_RAW, protocol), "");
        Fd fd = Fd.own(kernel, number, "netlink socket");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(12, 4); // struct sockaddr_nl; the kernel chooses the port
            address.set(ValueLayout.JAVA_SHORT, 0, (short) Constants.AF_NETLINK);
            Failure.check("bind", kernel.bind(number, address), "netlink socket");
            MemorySegment timeout = arena.allocateFrom(ValueLayout.JAVA_LONG, TIMEOUT_SECONDS, 0);
            Failure.check(
                    "setsockopt(SO_RCVTIMEO)",
                    kernel.setsockopt(number, Constants.SOL_SOCKET, Constants.SO_RCVTIMEO, timeout),
                    "netlink socket");
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            optional(kernel.setsockopt(number, Constants.SOL_NETLINK, NETLINK_EXT_ACK, one), "NETLINK_EXT_ACK");
            optional(kernel.setsockopt(number, Constants.SOL_NETLINK, NETLINK_CAP_ACK, one), "NETLINK_CAP_ACK");
            return new Netlink(fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** An old kernel does not know the option, and answers without the extra text. */
    private static void optional(int result, String option) {
        if (result != -Errno.ENOPROTOOPT.code()) {
            Failure.check("setsockopt(" + option + ")", result, "netlink socket");
        }
    }

    /**
     * Sends a request and waits for its acknowledgement.
     *
     * @param request the request
     * @param what what it does, for messages
     * @return what the kernel remarks on a request that succeeded
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses; the message holds its own words
     */
    public synchronized Optional<String> execute(NetlinkRequest request, String what) {
        Answer answer = transact(request, NetlinkRequest.NLM_F_ACK, what);
        return answer.remark;
    }

    /**
     * Sends a request that is answered by messages, and returns those.
     *
     * @param request the request, acknowledged after its answer
     * @param what what it asks for, for messages
     * @return the messages before the acknowledgement
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public synchronized List<NetlinkMessage> query(NetlinkRequest request, String what) {
        return transact(request, NetlinkRequest.NLM_F_ACK, what).messages;
    }

    /**
     * Asks for everything of a kind. A dump that the kernel says was disturbed by a change is repeated.
     *
     * @param request the request
     * @param what what it asks for, for messages
     * @return the messages
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses, or every attempt was disturbed ({@code EINTR})
     */
    public synchronized List<NetlinkMessage> dump(NetlinkRequest request, String what) {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            Answer answer = transact(request, NetlinkRequest.NLM_F_DUMP, what);
            if (!answer.disturbed) {
                return answer.messages;
            }
        }
        throw new SystemCallException(call(request), Errno.EINTR, what + " changed during every dump");
    }

    private static final class Answer {
        final List<NetlinkMessage> messages = new ArrayList<>();
        Optional<String> remark = Optional.empty();
        boolean disturbed;
        boolean complete;
    }

    private Answer transact(NetlinkRequest request, int flags, String what) {
        int number = fd.acquire();
        try (Arena arena = Arena.ofConfined()) {
            sequence++;
            byte[] bytes = request.marshal(flags, sequence);
            MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            Kernel kernel = fd.kernel();
            long sent;
            do {
                sent = kernel.send(number, message, bytes.length, 0);
            } while (sent == -Errno.EINTR.code());
            Failure.check(call(request), sent, what);
            Answer answer = new Answer();
            MemorySegment buffer = arena.allocate(RECEIVE_SIZE, 8);
            while (!answer.complete) {
                long length = receive(kernel, number, buffer, Constants.MSG_PEEK | Constants.MSG_TRUNC);
                if (length > buffer.byteSize()) {
                    buffer = arena.allocate(length, 8);
                }
                length = Failure.check(call(request), receive(kernel, number, buffer, 0), what + ": no answer");
                collect(buffer.asSlice(0, length), request, what, answer);
            }
            return answer;
        } finally {
            fd.release();
        }
    }

    private static long receive(Kernel kernel, int number, MemorySegment buffer, int flags) {
        long result;
        do {
            result = kernel.receive(number, buffer, buffer.byteSize(), flags);
        } while (result == -Errno.EINTR.code());
        return result;
    }

    private void collect(MemorySegment datagram, NetlinkRequest request, String what, Answer answer) {
        long at = 0;
        while (at + HEADER <= datagram.byteSize()) {
            long length = Integer.toUnsignedLong(datagram.get(ValueLayout.JAVA_INT_UNALIGNED, at));
            int type = Short.toUnsignedInt(datagram.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 4));
            int flags = Short.toUnsignedInt(datagram.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 6));
            int answers = datagram.get(ValueLayout.JAVA_INT_UNALIGNED, at + 8);
            if (length < HEADER || length > datagram.byteSize() - at) {
                throw new SystemCallException(call(request), Errno.EBADMSG, what + ": message of " + length + " bytes");
            }
            MemorySegment payload = datagram.asSlice(at + HEADER, length - HEADER);
            at += (length + 3) & -4L;
            if (answers != sequence || type == NLMSG_NOOP) {
                continue; // the rest of an answer that was given up
            }
            answer.disturbed |= (flags & NLM_F_DUMP_INTR) != 0;
            switch (type) {
                case NLMSG_ERROR, NLMSG_DONE -> {
                    finish(type, flags, payload, request, what, answer);
                    answer.complete = true;
                }
                default -> answer.messages.add(new NetlinkMessage(type, flags, copy(payload)));
            }
        }
    }

    private static void finish(
            int type, int flags, MemorySegment payload, NetlinkRequest request, String what, Answer answer) {
        int error = payload.byteSize() < 4 ? 0 : payload.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        Optional<String> remark = remark(type, flags, payload);
        if (error < 0) {
            throw Failure.of(
                    call(request), error, what + remark.map(text -> ": " + text).orElse(""));
        }
        answer.remark = remark;
    }

    /** The kernel's words follow the error number and, in an acknowledgement, the request it answers. */
    private static Optional<String> remark(int type, int flags, MemorySegment payload) {
        if ((flags & NLM_F_ACK_TLVS) == 0 || payload.byteSize() < 4) {
            return Optional.empty();
        }
        long attributes = 4;
        if (type == NLMSG_ERROR) {
            if (payload.byteSize() < 4 + HEADER) {
                return Optional.empty();
            }
            long request = (flags & NLM_F_CAPPED) != 0
                    ? HEADER
                    : Integer.toUnsignedLong(payload.get(ValueLayout.JAVA_INT_UNALIGNED, 4));
            attributes = 4 + ((request + 3) & -4L);
        }
        if (attributes > payload.byteSize()) {
            return Optional.empty();
        }
        return new NetlinkMessage(type, flags, copy(payload))
                .attribute(attributes, NLMSGERR_ATTR_MSG)
                .map(NetlinkMessage::text);
    }

    private static MemorySegment copy(MemorySegment payload) {
        return MemorySegment.ofArray(payload.toArray(ValueLayout.JAVA_BYTE)).asReadOnly();
    }

    private static String call(NetlinkRequest request) {
        return "netlink request " + request.type();
    }

    /** Closes the socket. */
    @Override
    public void close() {
        fd.close();
    }
}
