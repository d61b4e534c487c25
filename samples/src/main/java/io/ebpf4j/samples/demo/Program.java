package io.ebpf4j.samples.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A program of the machine that is run to its end. */
final class Program {
    private Program() {}

    /**
     * Runs a program.
     *
     * @param command the program and its arguments
     * @return what it printed
     * @throws IOException there is no such program, or it failed
     */
    static String run(String... command) throws IOException {
        return feed("", command);
    }

    /** Runs a program with an input. */
    static String feed(String input, String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(
                    command[0] + " cannot be run; the demo needs iproute2 (Debian, Ubuntu: apt-get install iproute2)",
                    e);
        }
        try (InputStream out = process.getInputStream()) {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException(String.join(" ", List.of(command)) + " ended with " + status + ": "
                        + said.strip().replace('\n', ' '));
            }
            return said;
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + command[0] + " ran");
        }
    }
}
