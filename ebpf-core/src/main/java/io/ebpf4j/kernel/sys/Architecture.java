package io.ebpf4j.kernel.sys;

import java.util.Locale;

/** The machines this library knows system call numbers and structure packing of. All have 64-bit registers. */
public enum Architecture {
    /** AMD64, the only one whose {@code struct epoll_event} is packed. */
    X86_64,
    /** 64-bit Arm, generic system call table. */
    AARCH64,
    /** 64-bit RISC-V, generic system call table. */
    RISCV64,
    /** IBM Z, big-endian, with a table of its own. */
    S390X;

    /**
     * {@return the machine this process runs on}
     *
     * @throws UnsupportedOperationException if it is none of these
     */
    public static Architecture current() {
        return of(System.getProperty("os.arch"));
    }

    /**
     * {@return the machine of a name}
     *
     * @param name as in the system property {@code os.arch} or printed by {@code uname -m}
     * @throws UnsupportedOperationException if it is none of these
     */
    public static Architecture of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            case "riscv64" -> RISCV64;
            case "s390x" -> S390X;
            default ->
                throw new UnsupportedOperationException("no system call numbers for architecture " + name
                        + "; known are x86-64, aarch64, riscv64 and s390x");
        };
    }

    /** {@return bytes of {@code struct epoll_event}: 12 on x86-64, where it is packed, else 16} */
    public long epollEventSize() {
        return this == X86_64 ? 12 : 16;
    }

    /** {@return offset of {@code data} in {@code struct epoll_event}: 4 on x86-64, else 8} */
    public long epollDataOffset() {
        return this == X86_64 ? 4 : 8;
    }
}
