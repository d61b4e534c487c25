package io.ebpf4j.observability.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** nginx in the clear, HTTP/1 on one port and HTTP/2 on another, for tests that know from its log what it served. */
final class PlainServer implements AutoCloseable {
    static final int BIG = 300_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process nginx;
    private final Path log;
    private final int port;
    private final int port2;

    private PlainServer(Process nginx, Path log, int port, int port2) {
        this.nginx = nginx;
        this.log = log;
        this.port = port;
        this.port2 = port2;
    }

    /** A line of the log; bytes are the response's, head and body. */
    record Served(int worker, int clientPort, String method, String path, int status, long received, long sent) {}

    static PlainServer start(Path folder) throws IOException, InterruptedException {
        int port = freePort();
        int port2 = freePort();
        Files.createDirectory(folder.resolve("files"));
        Files.writeString(folder.resolve("files/big"), "b".repeat(BIG));
        Files.writeString(folder.resolve("files/small"), "small\n");
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                worker_processes 1;
                user root;
                pid nginx.pid;
                error_log error.log;
                events { worker_connections 512; }
                http {
                    log_format line '$pid $remote_port $request_method $uri $status $request_length $bytes_sent';
                    access_log access.log line;
                    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                    sendfile on; tcp_nopush on;
                    keepalive_requests 100000;
                    root files;
                    server {
                        listen 127.0.0.1:%d;
                        location = /direct { return 200 'direct'; }
                    }
                    server {
                        listen 127.0.0.1:%d http2;
                        location = /direct { return 200 'direct'; }
                    }
                }
                """.formatted(port, port2));
        Process nginx = new ProcessBuilder("nginx", "-p", folder + "/", "-c", "nginx.conf", "-e", "error.log")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile())
                .start();
        PlainServer server = new PlainServer(nginx, folder.resolve("access.log"), port, port2);
        server.awaitListening();
        return server;
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

    int http2Port() {
        return port2;
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    String http2Url(String path) {
        return "http://127.0.0.1:" + port2 + path;
    }

    /** {@return what it served, as soon as that is so much} */
    List<Served> served(int atLeast) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<Served> lines = Files.exists(log)
                    ? Files.readAllLines(log).stream().map(PlainServer::line).toList()
                    : List.of();
            if (lines.size() >= atLeast) {
                return lines;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the server served " + lines + ", not " + atLeast);
            }
            Thread.sleep(20);
        }
    }

    private static Served line(String text) {
        String[] words = text.split(" ", -1);
        return new Served(
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                words[2],
                words[3],
                Integer.parseInt(words[4]),
                Long.parseLong(words[5]),
                Long.parseLong(words[6]));
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
