package io.ebpf4j.testing;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.Privileges;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Mounts the file systems that kernel tests use where a machine has not. They stay mounted. */
public final class TestMounts {
    private TestMounts() {}

    /** Mounts tracefs and the BPF file system if they are missing and this process may. */
    public static synchronized void mountMissing() {
        mount("tracefs", Path.of("/sys/kernel/tracing"), "events");
        mount("bpf", Path.of("/sys/fs/bpf"), null);
    }

    private static void mount(String type, Path target, @Nullable String proof) {
        if (!Privileges.current().has(Capability.SYS_ADMIN) || !Files.isDirectory(target) || isMounted(type, target)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(type).address();
            long result = Kernel.system()
                    .call(
                            SystemCall.MOUNT,
                            name,
                            arena.allocateFrom(target.toString()).address(),
                            name,
                            0,
                            0,
                            0);
            if (result != -Errno.EBUSY.code()) {
                Failure.check("mount", result, type + " on " + target);
            }
        }
        if (proof != null && !Files.exists(target.resolve(proof))) {
            throw new IllegalStateException(type + " is mounted on " + target + " but has no " + proof);
        }
    }

    private static boolean isMounted(String type, Path target) {
        try {
            return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                    .map(line -> line.split(" ", -1))
                    .anyMatch(fields -> fields[1].equals(target.toString()) && fields[2].equals(type));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
