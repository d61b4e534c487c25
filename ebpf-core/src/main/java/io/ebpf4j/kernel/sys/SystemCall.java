package io.ebpf4j.kernel.sys;

import java.util.Locale;

/**
 * The system calls this library makes, with their number on each architecture.
 *
 * <p>Sources: {@code arch/x86/entry/syscalls/syscall_64.tbl}, {@code include/uapi/asm-generic/unistd.h} (aarch64 and
 * riscv64), {@code arch/s390/kernel/syscalls/syscall.tbl}. There is no {@code epoll_wait}: the generic table only has
 * {@code epoll_pwait}.
 */
public enum SystemCall {
    /** read(2). */
    READ(0, 63, 3),

    /** write(2). */
    WRITE(1, 64, 4),

    /** close(2). */
    CLOSE(3, 57, 6),

    /** mmap(2). */
    MMAP(9, 222, 90),

    /** munmap(2). */
    MUNMAP(11, 215, 91),

    /** ioctl(2). */
    IOCTL(16, 29, 54),

    /** socket(2). */
    SOCKET(41, 198, 359),

    /** connect(2). */
    CONNECT(42, 203, 362),

    /** bind(2). */
    BIND(49, 200, 361),

    /** listen(2). */
    LISTEN(50, 201, 363),

    /** accept4(2). */
    ACCEPT4(288, 242, 364),

    /** getsockname(2). */
    GETSOCKNAME(51, 204, 367),

    /** setsockopt(2). */
    SETSOCKOPT(54, 208, 366),

    /** getsockopt(2). */
    GETSOCKOPT(55, 209, 365),

    /** sendto(2). */
    SENDTO(44, 206, 369),

    /** recvfrom(2). */
    RECVFROM(45, 207, 371),

    /** fcntl(2). */
    FCNTL(72, 25, 55),

    /** getpid(2). */
    GETPID(39, 172, 20),

    /** gettid(2). */
    GETTID(186, 178, 236),

    /** tgkill(2). */
    TGKILL(234, 131, 241),

    /** mount(2). */
    MOUNT(165, 40, 21),

    /** umount2(2). */
    UMOUNT2(166, 39, 52),

    /** fsopen(2), since Linux 5.2. */
    FSOPEN(430, 430, 430),

    /** fsconfig(2), since Linux 5.2. */
    FSCONFIG(431, 431, 431),

    /** fsmount(2), since Linux 5.2. */
    FSMOUNT(432, 432, 432),

    /** unshare(2). */
    UNSHARE(272, 97, 303),

    /** setns(2). */
    SETNS(308, 268, 339),

    /** openat(2). */
    OPENAT(257, 56, 288),

    /** statx(2). */
    STATX(332, 291, 379),

    /** prlimit64(2). */
    PRLIMIT64(302, 261, 334),

    /** epoll_create1(2). */
    EPOLL_CREATE1(291, 20, 327),

    /** epoll_ctl(2). */
    EPOLL_CTL(233, 21, 250),

    /** epoll_pwait(2). */
    EPOLL_PWAIT(281, 22, 312),

    /** eventfd2(2). */
    EVENTFD2(290, 19, 323),

    /** perf_event_open(2). */
    PERF_EVENT_OPEN(298, 241, 331),

    /** bpf(2). */
    BPF(321, 280, 351),

    /** pidfd_open(2). */
    PIDFD_OPEN(434, 434, 434),

    /** memfd_create(2). */
    MEMFD_CREATE(319, 279, 350);

    private final int x86;
    private final int generic;
    private final int s390;

    SystemCall(int x86, int generic, int s390) {
        this.x86 = x86;
        this.generic = generic;
        this.s390 = s390;
    }

    /**
     * {@return the number on an architecture}
     *
     * @param architecture the architecture
     */
    public int number(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> x86;
            case AARCH64, RISCV64 -> generic;
            case S390X -> s390;
        };
    }

    /** {@return the name in the manual pages, such as {@code epoll_ctl}} */
    public String manualName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
