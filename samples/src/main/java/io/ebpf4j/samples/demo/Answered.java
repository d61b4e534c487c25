package io.ebpf4j.samples.demo;

import io.ebpf4j.samples.demo.service.AccessRecord;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests of one kind, as the server's own log has them.
 *
 * @param pair who asked whom
 * @param method the method
 * @param status what the server answered
 */
record Answered(Pair pair, String method, int status) implements Comparable<Answered> {
    private static final List<Host> SERVERS = List.of(Host.CORE_API_V1, Host.CORE_API_V2, Host.TWILIO);

    /** How many of each kind the servers logged since the world was built. */
    static Map<Answered, Long> count(World world) throws IOException {
        Map<Answered, Long> counts = new TreeMap<>();
        for (Host server : SERVERS) {
            String name = server.tenant().isEmpty() ? server.domainName() : server.service();
            for (AccessRecord served : world.served(server)) {
                counts.merge(
                        new Answered(new Pair(served.caller(), name), served.method(), served.status()), 1L, Long::sum);
            }
        }
        return counts;
    }

    /** What came between two counts. */
    static Map<Answered, Long> between(Map<Answered, Long> before, Map<Answered, Long> after) {
        Map<Answered, Long> counts = new TreeMap<>();
        after.forEach((kind, count) -> {
            long more = count - before.getOrDefault(kind, 0L);
            if (more > 0) {
                counts.put(kind, more);
            }
        });
        return counts;
    }

    @Override
    public int compareTo(Answered other) {
        int byPair = pair.compareTo(other.pair);
        int byMethod = byPair == 0 ? method.compareTo(other.method) : byPair;
        return byMethod == 0 ? Integer.compare(status, other.status) : byMethod;
    }

    @Override
    public String toString() {
        return pair + " " + method + " " + status;
    }
}
