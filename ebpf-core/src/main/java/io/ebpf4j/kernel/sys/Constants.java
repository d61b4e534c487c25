package io.ebpf4j.kernel.sys;

/**
 * Constants of the system calls, the same on every architecture this library supports.
 *
 * <p>Sources: {@code include/uapi/asm-generic/fcntl.h}, {@code mman-common.h}, {@code linux/eventpoll.h},
 * {@code linux/socket.h}, {@code linux/sched.h}, {@code linux/mount.h}, {@code linux/netlink.h}.
 */
public final class Constants {
    /** Open for reading. */
    public static final int O_RDONLY = 0;
    /** Open for writing. */
    public static final int O_WRONLY = 1;
    /** Open for both. */
    public static final int O_RDWR = 2;
    /** Create the file. */
    public static final int O_CREAT = 0x40;
    /** Do not block; also the value of {@code SOCK_NONBLOCK} and {@code EFD_NONBLOCK}. */
    public static final int O_NONBLOCK = 0x800;
    /** Close on exec; also the value of {@code SOCK_CLOEXEC}, {@code EPOLL_CLOEXEC} and {@code EFD_CLOEXEC}. */
    public static final int O_CLOEXEC = 0x80000;

    /** Start of a path at the current directory. */
    public static final int AT_FDCWD = -100;

    /** Duplicate a descriptor, close-on-exec. */
    public static final int F_DUPFD_CLOEXEC = 1030;

    /** Pages can be read. */
    public static final int PROT_READ = 1;
    /** Pages can be written. */
    public static final int PROT_WRITE = 2;
    /** Changes are seen by every mapping of the file. */
    public static final int MAP_SHARED = 1;
    /** Changes stay in this process. */
    public static final int MAP_PRIVATE = 2;
    /** The address is demanded. */
    public static final int MAP_FIXED = 0x10;
    /** Memory without a file. */
    public static final int MAP_ANONYMOUS = 0x20;

    /** Something to read. */
    public static final int EPOLLIN = 1;
    /** Room to write. */
    public static final int EPOLLOUT = 4;
    /** An error; always watched. */
    public static final int EPOLLERR = 8;
    /** The other side hung up; always watched. */
    public static final int EPOLLHUP = 0x10;
    /** Report changes, not states. */
    public static final int EPOLLET = 1 << 31;
    /** Watch a descriptor. */
    public static final int EPOLL_CTL_ADD = 1;
    /** Watch it no more. */
    public static final int EPOLL_CTL_DEL = 2;
    /** Watch it for something else. */
    public static final int EPOLL_CTL_MOD = 3;

    /** Sockets of one machine. */
    public static final int AF_UNIX = 1;
    /** IPv4. */
    public static final int AF_INET = 2;
    /** IPv6. */
    public static final int AF_INET6 = 10;
    /** Netlink. */
    public static final int AF_NETLINK = 16;
    /** Packets of a device. */
    public static final int AF_PACKET = 17;
    /** A stream. */
    public static final int SOCK_STREAM = 1;
    /** Datagrams. */
    public static final int SOCK_DGRAM = 2;
    /** Raw packets or messages. */
    public static final int SOCK_RAW = 3;
    /** Options of every socket. */
    public static final int SOL_SOCKET = 1;
    /** Options of netlink sockets. */
    public static final int SOL_NETLINK = 270;
    /** Receive timeout, {@code struct timeval} of two longs. */
    public static final int SO_RCVTIMEO = 20;
    /** Attach a classic-socket eBPF program. */
    public static final int SO_ATTACH_BPF = 50;
    /** Detach it; its value is an int that is ignored. */
    public static final int SO_DETACH_BPF = 27;
    /** Attach a program that chooses the socket of a port group. */
    public static final int SO_ATTACH_REUSEPORT_EBPF = 52;
    /** The cookie of a socket, 64 bits. */
    public static final int SO_COOKIE = 57;
    /** Look without taking. */
    public static final int MSG_PEEK = 2;
    /** Answer with the true length. */
    public static final int MSG_TRUNC = 0x20;
    /** Do not block this once. */
    public static final int MSG_DONTWAIT = 0x40;

    /** A mount namespace of its own. */
    public static final int CLONE_NEWNS = 0x20000;
    /** A network namespace of its own. */
    public static final int CLONE_NEWNET = 0x40000000;

    private Constants() {}
}
