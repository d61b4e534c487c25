package io.ebpf4j.observability.proof;

import io.ebpf4j.observability.probe.TestNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What wrk says of a round.
 *
 * @param requests how many were answered
 * @param perSecond how many a second
 */
record Wrk(long requests, double perSecond) {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");

    /** Lets wrk ask for a path of nginx, which is in the same network, for so many seconds. */
    static Wrk run(TestNetwork network, String path, int connections, int seconds, String... more) {
        return run(network, "127.0.0.1", path, connections, seconds, more);
    }

    /** Lets wrk ask for a path of an nginx at an address. */
    static Wrk run(TestNetwork network, String address, String path, int connections, int seconds, String... more) {
        List<String> command = new ArrayList<>(List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s"));
        command.addAll(List.of(more));
        command.add("http://" + address + ":" + Nginx.PORT + path);
        String output = network.inside(command.toArray(String[]::new));
        if (output.contains("Non-2xx") || output.contains("Socket errors")) {
            throw new IllegalStateException(output);
        }
        return new Wrk(Long.parseLong(find(REQUESTS, output)), Double.parseDouble(find(RATE, output)));
    }

    private static String find(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("wrk says: " + output);
        }
        return matcher.group(1);
    }
}
