package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.FlowKey;

/**
 * Who asks whom, by the names that people know.
 *
 * @param source the client
 * @param destination the server
 */
public record Pair(String source, String destination) implements Comparable<Pair> {
    static Pair of(FlowKey flow) {
        return new Pair(flow.source().displayName(), flow.destination().displayName());
    }

    @Override
    public int compareTo(Pair other) {
        int bySource = source.compareTo(other.source);
        return bySource == 0 ? destination.compareTo(other.destination) : bySource;
    }

    @Override
    public String toString() {
        return source + " → " + destination;
    }
}
