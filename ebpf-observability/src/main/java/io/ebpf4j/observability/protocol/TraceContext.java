package io.ebpf4j.observability.protocol;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The trace that a request says it belongs to, whichever header it says it in.
 *
 * @param format the header's convention
 * @param traceId the trace, in lower-case hexadecimal as sent: 32 digits, or 16 where b3 or Jaeger use the short form
 * @param spanId the span that sent the request, 16 hexadecimal digits; empty where the header names none
 * @param sampling whether the sender keeps this trace
 */
public record TraceContext(Format format, String traceId, String spanId, Sampling sampling) {
    /** The conventions that are understood, in the order in which one is preferred where a request carries several. */
    public enum Format {
        /** W3C Trace Context: {@code traceparent}. */
        W3C,
        /** Zipkin, one header: {@code b3}. */
        B3_SINGLE,
        /** Zipkin, several headers: {@code X-B3-TraceId} and its siblings. */
        B3_MULTI,
        /** Jaeger: {@code uber-trace-id}. */
        JAEGER,
        /** AWS X-Ray: {@code X-Amzn-Trace-Id}. */
        XRAY
    }

    /** Whether the sender keeps the trace. */
    public enum Sampling {
        /** The sender keeps it: an exemplar that names it leads somewhere. */
        SAMPLED,
        /** The sender drops it. */
        NOT_SAMPLED,
        /** The header leaves it open. */
        UNDECIDED
    }

    /** Refuses nulls. */
    public TraceContext {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
        Objects.requireNonNull(sampling, "sampling");
    }

    /**
     * Tells whether a header may carry a trace.
     *
     * @param name the header's name in lower case
     * @return whether {@link Collector#header} wants it
     */
    public static boolean carries(String name) {
        return switch (name) {
            case "traceparent",
                    "b3",
                    "uber-trace-id",
                    "x-amzn-trace-id",
                    "x-b3-traceid",
                    "x-b3-spanid",
                    "x-b3-sampled",
                    "x-b3-flags" -> true;
            default -> false;
        };
    }

    /** Gathers what a request's headers say, in any order, and settles on the preferred convention. Reusable after {@link #clear()}. */
    public static final class Collector {
        private Optional<TraceContext> single = Optional.empty();
        private String b3TraceId = "";
        private String b3SpanId = "";
        private Sampling b3Sampling = Sampling.UNDECIDED;

        /** A collector that has seen nothing. */
        public Collector() {}

        /**
         * Takes a header.
         *
         * @param name its name in lower case; one that carries no trace is passed over
         * @param value its value; one that breaks its convention is passed over
         */
        public void header(String name, String value) {
            switch (name) {
                case "traceparent" -> offer(w3c(value));
                case "b3" -> offer(b3(value));
                case "uber-trace-id" -> offer(jaeger(value));
                case "x-amzn-trace-id" -> offer(xray(value));
                case "x-b3-traceid" -> b3TraceId = value;
                case "x-b3-spanid" -> b3SpanId = value;
                case "x-b3-sampled" ->
                    b3Sampling = value.equals("1") || value.equals("true") ? Sampling.SAMPLED : Sampling.NOT_SAMPLED;
                case "x-b3-flags" -> {
                    if (value.equals("1")) {
                        b3Sampling = Sampling.SAMPLED;
                    }
                }
                default -> {
                    // No trace in it.
                }
            }
        }

        /** {@return the trace, if a header named one} */
        public Optional<TraceContext> result() {
            if (isId(b3TraceId, 16, 32)) {
                offer(Optional.of(new TraceContext(
                        Format.B3_MULTI,
                        b3TraceId.toLowerCase(Locale.ROOT),
                        isId(b3SpanId, 16, 16) ? b3SpanId.toLowerCase(Locale.ROOT) : "",
                        b3Sampling)));
            }
            return single;
        }

        /** Forgets what was seen. */
        public void clear() {
            single = Optional.empty();
            b3TraceId = "";
            b3SpanId = "";
            b3Sampling = Sampling.UNDECIDED;
        }

        private void offer(Optional<TraceContext> found) {
            if (found.isPresent()
                    && (single.isEmpty()
                            || found.get().format().compareTo(single.get().format()) < 0)) {
                single = found;
            }
        }
    }

    /** W3C Trace Context, section 3.2: version, trace id, parent id and flags, each of fixed width. */
    private static Optional<TraceContext> w3c(String value) {
        if (value.length() < 55
                || value.charAt(2) != '-'
                || value.charAt(35) != '-'
                || value.charAt(52) != '-'
                || !isHex(value, 0, 2)
                || !isHex(value, 53, 55)
                || value.startsWith("ff")) {
            return Optional.empty();
        }
        String trace = value.substring(3, 35);
        String span = value.substring(36, 52);
        if (!isId(trace, 32, 32) || !isId(span, 16, 16)) {
            return Optional.empty();
        }
        Sampling sampling = (Character.digit(value.charAt(54), 16) & 1) == 1 ? Sampling.SAMPLED : Sampling.NOT_SAMPLED;
        return Optional.of(new TraceContext(Format.W3C, trace, span, sampling));
    }

    private static Optional<TraceContext> b3(String value) {
        String[] parts = value.split("-", 4);
        if (parts.length < 2 || !isId(parts[0], 16, 32) || !isId(parts[1], 16, 16)) {
            return Optional.empty();
        }
        Sampling sampling = parts.length < 3
                ? Sampling.UNDECIDED
                : parts[2].equals("1") || parts[2].equals("d") ? Sampling.SAMPLED : Sampling.NOT_SAMPLED;
        return Optional.of(new TraceContext(
                Format.B3_SINGLE, parts[0].toLowerCase(Locale.ROOT), parts[1].toLowerCase(Locale.ROOT), sampling));
    }

    /** Jaeger leaves out leading zeros; they are put back so that an exemplar's label matches the stored trace. */
    private static Optional<TraceContext> jaeger(String value) {
        String[] parts = value.replace("%3A", ":").split(":", 5);
        if (parts.length != 4 || !isHex(parts[0]) || !isHex(parts[1]) || !isHex(parts[3])) {
            return Optional.empty();
        }
        if (parts[0].length() > 32 || parts[1].length() > 16 || parts[3].length() > 2) {
            return Optional.empty();
        }
        String trace = zeros(parts[0], parts[0].length() > 16 ? 32 : 16);
        Sampling sampling = (Integer.parseInt(parts[3], 16) & 1) == 1 ? Sampling.SAMPLED : Sampling.NOT_SAMPLED;
        return isId(trace, 16, 32)
                ? Optional.of(new TraceContext(Format.JAEGER, trace, zeros(parts[1], 16), sampling))
                : Optional.empty();
    }

    /** X-Ray writes a trace as version, epoch seconds and 96 bits; without the version and the dashes these are 32 digits. */
    private static Optional<TraceContext> xray(String value) {
        String trace = "";
        String span = "";
        Sampling sampling = Sampling.UNDECIDED;
        for (String field : value.split(";", 16)) {
            String part = field.strip();
            if (part.startsWith("Root=1-") && part.length() == 40) {
                trace = part.substring(7, 15) + part.substring(16);
            } else if (part.startsWith("Parent=")) {
                span = part.substring(7);
            } else if (part.startsWith("Sampled=")) {
                sampling = switch (part.substring(8)) {
                    case "1" -> Sampling.SAMPLED;
                    case "0" -> Sampling.NOT_SAMPLED;
                    default -> Sampling.UNDECIDED;
                };
            }
        }
        return isId(trace, 32, 32)
                ? Optional.of(new TraceContext(
                        Format.XRAY,
                        trace.toLowerCase(Locale.ROOT),
                        isId(span, 16, 16) ? span.toLowerCase(Locale.ROOT) : "",
                        sampling))
                : Optional.empty();
    }

    private static String zeros(String digits, int width) {
        return "0".repeat(width - digits.length()) + digits.toLowerCase(Locale.ROOT);
    }

    /** An id has one of two widths and is not all zero. */
    private static boolean isId(String text, int shorter, int longer) {
        return (text.length() == shorter || text.length() == longer)
                && isHex(text)
                && text.chars().anyMatch(digit -> digit != '0');
    }

    private static boolean isHex(String text) {
        return isHex(text, 0, text.length());
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
                return false;
            }
        }
        return to > from;
    }
}
