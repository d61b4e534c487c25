package io.ebpf4j.observability.event;

import io.ebpf4j.observability.protocol.Http1Connection.Queries;
import java.util.Objects;

/**
 * How messages are made of payload.
 *
 * @param connections of how many connections state is kept; of more, the one longest unused is given up, and counted
 * @param queries what becomes of the query behind a path
 */
public record PayloadOptions(int connections, Queries queries) {
    /** 16,384 connections, queries dropped. */
    public static final PayloadOptions DEFAULTS = new PayloadOptions(1 << 14, Queries.DROPPED);

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for less than one connection
     */
    public PayloadOptions {
        Objects.requireNonNull(queries, "queries");
        if (connections < 1) {
            throw new IllegalArgumentException("state of " + connections + " connections: one at least");
        }
    }

    /**
     * {@return a copy with another number of connections}
     *
     * @param most of how many connections state is kept
     */
    public PayloadOptions withConnections(int most) {
        return new PayloadOptions(most, queries);
    }

    /**
     * {@return a copy that treats queries in another way}
     *
     * @param what what becomes of the query behind a path
     */
    public PayloadOptions withQueries(Queries what) {
        return new PayloadOptions(connections, what);
    }
}
