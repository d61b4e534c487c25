package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.probe.TestNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** An end of a connection in a process of its own: what the watching process says itself is left out of what it sees. */
final class PythonPeer implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;

    private PythonPeer(Process process) {
        this.process = process;
        said = process.inputReader(StandardCharsets.UTF_8); // closed with the process
    }

    /**
     * A server for one connection, which says its port.
     *
     * @param answer what it does with the connection {@code c} when it has read the request
     */
    static PythonPeer server(TestNetwork network, String answer) {
        return start(network, """
                import socket, struct, sys, time
                s = socket.socket()
                s.bind(('0.0.0.0', 0))
                s.listen(5)
                print(s.getsockname()[1], flush=True)
                c, _ = s.accept()
                c.recv(65536)
                """ + answer);
    }

    /**
     * A client that says when it is connected, and waits to be told to go on.
     *
     * @param request what it does then with the connection {@code c}
     */
    static PythonPeer client(TestNetwork network, String host, int port, String request) {
        return start(network, """
                import socket, sys, time
                c = socket.create_connection(('%s', %d))
                print('connected', flush=True)
                sys.stdin.readline()
                """.formatted(host, port) + request);
    }

    private static PythonPeer start(TestNetwork network, String program) {
        return new PythonPeer(network.start("python3", "-c", program));
    }

    String line() {
        try {
            String line = said.readLine();
            if (line == null) {
                throw new IllegalStateException("the peer ended");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return Integer.parseInt(line());
    }

    void goOn() {
        try (Writer writer = process.outputWriter(StandardCharsets.UTF_8)) {
            writer.write("\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
