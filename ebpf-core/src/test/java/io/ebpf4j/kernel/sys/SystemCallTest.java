package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The numbers, against the kernel's own headers as a distribution installs them. */
class SystemCallTest {
    private static final Pattern DEFINE = Pattern.compile("#define\\s+__NR(?:3264)?_(\\w+)\\s+(\\d+)\\b.*");

    @Test
    void x86NumbersAreThoseOfTheHeader() throws IOException {
        compare(Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Architecture.X86_64);
    }

    @Test
    void genericNumbersAreThoseOfTheHeader() throws IOException {
        Path header = Path.of("/usr/include/asm-generic/unistd.h");
        compare(header, Architecture.AARCH64);
        compare(header, Architecture.RISCV64);
    }

    /** No distribution installs this table by default: copied by hand from arch/s390/kernel/syscalls/syscall.tbl. */
    private static final Map<String, Integer> S390 = Map.ofEntries(
            Map.entry("read", 3),
            Map.entry("write", 4),
            Map.entry("close", 6),
            Map.entry("getpid", 20),
            Map.entry("mount", 21),
            Map.entry("umount2", 52),
            Map.entry("ioctl", 54),
            Map.entry("fcntl", 55),
            Map.entry("mmap", 90),
            Map.entry("munmap", 91),
            Map.entry("gettid", 236),
            Map.entry("tgkill", 241),
            Map.entry("epoll_ctl", 250),
            Map.entry("openat", 288),
            Map.entry("unshare", 303),
            Map.entry("epoll_pwait", 312),
            Map.entry("eventfd2", 323),
            Map.entry("epoll_create1", 327),
            Map.entry("perf_event_open", 331),
            Map.entry("prlimit64", 334),
            Map.entry("setns", 339),
            Map.entry("memfd_create", 350),
            Map.entry("bpf", 351),
            Map.entry("socket", 359),
            Map.entry("bind", 361),
            Map.entry("connect", 362),
            Map.entry("listen", 363),
            Map.entry("accept4", 364),
            Map.entry("getsockopt", 365),
            Map.entry("setsockopt", 366),
            Map.entry("getsockname", 367),
            Map.entry("sendto", 369),
            Map.entry("recvfrom", 371),
            Map.entry("statx", 379),
            Map.entry("fsopen", 430),
            Map.entry("fsconfig", 431),
            Map.entry("fsmount", 432),
            Map.entry("pidfd_open", 434));

    @Test
    void s390NumbersAreThoseOfTheTable() {
        Map<String, Integer> ours = new TreeMap<>();
        for (SystemCall call : SystemCall.values()) {
            ours.put(call.manualName(), call.number(Architecture.S390X));
        }
        assertThat(ours).isEqualTo(new TreeMap<>(S390));
    }

    private static void compare(Path header, Architecture architecture) throws IOException {
        assumeTrue(Files.exists(header), "the headers of " + architecture + " are not installed: " + header);
        Map<String, Integer> kernel = new TreeMap<>();
        for (String line : Files.readAllLines(header)) {
            Matcher matcher = DEFINE.matcher(line);
            if (matcher.matches()) {
                kernel.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
            }
        }
        Map<String, Integer> ours = new TreeMap<>();
        Map<String, Integer> theirs = new TreeMap<>();
        for (SystemCall call : SystemCall.values()) {
            ours.put(call.manualName(), call.number(architecture));
            theirs.put(call.manualName(), kernel.getOrDefault(call.manualName(), -1));
        }
        assertThat(ours).isEqualTo(theirs);
    }

    @Test
    void onlyX86PacksItsEpollEvents() {
        assertThat(Architecture.of("amd64").epollEventSize()).isEqualTo(12);
        for (String name : new String[] {"aarch64", "riscv64", "s390x"}) {
            assertThat(Architecture.of(name).epollEventSize()).isEqualTo(16);
            assertThat(Architecture.of(name).epollDataOffset()).isEqualTo(8);
        }
    }
}
