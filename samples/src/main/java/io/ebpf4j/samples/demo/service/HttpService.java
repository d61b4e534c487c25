package io.ebpf4j.samples.demo.service;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Security;
import java.util.concurrent.Executors;

/**
 * A service: answers requests, and asks others when it is told to. Each line of its standard input is an order, answered by a
 * line: {@code ready} first, then {@code done ...} or {@code failed ...}. The end of the input is its own.
 *
 * <pre>
 * send COUNT WORKERS PAUSE_MILLIS METHOD BODY_BYTES URL   each {} of the URL is the request's number
 * delay MILLIS                                            how long an answer takes from now on
 * fail PREFIX STATUS EVERY                                from now on, save each EVERY-th path number
 * heal                                                    no such failures any more
 * </pre>
 */
public final class HttpService {
    /** How long a service goes by an address that it has learned, in seconds. */
    public static final int NAME_SECONDS = 1;

    private static final int BACKLOG = 128;

    private HttpService() {}

    /**
     * Serves until its input ends.
     *
     * @param arguments its name, the address and port to serve at, the milliseconds an answer takes, the folder of its logs
     * @throws IOException the port or a log cannot be opened
     */
    public static void main(String[] arguments) throws IOException {
        Security.setProperty("networkaddress.cache.ttl", Integer.toString(NAME_SECONDS));
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        String name = arguments[0];
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getByName(arguments[1]), Integer.parseInt(arguments[2]));
        Path folder = Path.of(arguments[4]);
        HttpServer server = HttpServer.create(address, BACKLOG);
        try (AccessLog served = AccessLog.create(folder.resolve("served.log"));
                AccessLog asked = AccessLog.create(folder.resolve("asked.log"));
                var threads = Executors.newCachedThreadPool();
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Answers answers = new Answers(served, Long.parseLong(arguments[3]));
            server.createContext("/", answers);
            server.setExecutor(threads);
            server.start();
            Orders.obey(orders, order -> obey(order, answers, new Requests(name, asked)));
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private static String obey(String[] order, Answers answers, Requests requests) throws InterruptedException {
        switch (order[0]) {
            case "send" -> {
                return requests.send(new Requests.Batch(
                        Integer.parseInt(order[1]),
                        Integer.parseInt(order[2]),
                        Long.parseLong(order[3]),
                        order[4],
                        Integer.parseInt(order[5]),
                        order[6]));
            }
            case "delay" -> answers.delay(Long.parseLong(order[1]));
            case "fail" -> answers.fail(order[1], Integer.parseInt(order[2]), Integer.parseInt(order[3]));
            case "heal" -> answers.heal();
            default -> throw new IllegalArgumentException("no such order: " + order[0]);
        }
        return "";
    }
}
