package io.ebpf4j.observability.probe;

import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The network namespaces of this host, as far as /proc and /run/netns show them: those of running processes, and those that
 * {@code ip netns} keeps. One that only an open descriptor keeps is not found.
 */
final class NetworkNamespaces {
    private static final long CLONE_NEWNET = 0x4000_0000; // include/uapi/linux/sched.h

    private NetworkNamespaces() {}

    /** {@return a file of each namespace, by its inode number} */
    static Map<Long, Path> visible() {
        Map<Long, Path> files = new LinkedHashMap<>();
        add(files, Path.of("/proc/self/ns/net"));
        Path named = Path.of("/run/netns");
        if (Files.isDirectory(named)) {
            addAll(files, named, "*", Path.of(""));
        }
        addAll(files, Path.of("/proc"), "[0-9]*", Path.of("ns", "net"));
        return files;
    }

    private static void addAll(Map<Long, Path> files, Path directory, String glob, Path within) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
            for (Path entry : entries) {
                add(files, within.toString().isEmpty() ? entry : entry.resolve(within));
            }
        } catch (NoSuchFileException gone) {
            return; // nothing is named any more
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(Map<Long, Path> files, Path file) {
        try {
            files.putIfAbsent(((Number) Files.getAttribute(file, "unix:ino")).longValue(), file);
        } catch (IOException goneOrNotOurs) {
            // a process that has ended, or a kernel thread, has none
            return;
        }
    }

    /**
     * Moves the calling thread, which must be a platform thread that ends soon, for it does not return.
     *
     * @throws io.ebpf4j.kernel.BpfException the namespace is gone, or CAP_SYS_ADMIN is missing
     */
    static void enter(Path file) {
        Kernel kernel = Kernel.system();
        int fd = kernel.open(file.toString(), Constants.O_RDONLY, 0);
        Failure.check("open", fd, file.toString());
        try {
            Failure.check(
                    "setns", kernel.call(SystemCall.SETNS, fd, CLONE_NEWNET, 0, 0, 0, 0), "network namespace " + file);
        } finally {
            kernel.close(fd);
        }
    }
}
