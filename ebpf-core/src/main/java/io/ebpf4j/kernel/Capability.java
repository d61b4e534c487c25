package io.ebpf4j.kernel;

import java.util.EnumSet;
import java.util.Set;

/**
 * The capabilities of Linux, in the order of their bits.
 *
 * <p>Source: {@code include/uapi/linux/capability.h}.
 */
public enum Capability {
    /** Change of ownership. */
    CHOWN(0),

    /** Files in spite of their permissions. */
    DAC_OVERRIDE(1),

    /** Reading files in spite of their permissions. */
    DAC_READ_SEARCH(2),

    /** Operations reserved to the owner of a file. */
    FOWNER(3),

    /** Set-user-ID bits kept. */
    FSETID(4),

    /** Signals to any process. */
    KILL(5),

    /** Change of groups. */
    SETGID(6),

    /** Change of users. */
    SETUID(7),

    /** Change of capabilities. */
    SETPCAP(8),

    /** Immutable files. */
    LINUX_IMMUTABLE(9),

    /** Ports below 1024. */
    NET_BIND_SERVICE(10),

    /** Broadcast. */
    NET_BROADCAST(11),

    /** Network configuration; with CAP_BPF, networking programs. */
    NET_ADMIN(12),

    /** Raw sockets. */
    NET_RAW(13),

    /** Locked memory. */
    IPC_LOCK(14),

    /** IPC in spite of permissions. */
    IPC_OWNER(15),

    /** Kernel modules. */
    SYS_MODULE(16),

    /** Raw I/O. */
    SYS_RAWIO(17),

    /** chroot(2). */
    SYS_CHROOT(18),

    /** Other processes' memory. */
    SYS_PTRACE(19),

    /** Process accounting. */
    SYS_PACCT(20),

    /** Everything bpf(2) can do, and much else; before Linux 5.8 the only way. */
    SYS_ADMIN(21),

    /** Reboot. */
    SYS_BOOT(22),

    /** Priorities. */
    SYS_NICE(23),

    /** Limits; before Linux 5.11, memory of maps. */
    SYS_RESOURCE(24),

    /** The clock. */
    SYS_TIME(25),

    /** Terminals. */
    SYS_TTY_CONFIG(26),

    /** Device files. */
    MKNOD(27),

    /** Leases on files. */
    LEASE(28),

    /** The audit log. */
    AUDIT_WRITE(29),

    /** Audit rules. */
    AUDIT_CONTROL(30),

    /** File capabilities. */
    SETFCAP(31),

    /** Mandatory access control. */
    MAC_OVERRIDE(32),

    /** Configuration of mandatory access control. */
    MAC_ADMIN(33),

    /** The kernel log, and kernel addresses. */
    SYSLOG(34),

    /** Timers that wake the system. */
    WAKE_ALARM(35),

    /** Keeping the system awake. */
    BLOCK_SUSPEND(36),

    /** Reading the audit log. */
    AUDIT_READ(37),

    /** Performance monitoring; with CAP_BPF, tracing programs; Linux 5.8. */
    PERFMON(38),

    /** bpf(2); Linux 5.8. */
    BPF(39),

    /** Checkpoint and restore; Linux 5.9. */
    CHECKPOINT_RESTORE(40);

    private final int bit;

    Capability(int bit) {
        this.bit = bit;
    }

    /** {@return the bit number in a capability mask} */
    public int bit() {
        return bit;
    }

    /** {@return the kernel's name, such as {@code CAP_BPF}} */
    public String kernelName() {
        return "CAP_" + name();
    }

    /**
     * {@return the capabilities of a mask; bits without a name are left out}
     *
     * @param mask as in {@code CapEff} of {@code /proc/self/status}
     */
    public static Set<Capability> ofMask(long mask) {
        EnumSet<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability capability : values()) {
            if ((mask >>> capability.bit() & 1) != 0) {
                set.add(capability);
            }
        }
        return set;
    }
}
