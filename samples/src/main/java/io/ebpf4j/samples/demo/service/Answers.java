package io.ebpf4j.samples.demo.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Answers requests: after a while, and with a failure where it was told to. Every answer is logged before it is sent. */
final class Answers implements HttpHandler {
    private static final Pattern NUMBER = Pattern.compile("/(\\d+)(?:\\.\\w+)?$");
    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private final AccessLog log;
    private volatile long delayMillis;
    private volatile @Nullable Fault fault;

    private record Fault(String prefix, int status, int spared) {}

    Answers(AccessLog log, long delayMillis) {
        this.log = log;
        this.delayMillis = delayMillis;
    }

    void delay(long millis) {
        delayMillis = millis;
    }

    void fail(String prefix, int status, int every) {
        fault = new Fault(prefix, status, every);
    }

    void heal() {
        fault = null;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        long started = System.nanoTime();
        try (exchange;
                InputStream request = exchange.getRequestBody()) {
            request.readAllBytes();
            Thread.sleep(delayMillis);
            String path = exchange.getRequestURI().getPath();
            int status = status(path);
            byte[] body = ("{\"path\":\"" + path + "\",\"status\":" + status + "}\n").getBytes(StandardCharsets.UTF_8);
            log.write(new AccessRecord(
                    started,
                    header(exchange, "User-Agent"),
                    exchange.getRequestMethod(),
                    header(exchange, "Host").replaceFirst(":\\d+$", ""),
                    path,
                    status,
                    System.nanoTime() - started,
                    traceId(header(exchange, "traceparent"))));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the service ends, and with it the connection
        }
    }

    private int status(String path) {
        Fault now = fault;
        if (now == null || !path.startsWith(now.prefix)) {
            return 200;
        }
        Matcher number = NUMBER.matcher(path);
        boolean spared = number.find() && Integer.parseInt(number.group(1)) % now.spared == 0;
        return spared ? 200 : now.status;
    }

    private static String traceId(String traceParent) {
        Matcher matcher = TRACE_PARENT.matcher(traceParent);
        return matcher.matches() ? matcher.group(1) : "";
    }

    private static String header(HttpExchange exchange, String name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }
}
