package io.ebpf4j.observability.probe;

import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace with loopback and one Ethernet segment, 192.0.2.1/24, on which nobody else is. It goes when closed.
 * There: {@link #NOBODY} answers no ARP; {@link #BLACK_HOLE} has a neighbour entry and takes packets without an answer; what
 * is outside the segment has no route.
 */
public final class TestNetwork implements AutoCloseable {
    public static final String NOBODY = "192.0.2.77";
    public static final String BLACK_HOLE = "192.0.2.99";
    public static final String ELSEWHERE = "198.51.100.1";

    private static final long CLONE_NEWNET = 0x4000_0000; // include/uapi/linux/sched.h
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "e4j-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();

    public TestNetwork() {
        run("ip", "netns", "add", name);
        try {
            run("ip", "-n", name, "link", "set", "lo", "up");
            run("ip", "-n", name, "link", "add", "left", "type", "veth", "peer", "name", "right");
            run("ip", "-n", name, "addr", "add", "192.0.2.1/24", "dev", "left");
            run("ip", "-n", name, "link", "set", "left", "up");
            run("ip", "-n", name, "link", "set", "right", "up");
            run("ip", "-n", name, "neigh", "add", BLACK_HOLE, "lladdr", "02:00:00:00:00:99", "dev", "left");
            // ETIMEDOUT after some seconds in place of two minutes
            inside("sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_syn_retries");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public String name() {
        return name;
    }

    public Path file() {
        return Path.of("/run/netns", name);
    }

    public long inode() {
        try {
            return ((Number) Files.getAttribute(file(), "unix:ino")).longValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a program in the namespace; the process is the program's own. */
    public Process start(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        try {
            return new ProcessBuilder(all).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a program in the namespace to its end. */
    public String inside(String... command) {
        return output(start(command), String.join(" ", command));
    }

    /** Calls on a thread that is in the namespace. */
    public <T> T call(Callable<T> action) {
        CompletableFuture<T> result = async(action);
        try {
            return result.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("in " + name + ": " + e.getCause(), e.getCause());
        } catch (Exception e) {
            throw new AssertionError("in " + name + ": " + e, e);
        }
    }

    /** Begins a call on a thread that is in the namespace. */
    public <T> CompletableFuture<T> async(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("in-" + name).start(() -> {
            try {
                enter();
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private void enter() {
        Kernel kernel = Kernel.system();
        int fd = kernel.open(file().toString(), 0, 0);
        Failure.check("open", fd, file().toString());
        try {
            Failure.check("setns", kernel.call(SystemCall.SETNS, fd, CLONE_NEWNET, 0, 0, 0, 0), name);
        } finally {
            kernel.close(fd);
        }
    }

    public static String run(String... command) {
        try {
            return output(new ProcessBuilder(command).redirectErrorStream(true).start(), String.join(" ", command));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String output(Process process, String what) {
        try (InputStream stream = process.getInputStream()) {
            String output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(what + " ended with " + status + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        run("ip", "netns", "del", name);
    }
}
