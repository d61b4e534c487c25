package io.ebpf4j.samples.demo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Requests that a service is going to send to another, by its name.
 *
 * @param from who asks
 * @param to who is asked
 * @param count how many requests
 * @param workers how many at a time, each on a connection of its own
 * @param pauseMillis how long a worker rests after each
 * @param method the method
 * @param bodyBytes bytes that each carries
 * @param path the path, with {} for the request's number
 */
record Traffic(
        Host from, Host to, int count, int workers, long pauseMillis, String method, int bodyBytes, String path) {

    /** What services do on a day on which nothing happens. */
    static final List<Traffic> ORDINARY = List.of(
            reads(Host.RESUMES, 48, "/v1/candidates/{}"), reads(Host.JOBPOSTING, 40, "/v1/jobs/{}"), messages(40));

    /** Enough for the services' programs to be as fast as they get. */
    static final List<Traffic> WARM_UP = List.of(
            reads(Host.RESUMES, 20, "/v1/candidates/{}").withPause(0),
            reads(Host.JOBPOSTING, 20, "/v1/jobs/{}").withPause(0),
            messages(20).withPause(0));

    static Traffic reads(Host from, int count, String path) {
        return new Traffic(from, Host.CORE_API_V1, count, 2, 100, "GET", 0, path);
    }

    static Traffic messages(int count) {
        return new Traffic(
                Host.NOTIFICATIONS,
                Host.TWILIO,
                count,
                2,
                60,
                "POST",
                8 << 10,
                "/2010-04-01/Accounts/AC42/Messages/{}.json");
    }

    Traffic withWorkers(int more) {
        return new Traffic(from, to, count, more, pauseMillis, method, bodyBytes, path);
    }

    Traffic withPause(long millis) {
        return new Traffic(from, to, count, workers, millis, method, bodyBytes, path);
    }

    /** Sends it all; different services do so at the same time. */
    static void send(World world, List<Traffic> all) throws IOException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> parts = new ArrayList<>();
            for (Traffic traffic : all) {
                parts.add(threads.submit(() -> traffic.send(world)));
            }
            for (Future<Integer> part : parts) {
                part.get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException unchecked -> throw unchecked;
                case null, default -> throw new IOException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while requests were sent");
        }
    }

    private int send(World world) throws IOException {
        // a service of the tenant is asked by its short name, which the resolver completes
        String name = to.tenant().isEmpty() ? to.domainName() : to.service();
        int unanswered = Integer.parseInt(world.service(from)
                .order("send %d %d %d %s %d http://%s:%d%s"
                        .formatted(count, workers, pauseMillis, method, bodyBytes, name, to.port(), path)));
        if (unanswered > 0) {
            throw new IOException(
                    "%s had no answer to %d of %d requests to %s".formatted(from.label(), unanswered, count, name));
        }
        return count;
    }
}
