package io.ebpf4j.samples.demo.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks other services, each request with a trace of its own. */
final class Requests {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String name;
    private final AccessLog log;

    /**
     * What to ask.
     *
     * @param count requests in all
     * @param workers how many at a time, each on a connection of its own
     * @param pauseMillis how long a worker rests after each
     * @param method the method
     * @param bodyBytes bytes that each request carries
     * @param url where to, with {} for the request's number
     */
    record Batch(int count, int workers, long pauseMillis, String method, int bodyBytes, String url) {}

    Requests(String name, AccessLog log) {
        this.name = name;
        this.log = log;
    }

    /** Sends them all, on connections that are opened for them and closed afterwards. Says how many had no answer. */
    String send(Batch batch) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger unanswered = new AtomicInteger();
        try (HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(PATIENCE)
                        .build();
                var threads = Executors.newFixedThreadPool(batch.workers)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < batch.workers; i++) {
                workers.add(threads.submit(() -> {
                    int number = next.getAndIncrement();
                    while (number < batch.count) {
                        if (send(client, batch, number) == 0) {
                            unanswered.incrementAndGet();
                        }
                        Thread.sleep(batch.pauseMillis);
                        number = next.getAndIncrement();
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return Integer.toString(unanswered.get());
    }

    private int send(HttpClient client, Batch batch, int number) throws InterruptedException {
        URI uri = URI.create(batch.url.replace("{}", Integer.toString(number)));
        String trace = hex(2);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("User-Agent", name)
                .header("traceparent", "00-" + trace + "-" + hex(1) + "-01")
                .method(
                        batch.method,
                        batch.bodyBytes == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(new byte[batch.bodyBytes]))
                .build();
        long started = System.nanoTime();
        int status = status(client, request);
        try {
            log.write(new AccessRecord(
                    started,
                    name,
                    batch.method,
                    uri.getHost(),
                    uri.getPath(),
                    status,
                    System.nanoTime() - started,
                    trace));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return status;
    }

    private static int status(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            System.err.println(request.uri() + ": " + e);
            return 0;
        }
    }

    /** So many times 16 hexadecimal digits, not all of them zero (W3C Trace Context, section 3.2.2). */
    private static String hex(int longs) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < longs; i++) {
            digits.append(HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong() | 1));
        }
        return digits.toString();
    }
}
