package io.ebpf4j.observability.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** nginx with a certificate of its own, for tests that know from its log what it served. */
final class TlsServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process nginx;
    private final Path log;
    private final int port;

    private TlsServer(Process nginx, Path log, int port) {
        this.nginx = nginx;
        this.log = log;
        this.port = port;
    }

    /** A line of the log. */
    record Served(int worker, int clientPort, String method, String path, String protocol, int status) {}

    /**
     * Starts it.
     *
     * @param libraries where it looks for libraries first; empty for nowhere
     */
    static TlsServer start(Path folder, String libraries) throws IOException, InterruptedException {
        int port = freePort();
        run(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
                        + " -keyout key.pem -out certificate.pem",
                folder);
        Path log = folder.resolve("access.log");
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                worker_processes 1;
                user root;
                pid nginx.pid;
                error_log error.log;
                events { worker_connections 256; }
                http {
                    log_format line '$pid $remote_port $request_method $request_uri $server_protocol $status';
                    access_log access.log line;
                    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                    ssl_certificate certificate.pem;
                    ssl_certificate_key key.pem;
                    keepalive_requests 100000;
                    server {
                        listen 127.0.0.1:%d ssl http2;
                        location /missing { return 404 'none'; }
                        location / { return 200 'hello'; }
                    }
                }
                """.formatted(port));
        ProcessBuilder builder = new ProcessBuilder("nginx", "-p", folder + "/", "-c", "nginx.conf", "-e", "error.log")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile());
        if (!libraries.isEmpty()) {
            builder.environment().putAll(Map.of("LD_LIBRARY_PATH", libraries));
        }
        TlsServer server = new TlsServer(builder.start(), log, port);
        server.awaitListening();
        return server;
    }

    static String run(String command, Path folder) throws IOException, InterruptedException {
        return run(command, folder, Map.of());
    }

    static String run(String command, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + output);
        }
        return output;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitListening() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end || !nginx.isAlive()) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }

    int port() {
        return port;
    }

    String url(String path) {
        return "https://127.0.0.1:" + port + path;
    }

    /** {@return what it served, as soon as that is so much} */
    List<Served> served(int atLeast) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<Served> lines = new ArrayList<>();
            for (String line : Files.exists(log) ? Files.readAllLines(log) : List.<String>of()) {
                String[] words = line.split(" ", -1);
                lines.add(new Served(
                        Integer.parseInt(words[0]),
                        Integer.parseInt(words[1]),
                        words[2],
                        words[3],
                        words[4],
                        Integer.parseInt(words[5])));
            }
            if (lines.size() >= atLeast) {
                return lines;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the server served " + lines + ", not " + atLeast);
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        nginx.destroy();
        try {
            if (!nginx.waitFor(10, TimeUnit.SECONDS)) {
                nginx.descendants().forEach(ProcessHandle::destroyForcibly);
                nginx.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
