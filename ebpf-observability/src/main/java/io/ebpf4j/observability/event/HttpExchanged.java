package io.ebpf4j.observability.event;

import io.ebpf4j.observability.protocol.HttpExchange;

/**
 * A request with its response, or without one where the connection ended first.
 *
 * @param timestamp when it was known to be over, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection over which connection, and by whom at this end
 * @param source where the bytes were seen
 * @param exchange what was said; its times are those of this end
 */
public record HttpExchanged(long timestamp, int cpu, Connection connection, PayloadSource source, HttpExchange exchange)
        implements HttpEvent {}
