package io.ebpf4j.samples.demo;

import io.ebpf4j.samples.demo.service.HttpService;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program of a host, in the host's network namespace and control group, under the service's name. It does one order at a
 * time; several threads may give some. It ends with the process that started it, however that ends, for its input does.
 */
final class ServiceProcess implements AutoCloseable {
    /**
     * The shell joins the control group, then becomes the program: no moment is outside of it. The session is its own, so that
     * Ctrl-C at the terminal is for us alone to answer.
     */
    private static final String JOIN = "echo $$ >\"$0\" && exec setsid \"$@\"";

    private static final long PATIENCE_SECONDS = 5;

    private final Host host;
    private final Process process;
    private final Path errors;
    private final Writer orders;
    private final BufferedReader replies;

    private ServiceProcess(Host host, Process process, Path errors) {
        this.host = host;
        this.process = process;
        this.errors = errors;
        this.orders = process.outputWriter();
        this.replies = process.inputReader();
    }

    /**
     * Starts it.
     *
     * @param folder where its logs go, which is there
     */
    static ServiceProcess start(Host host, NetworkNamespace namespace, ControlGroup group, Path folder)
            throws IOException {
        // a process is called as the file that it was started from, and the JVM finds itself behind the link
        Path java = Files.createSymbolicLink(
                folder.resolve(host.service()), Path.of(System.getProperty("java.home"), "bin", "java"));
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                JOIN,
                group.members().toString(),
                "ip",
                "netns",
                "exec",
                namespace.name(),
                java.toString(),
                "-Xmx32m",
                "-Xss512k",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                classes(),
                host.program().getName()));
        command.addAll(host.arguments(folder));
        Path errors = folder.resolve("errors.log");
        return new ServiceProcess(
                host, new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
    }

    /** Where this module's classes are: all that a service needs. */
    private static String classes() {
        try {
            return Path.of(HttpService.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Waits until it serves. */
    void awaitReady() throws IOException {
        String line = replies.readLine();
        if (!"ready".equals(line)) {
            throw failure("did not start");
        }
    }

    /**
     * Gives an order and waits until it is done.
     *
     * @return what the program says of it, may be empty
     * @throws IOException it could not be done, or the program ended
     */
    synchronized String order(String order) throws IOException {
        String reply;
        try {
            orders.write(order + "\n");
            orders.flush();
            reply = replies.readLine();
        } catch (IOException e) {
            IOException failure = failure("ended");
            failure.addSuppressed(e);
            throw failure;
        }
        if (reply == null) {
            throw failure("ended");
        }
        if (!reply.startsWith("done")) {
            throw new IOException(host.label() + ": " + reply);
        }
        return reply.substring("done".length()).strip();
    }

    private IOException failure(String what) throws IOException {
        String said = Files.readString(errors).strip();
        return new IOException(host.label() + " " + what + (said.isEmpty() ? "" : ": " + said));
    }

    /** Ends it, as an upgrade does: it may finish what it does. */
    @Override
    public void close() throws IOException {
        try {
            orders.close();
        } catch (IOException ended) {
            // nobody reads any more: it has ended by itself
            return;
        } finally {
            end();
        }
    }

    private void end() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
