package io.ebpf4j.samples.demo.service;

import java.util.List;

/**
 * One request, as the end that writes the log saw it.
 *
 * @param startedNanos when it began, CLOCK_MONOTONIC nanoseconds
 * @param caller the service that asked, by its User-Agent
 * @param method the method
 * @param host the host that was asked, without its port
 * @param path the path
 * @param status the status; 0 where no answer came
 * @param latencyNanos from the request's beginning to the answer's end
 * @param traceId the trace, 32 hexadecimal digits; empty where the request named none
 */
public record AccessRecord(
        long startedNanos,
        String caller,
        String method,
        String host,
        String path,
        int status,
        long latencyNanos,
        String traceId) {
    private static final String SEPARATOR = "\t";
    private static final int FIELDS = 8;

    /** {@return the record as a line of a log, without its end} */
    public String line() {
        return String.join(
                SEPARATOR,
                Long.toString(startedNanos),
                caller,
                method,
                host,
                path,
                Integer.toString(status),
                Long.toString(latencyNanos),
                traceId);
    }

    /**
     * {@return the record of a line}
     *
     * @param line a line of a log
     * @throws IllegalArgumentException it is none
     */
    public static AccessRecord parse(String line) {
        List<String> fields = List.of(line.split(SEPARATOR, -1));
        if (fields.size() != FIELDS) {
            throw new IllegalArgumentException("no line of an access log: " + line);
        }
        return new AccessRecord(
                Long.parseLong(fields.get(0)),
                fields.get(1),
                fields.get(2),
                fields.get(3),
                fields.get(4),
                Integer.parseInt(fields.get(5)),
                Long.parseLong(fields.get(6)),
                fields.get(7));
    }
}
