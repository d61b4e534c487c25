package io.ebpf4j.observability.protocol;

/** Gets what a connection's HTTP parser finds, in the order in which it ends. */
public interface HttpListener {
    /**
     * A request with its response, or one whose connection ended without.
     *
     * @param exchange what was seen of both
     */
    void exchange(HttpExchange exchange);

    /**
     * A response whose request was not seen: it was sent before the parser joined, or in a gap.
     *
     * @param status the response's status code
     * @param time when its first byte passed, CLOCK_MONOTONIC nanoseconds
     */
    void unpaired(int status, long time);

    /**
     * Bytes that the parser could not place, because a capture was cut or calls were missed: a message may have begun among them.
     *
     * @param bytes how many
     */
    void lost(long bytes);

    /**
     * Headers of an HTTP/2 message of which nothing is known, since they refer to what was said before the parser joined.
     *
     * @param headers how many in one header block
     */
    void unknown(int headers);
}
