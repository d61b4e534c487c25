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
 * @param to who is asked; core-api by its name, whatever its version, but for the second version, which is asked by address
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

    /** Enough for the services' programs to be about as fast as they get. */
    static final List<Traffic> WARM_UP = List.of(
            reads(Host.RESUMES, 40, "/v1/candidates/{}").withWorkers(4).withPause(0),
            reads(Host.JOBPOSTING, 40, "/v1/jobs/{}").withWorkers(4).withPause(0),
            reads(Host.JOBPOSTING, 40, "/v1/jobs/{}")
                    .to(Host.CORE_API_V2)
                    .withWorkers(8)
                    .withPause(0),
            messages(40).withWorkers(4).withPause(0));

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

    Traffic to(Host other) {
        return new Traffic(from, other, count, workers, pauseMillis, method, bodyBytes, path);
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
        String name = switch (to) {
            case TWILIO -> to.domainName();
            case CORE_API_V2 -> to.address(); // the name does not lead there before the upgrade
            default -> to.service(); // the short name, which the resolver completes
        };
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
