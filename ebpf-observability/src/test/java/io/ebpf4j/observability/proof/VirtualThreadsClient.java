package io.ebpf4j.observability.proof;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends requests with distinct paths by java.net.http, so many at once, each from a virtual thread; then says of each its
 * number, status, length of the body and when it began and ended, in nanoseconds of System.nanoTime().
 */
final class VirtualThreadsClient {
    private VirtualThreadsClient() {}

    /** Arguments: the server's port, how many requests, how many at once. */
    public static void main(String[] arguments) throws InterruptedException {
        String base = "http://127.0.0.1:" + arguments[0] + "/item/";
        int requests = Integer.parseInt(arguments[1]);
        Semaphore concurrent = new Semaphore(Integer.parseInt(arguments[2]));
        String[] lines = new String[requests];
        AtomicInteger failures = new AtomicInteger();
        try (HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < requests; i++) {
                int number = i;
                concurrent.acquire();
                threads.execute(() -> {
                    try {
                        URI uri = URI.create(
                                base + String.valueOf(1_000_000 + number).substring(1));
                        long begin = System.nanoTime();
                        HttpResponse<byte[]> response = client.send(
                                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
                        long end = System.nanoTime();
                        String said = response.headers().firstValue("X-Path").orElse("-");
                        lines[number] = number + " " + response.statusCode() + " " + response.body().length + " "
                                + begin + " " + end + " " + said;
                    } catch (Exception e) {
                        failures.incrementAndGet();
                        e.printStackTrace();
                    } finally {
                        concurrent.release();
                    }
                });
            }
        }
        System.out.println(String.join("\n", lines));
        System.out.flush();
        System.exit(failures.get() == 0 ? 0 : 1);
    }
}
