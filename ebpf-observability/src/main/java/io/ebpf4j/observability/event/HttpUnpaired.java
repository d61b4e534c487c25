package io.ebpf4j.observability.event;

/**
 * A response whose request was not seen: it was sent before the program joined, or among records that were lost.
 *
 * @param timestamp when the response began, CLOCK_MONOTONIC nanoseconds
 * @param cpu the CPU that told it
 * @param connection over which connection, and by whom at this end
 * @param source where the bytes were seen
 * @param status its status code; -1 where that refers to what was said before
 */
public record HttpUnpaired(long timestamp, int cpu, Connection connection, PayloadSource source, int status)
        implements HttpEvent {}
