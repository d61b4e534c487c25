package io.ebpf4j.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Fails a module's test run that leaves descriptors of the kernel's own objects open: maps, programs, links, BTF, perf
 * events, epoll sets, eventfds.
 *
 * <p>Those are the {@code anon_inode} descriptors. The JDK keeps some of that kind for the sockets of virtual threads: it
 * is made to open them before they are counted. A selector that a test leaves open counts as its leak. JUnit reports
 * nothing that a listener throws, so the process is ended with a status of its own, which surefire and failsafe report
 * as a failed run.
 */
public final class DescriptorLeakListener implements LauncherSessionListener {
    /** Exit status of a leaking run. */
    public static final int LEAKED = 97;

    private final Map<Integer, String> before = new TreeMap<>();

    /** Made by the service loader. */
    public DescriptorLeakListener() {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        openPollersOfTheJdk();
        before.putAll(kernelObjects());
    }

    /** A virtual thread that waits for a socket makes the JDK open the epoll sets it keeps for ever. */
    private static void openPollersOfTheJdk() {
        Thread waiter = Thread.ofVirtual().start(() -> {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            try (ServerSocket server = new ServerSocket(0, 1, loopback);
                    Socket client = new Socket(loopback, server.getLocalPort());
                    Socket accepted = server.accept()) {
                accepted.setSoTimeout(1);
                int read = accepted.getInputStream().read();
                throw new IllegalStateException("nobody wrote " + read + " to " + client);
            } catch (SocketTimeoutException e) {
                // as intended: it waited
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            waiter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        Map<Integer, String> leaked = leaked(before, kernelObjects());
        if (!leaked.isEmpty()) {
            StringBuilder text = new StringBuilder("LEAKED DESCRIPTORS: the test run leaves ")
                    .append(leaked.size())
                    .append(" of the kernel's objects open:");
            leaked.forEach((number, what) -> text.append(System.lineSeparator())
                    .append("  ")
                    .append(number)
                    .append(" -> ")
                    .append(what));
            System.err.println(text);
            System.err.flush();
            Runtime.getRuntime().halt(LEAKED);
        }
    }

    /** What is open after and was not before, or is something else now. */
    static Map<Integer, String> leaked(Map<Integer, String> before, Map<Integer, String> after) {
        Map<Integer, String> leaked = new TreeMap<>(after);
        leaked.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
        return leaked;
    }

    /** The descriptors of this process that are objects of the kernel, by number. */
    static Map<Integer, String> kernelObjects() {
        Map<Integer, String> found = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path each : all) {
                String target = target(each);
                if (target.startsWith("anon_inode:") || target.startsWith("/sys/fs/bpf")) {
                    found.put(Integer.parseInt(each.getFileName().toString()), target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException e) {
            return ""; // the descriptor this directory was read with
        }
    }
}
