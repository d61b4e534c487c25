package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A network interface of the calling thread's network namespace.
 *
 * @param index the kernel's number of it in that namespace, from 1
 */
public record NetworkInterface(int index) {
    /** {@code SIOCGIFINDEX} (include/uapi/linux/sockios.h). */
    private static final long SIOCGIFINDEX = 0x8933;

    /** {@code SIOCGIFNAME}. */
    private static final long SIOCGIFNAME = 0x8910;

    /** {@code IFNAMSIZ}: a name of 15 bytes and its end. */
    private static final int NAME_BYTES = 16;

    /** {@code sizeof(struct ifreq)} on 64-bit machines. */
    private static final int REQUEST_BYTES = 40;

    /**
     * An interface by its number.
     *
     * @throws IllegalArgumentException the number is not positive
     */
    public NetworkInterface {
        if (index <= 0) {
            throw new IllegalArgumentException("interface index " + index);
        }
    }

    /**
     * Finds an interface by its name. Asks a socket, so the answer is of the thread's network namespace even where
     * {@code /sys} shows another.
     *
     * @param name such as {@code "eth0"}
     * @return the interface
     * @throws InvalidTargetException there is none of that name
     */
    public static NetworkInterface of(String name) {
        Kernel kernel = Kernel.system();
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= NAME_BYTES) {
            throw new InvalidTargetException("network interface " + name, "a name has 1 to 15 bytes");
        }
        try (Fd socket = socket(kernel);
                Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
            MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
            int result = kernel.ioctl(socket.number(), SIOCGIFINDEX, request.address());
            if (Refusal.is(result, Errno.ENODEV)) {
                throw new InvalidTargetException(
                        "network interface " + name, "none of that name in this network namespace");
            }
            Failure.check("ioctl(SIOCGIFINDEX)", result, name);
            return new NetworkInterface(request.get(ValueLayout.JAVA_INT_UNALIGNED, NAME_BYTES));
        }
    }

    /** {@return its name now, empty where the calling thread's network namespace has no interface of this number} */
    public Optional<String> name() {
        Kernel kernel = Kernel.system();
        try (Fd socket = socket(kernel);
                Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
            request.set(ValueLayout.JAVA_INT_UNALIGNED, NAME_BYTES, index);
            int result = kernel.ioctl(socket.number(), SIOCGIFNAME, request.address());
            if (Refusal.is(result, Errno.ENODEV)) {
                return Optional.empty();
            }
            Failure.check("ioctl(SIOCGIFNAME)", result, "interface " + index);
            return Optional.of(request.getString(0, StandardCharsets.UTF_8));
        }
    }

    private static Fd socket(Kernel kernel) {
        int socket = kernel.socket(Constants.AF_UNIX, Constants.SOCK_DGRAM, 0);
        return Fd.own(kernel, Failure.check("socket", socket, "for interface names"), "socket for interface names");
    }
}
