package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/** Two network namespaces joined by a veth pair, gone when closed: 10.99.0.1 at veth "near", 10.99.0.2 at "far". */
final class TestNetwork implements AutoCloseable {
    static final String NEAR = "near";

    private static final AtomicInteger MADE = new AtomicInteger();

    private final String here;
    private final String there;

    private TestNetwork(String here, String there) {
        this.here = here;
        this.there = there;
    }

    static TestNetwork create() throws Exception {
        String name = "e4j" + ProcessHandle.current().pid() + "n" + MADE.incrementAndGet();
        TestNetwork network = new TestNetwork(name + "a", name + "b");
        try {
            run("ip", "netns", "add", network.here);
            run("ip", "netns", "add", network.there);
            run("ip", "-n", network.here, "link", "add", NEAR, "type", "veth", "peer", "far", "netns", network.there);
            run("ip", "-n", network.here, "addr", "add", "10.99.0.1/24", "dev", NEAR);
            run("ip", "-n", network.there, "addr", "add", "10.99.0.2/24", "dev", "far");
            run("ip", "-n", network.here, "link", "set", NEAR, "up");
            run("ip", "-n", network.here, "link", "set", "lo", "up");
            run("ip", "-n", network.there, "link", "set", "far", "up");
        } catch (Exception e) {
            network.close();
            throw e;
        }
        return network;
    }

    Path file() {
        return Path.of("/run/netns", here);
    }

    /** Runs on a thread of its own in the near namespace: a thread that changed its namespace is used for nothing else. */
    <T> T inside(Callable<T> action) throws Exception {
        return inside(here, action);
    }

    private static <T> T inside(String name, Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            Kernel kernel = Kernel.system();
            int fd = Failure.check("open", kernel.open("/run/netns/" + name, Constants.O_RDONLY, 0), name);
            try (Fd namespace = Fd.own(kernel, fd, name)) {
                Failure.check(
                        "setns",
                        kernel.call(SystemCall.SETNS, namespace.number(), Constants.CLONE_NEWNET, 0, 0, 0, 0),
                        name);
            }
            return action.call();
        });
        Thread thread = Thread.ofPlatform().name("in " + name).start(task);
        try {
            return task.get();
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } finally {
            thread.join();
        }
    }

    /** Sends datagrams from far to near, and as many from near to far. */
    void exchange(int datagrams) throws Exception {
        inside(here, () -> send(datagrams, "10.99.0.2"));
        inside(there, () -> send(datagrams, "10.99.0.1"));
    }

    private static int send(int datagrams, String to) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            byte[] payload = "ebpf4j".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < datagrams; i++) {
                socket.send(new DatagramPacket(payload, payload.length, InetAddress.getByName(to), 9));
            }
            return datagrams;
        }
    }

    /** Runs tc or ip in the near namespace. */
    String tool(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(1, List.of("-n", here));
        return run(all.toArray(String[]::new));
    }

    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** Whoever is interrupted here leaves a namespace behind, and is told so. */
    @Override
    public void close() throws IOException {
        for (String name : List.of(here, there)) {
            try {
                new ProcessBuilder("ip", "netns", "del", name).start().waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while " + name + " was removed", e);
            }
        }
    }
}
