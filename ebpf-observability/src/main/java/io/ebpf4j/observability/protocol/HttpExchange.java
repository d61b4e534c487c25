package io.ebpf4j.observability.protocol;

import java.util.Optional;

/**
 * A request and what became of it, as seen from one end of its connection. Times are CLOCK_MONOTONIC nanoseconds: on a socket of
 * when a byte was sent by it, or had come to it; within TLS of when the library's call ended.
 *
 * @param protocol the protocol spoken
 * @param method the method as sent, for example {@code GET}; empty where it could not be known
 * @param path the path, without the query unless asked for; empty where it could not be known
 * @param host the Host header or {@code :authority}; empty where there was none
 * @param status the status code; 0 where no response was seen, -1 where one was whose status refers to what was said before the parser joined
 * @param requestStart when the first byte of the request passed
 * @param responseStart when the first byte of the final response passed; 0 where none was seen
 * @param responseEnd when the last byte of the response passed, or the last that was seen of it; 0 where none was seen
 * @param requestBytes bytes of the request on the connection, head and body
 * @param responseBytes bytes of the response on the connection, head and body, interim responses left out
 * @param trace the trace that the request belongs to
 * @param grpcStatus the {@code grpc-status} trailer; -1 where there was none
 * @param completeness whether request and response were seen to their ends
 */
public record HttpExchange(
        Protocol protocol,
        String method,
        String path,
        String host,
        int status,
        long requestStart,
        long responseStart,
        long responseEnd,
        long requestBytes,
        long responseBytes,
        Optional<TraceContext> trace,
        int grpcStatus,
        Completeness completeness) {
    /** The versions of HTTP that are understood. */
    public enum Protocol {
        /** HTTP/1.0. */
        HTTP_1_0("HTTP/1.0"),
        /** HTTP/1.1. */
        HTTP_1_1("HTTP/1.1"),
        /** HTTP/2. */
        HTTP_2("HTTP/2");

        private final String text;

        Protocol(String text) {
            this.text = text;
        }

        /** {@return the name as it stands on the wire and in metrics, for example {@code HTTP/1.1}} */
        @Override
        public String toString() {
            return text;
        }
    }

    /** {@return nanoseconds from the first byte of the request to the first byte of the response; 0 where there was none} */
    public long latency() {
        return responseStart == 0 ? 0 : responseStart - requestStart;
    }

    /** {@return nanoseconds from the first byte of the request to the last byte of the response; 0 where there was none} */
    public long duration() {
        return responseEnd == 0 ? 0 : responseEnd - requestStart;
    }
}
