package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A socket by its bare system calls, so that a test knows which of them it makes. */
final class TestSocket implements AutoCloseable {
    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int IPV6_ADDRESS_BYTES = 28;

    private final Fd fd;
    private final int family;

    private TestSocket(Fd fd, int family) {
        this.fd = fd;
        this.family = family;
    }

    static TestSocket open(int family, int type) {
        Kernel kernel = Kernel.system();
        return new TestSocket(
                Fd.own(kernel, Failure.check("socket", kernel.socket(family, type, 0), ""), "test socket"), family);
    }

    int fd() {
        return fd.number();
    }

    TestSocket bind() {
        return with("bind", SystemCall.BIND, 0);
    }

    TestSocket connect(int port) {
        return with("connect", SystemCall.CONNECT, port);
    }

    TestSocket listen() {
        call("listen", SystemCall.LISTEN, 5, 0, 0, 0, 0);
        return this;
    }

    int port() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(IPV6_ADDRESS_BYTES);
            call(
                    "getsockname",
                    SystemCall.GETSOCKNAME,
                    address.address(),
                    size(arena).address(),
                    0,
                    0,
                    0);
            return Short.toUnsignedInt(address.get(PORT, 2));
        }
    }

    TestSocket accept() {
        try (Arena arena = Arena.ofConfined()) {
            long accepted = call(
                    "accept4",
                    SystemCall.ACCEPT4,
                    arena.allocate(IPV6_ADDRESS_BYTES).address(),
                    size(arena).address(),
                    Constants.O_CLOEXEC,
                    0,
                    0);
            return new TestSocket(Fd.own(fd.kernel(), (int) accepted, "accepted"), family);
        }
    }

    void send(int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            Failure.check("send", fd.kernel().send(fd.number(), arena.allocate(bytes), bytes, 0), "");
        }
    }

    void sendTo(int port, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, port);
            call(
                    "sendto",
                    SystemCall.SENDTO,
                    arena.allocate(bytes).address(),
                    bytes,
                    0,
                    address.address(),
                    address.byteSize());
        }
    }

    int receive() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) call(
                    "recvfrom",
                    SystemCall.RECVFROM,
                    arena.allocate(2048).address(),
                    2048,
                    0,
                    arena.allocate(IPV6_ADDRESS_BYTES).address(),
                    size(arena).address());
        }
    }

    /** SO_KEEPALIVE, on or off. */
    void set(int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment option = arena.allocateFrom(ValueLayout.JAVA_INT, value);
            Failure.check("setsockopt", fd.kernel().setsockopt(fd.number(), Constants.SOL_SOCKET, 9, option), "");
        }
    }

    void get() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment option = arena.allocate(4, 4);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, 4);
            call("getsockopt", SystemCall.GETSOCKOPT, Constants.SOL_SOCKET, 9, option.address(), size.address(), 0);
        }
    }

    private TestSocket with(String name, SystemCall call, int port) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, port);
            call(name, call, address.address(), address.byteSize(), 0, 0, 0);
            return this;
        }
    }

    /** The loopback address. */
    private MemorySegment address(Arena arena, int port) {
        boolean six = family == Constants.AF_INET6;
        MemorySegment address = arena.allocate(six ? IPV6_ADDRESS_BYTES : 16, 4);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) family);
        address.set(PORT, 2, (short) port);
        byte[] loopback = six ? new byte[16] : new byte[] {127, 0, 0, 1};
        loopback[loopback.length - 1] = 1;
        MemorySegment.copy(loopback, 0, address, ValueLayout.JAVA_BYTE, six ? 8 : 4, loopback.length);
        return address;
    }

    private static MemorySegment size(Arena arena) {
        return arena.allocateFrom(ValueLayout.JAVA_INT, IPV6_ADDRESS_BYTES);
    }

    private long call(String name, SystemCall call, long b, long c, long d, long e, long f) {
        long result;
        do {
            result = fd.kernel().call(call, fd.number(), b, c, d, e, f);
        } while (result == -4);
        return Failure.check(name, result, "");
    }

    @Override
    public void close() {
        fd.close();
    }
}
