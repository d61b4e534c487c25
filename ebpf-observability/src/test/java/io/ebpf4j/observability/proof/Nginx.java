package io.ebpf4j.observability.proof;

import io.ebpf4j.observability.probe.TestNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A real nginx in a network of its own, on port 8080, whose access log says what the proofs compare with. */
final class Nginx implements AutoCloseable {
    static final int PORT = 8080;
    static final int FILE_BYTES = 20_000;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** A line of the access log. */
    record Line(int pid, int remotePort, int status, long bytesSent, long requestLength, String method, String path) {}

    private final Path folder;
    private final Process master;

    Nginx(TestNetwork network, Path folder, int workers) {
        this.folder = folder;
        try {
            Files.write(folder.resolve("body"), new byte[FILE_BYTES]);
            Path configuration = Files.writeString(folder.resolve("nginx.conf"), configuration(workers, folder));
            master = network.start(
                    "nginx", "-p", folder.toString(), "-c", configuration.toString(), "-g", "daemon off;");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!answers(network)) {
            if (System.nanoTime() - deadline > 0 || !master.isAlive()) {
                throw new IllegalStateException("nginx does not serve: " + TestNetwork.output(master, "nginx"));
            }
        }
    }

    private static String configuration(int workers, Path folder) {
        return String.format(Locale.ROOT, """
            user root;
            worker_processes %1$d;
            pid %2$s/nginx.pid;
            error_log %2$s/error.log warn;
            events { worker_connections 1024; }
            http {
              log_format proof '$pid $remote_port $status $bytes_sent $request_length $request';
              access_log %2$s/access.log proof;
              client_body_temp_path %2$s/bodies;
              proxy_temp_path %2$s/proxy;
              fastcgi_temp_path %2$s/fastcgi;
              uwsgi_temp_path %2$s/uwsgi;
              scgi_temp_path %2$s/scgi;
              sendfile on;
              keepalive_requests 100000000;
              default_type text/plain;
              server {
                listen 8080 backlog=1024;
                location /ok/ { return 200 "all is well\\n"; }
                location /head/ { return 200 "all is well\\n"; }
                location /posted/ { return 200 "it is taken\\n"; }
                location /missing/ { return 404; }
                location /moved/ { return 301 /ok/; }
                location /broken/ { return 503; }
                location /file/ { root %2$s; try_files /body =404; }
                location /fast/ { access_log off; return 200 "all is well\\n"; }
                location /static/ { access_log off; root %2$s; try_files /body =404; }
              }
            }
            """, workers, folder);
    }

    private static boolean answers(TestNetwork network) {
        return network.call(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                TimeUnit.MILLISECONDS.sleep(50);
                return false;
            }
        });
    }

    /** Waits until the access log has so many lines. */
    List<Line> log(int lines) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                List<String> written = Files.readAllLines(folder.resolve("access.log"));
                if (written.size() >= lines || System.nanoTime() - deadline > 0) {
                    return written.stream().map(Nginx::line).toList();
                }
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Processor time of the only worker so far. */
    long workerNanos() throws IOException {
        long worker = master.children().findFirst().orElseThrow().pid();
        String times = Files.readString(Path.of("/proc", Long.toString(worker), "schedstat"));
        return Long.parseLong(times.substring(0, times.indexOf(' ')));
    }

    private static Line line(String text) {
        String[] parts = text.split(" ", -1);
        return new Line(
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]),
                parts[5],
                parts[6]);
    }

    @Override
    public void close() {
        master.destroy(); // SIGTERM: it ends its workers
        try {
            if (!master.waitFor(20, TimeUnit.SECONDS)) {
                master.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            master.destroyForcibly();
        }
    }
}
