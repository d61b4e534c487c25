package io.ebpf4j.samples.demo;

import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A network namespace that {@code ip netns} made.
 *
 * @param name its name there
 */
record NetworkNamespace(String name) {
    static final Path FOLDER = Path.of("/run/netns");

    Path file() {
        return FOLDER.resolve(name);
    }

    /** The inode number by which events name it. */
    long inode() throws IOException {
        return ((Number) Files.getAttribute(file(), "unix:ino")).longValue();
    }

    /** Lets {@code ip} do lines of work in it. */
    void ip(String lines) throws IOException {
        Program.feed(lines, "ip", "-n", name, "-batch", "-");
    }

    /** Calls on a thread that is in it. */
    <T> T call(Callable<T> action) throws IOException {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter();
            return action.call();
        });
        // a platform thread, and one that ends: it does not come back
        Thread.ofPlatform().daemon().name("in-" + name).start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException unchecked -> throw unchecked;
                case IOException checked -> throw checked;
                case null, default -> throw new IOException("in network namespace " + name, e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in network namespace " + name, e);
        }
    }

    private void enter() {
        Kernel kernel = Kernel.system();
        int fd = kernel.open(file().toString(), Constants.O_RDONLY, 0);
        Failure.check("open", fd, file().toString());
        try {
            Failure.check(
                    "setns",
                    kernel.call(SystemCall.SETNS, fd, Constants.CLONE_NEWNET, 0, 0, 0, 0),
                    "network namespace " + name);
        } finally {
            kernel.close(fd);
        }
    }
}
