package io.ebpf4j.observability.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The head of one HTTP/1 message, read out of its bytes (RFC 9112); reused for every message of its stream. */
final class Http1Head {
    private final ByteStrings strings;
    private final TraceContext.Collector trace = new TraceContext.Collector();

    String method = "";
    String path = "";
    String host = "";
    int status;
    int minorVersion;
    /** The Content-Length, -1 where there is none. */
    long contentLength;

    boolean chunked;
    boolean closes;

    Http1Head(ByteStrings strings) {
        this.strings = strings;
    }

    /**
     * Tells whether bytes may be the beginning of a message.
     *
     * @param bytes where they lie
     * @param length how many there are; with fewer than four nothing is told apart
     */
    static boolean startsRequest(byte[] bytes, int length) {
        int at = 0;
        while (at < length && at < 20 && isToken(bytes[at])) {
            at++;
        }
        // A method in use, in capital letters, and a target behind it.
        return at >= 3
                && at < length
                && bytes[at] == ' '
                && (at + 1 >= length
                        || bytes[at + 1] == '/'
                        || bytes[at + 1] == '*'
                        || bytes[at + 1] == 'h'
                        || isConnect(bytes, at));
    }

    static boolean startsResponse(byte[] bytes, int length) {
        return length >= 7
                && bytes[0] == 'H'
                && bytes[1] == 'T'
                && bytes[2] == 'T'
                && bytes[3] == 'P'
                && bytes[4] == '/'
                && bytes[5] == '1'
                && bytes[6] == '.';
    }

    private static boolean isConnect(byte[] bytes, int end) {
        return end == 7 && bytes[0] == 'C' && bytes[1] == 'O' && bytes[6] == 'T';
    }

    private static boolean isToken(byte octet) {
        return octet >= 'A' && octet <= 'Z' || octet == '-' || octet == '_';
    }

    Optional<TraceContext> trace() {
        return trace.result();
    }

    /**
     * Reads a head.
     *
     * @param bytes where it lies
     * @param length its length; the blank line may be missing where the capture was cut
     * @param queries what becomes of the query behind a path
     * @throws MalformedMessageException where the first line is neither a request's nor a response's
     */
    void read(byte[] bytes, int length, Http1Connection.Queries queries) {
        method = "";
        path = "";
        host = "";
        status = 0;
        contentLength = -1;
        chunked = false;
        closes = false;
        trace.clear();
        int lineEnd = lineEnd(bytes, 0, length);
        if (startsResponse(bytes, length)) {
            statusLine(bytes, lineEnd);
        } else {
            requestLine(bytes, lineEnd, queries);
        }
        closes = minorVersion == 0;
        int at = next(bytes, lineEnd, length);
        while (at < length) {
            lineEnd = lineEnd(bytes, at, length);
            if (lineEnd == at) {
                break;
            }
            header(bytes, at, lineEnd);
            at = next(bytes, lineEnd, length);
        }
    }

    private void statusLine(byte[] bytes, int end) {
        if (end < 12 || bytes[8] != ' ' || digit(bytes[9]) < 1 || digit(bytes[10]) < 0 || digit(bytes[11]) < 0) {
            throw new MalformedMessageException("HTTP/1", 9, "a status line without a status");
        }
        minorVersion = digit(bytes[7]);
        status = digit(bytes[9]) * 100 + digit(bytes[10]) * 10 + digit(bytes[11]);
    }

    private void requestLine(byte[] bytes, int end, Http1Connection.Queries queries) {
        int space = indexOf(bytes, ' ', 0, end);
        if (space <= 0) {
            throw new MalformedMessageException("HTTP/1", 0, "a request line without a target");
        }
        int targetEnd = indexOf(bytes, ' ', space + 1, end);
        if (targetEnd < 0) {
            targetEnd = end;
        } else if (end - targetEnd < 9 || bytes[targetEnd + 1] != 'H' || bytes[targetEnd + 6] != '1') {
            throw new MalformedMessageException("HTTP/1", targetEnd, "a request line without a version 1");
        }
        method = strings.get(bytes, 0, space);
        minorVersion = end - targetEnd >= 9 ? digit(bytes[targetEnd + 8]) : 1;
        int from = space + 1;
        if (bytes[from] == 'h' || bytes[from] == 'H') {
            // The absolute form, which proxies are sent: the authority is the host, the rest the path.
            int authority = indexOf(bytes, ':', from, targetEnd) + 3;
            if (authority > from + 3 && authority < targetEnd && bytes[authority - 1] == '/') {
                int slash = indexOf(bytes, '/', authority, targetEnd);
                int authorityEnd = slash < 0 ? targetEnd : slash;
                host = strings.get(bytes, authority, authorityEnd);
                from = authorityEnd;
            }
        }
        int to = targetEnd;
        if (queries == Http1Connection.Queries.DROPPED) {
            int question = indexOf(bytes, '?', from, targetEnd);
            to = question < 0 ? targetEnd : question;
        }
        path = from == to ? "/" : strings.get(bytes, from, to);
    }

    private void header(byte[] bytes, int from, int end) {
        int colon = indexOf(bytes, ':', from, end);
        if (colon < 0) {
            return;
        }
        int valueFrom = colon + 1;
        int valueTo = end;
        while (valueFrom < valueTo && (bytes[valueFrom] == ' ' || bytes[valueFrom] == '\t')) {
            valueFrom++;
        }
        while (valueTo > valueFrom && (bytes[valueTo - 1] == ' ' || bytes[valueTo - 1] == '\t')) {
            valueTo--;
        }
        int nameLength = colon - from;
        // The length of the name rules most headers out before any string is made.
        switch (nameLength) {
            case 4 -> {
                if (is(bytes, from, "host") && host.isEmpty()) {
                    host = strings.get(bytes, valueFrom, valueTo);
                }
            }
            case 10 -> {
                if (is(bytes, from, "connection")) {
                    String value = strings.get(bytes, valueFrom, valueTo);
                    closes = value.equalsIgnoreCase("close") || closes && !value.equalsIgnoreCase("keep-alive");
                }
            }
            case 14 -> {
                if (is(bytes, from, "content-length")) {
                    contentLength = number(bytes, valueFrom, valueTo);
                }
            }
            case 17 -> {
                if (is(bytes, from, "transfer-encoding")) {
                    chunked = strings.get(bytes, valueFrom, valueTo)
                            .toLowerCase(Locale.ROOT)
                            .endsWith("chunked");
                }
            }
            default -> {
                // No framing in it.
            }
        }
        if ((nameLength == 2 || nameLength >= 10 && nameLength <= 15) && status == 0) {
            String name = strings.get(bytes, from, colon).toLowerCase(Locale.ROOT);
            if (TraceContext.carries(name)) {
                trace.header(name, new String(bytes, valueFrom, valueTo - valueFrom, StandardCharsets.ISO_8859_1));
            }
        }
    }

    private static boolean is(byte[] bytes, int from, String name) {
        for (int i = 0; i < name.length(); i++) {
            if ((bytes[from + i] | 0x20) != name.charAt(i) && bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** A number of at most eighteen digits, -1 for anything else. */
    private static long number(byte[] bytes, int from, int to) {
        if (to == from || to - from > 18) {
            return -1;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = digit(bytes[i]);
            if (digit < 0) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static int digit(byte octet) {
        return octet >= '0' && octet <= '9' ? octet - '0' : -1;
    }

    /** Where the line that begins at {@code from} ends, without its CR LF; a lone LF ends a line too (RFC 9112, section 2.2). */
    private static int lineEnd(byte[] bytes, int from, int length) {
        int at = indexOf(bytes, '\n', from, length);
        if (at < 0) {
            return length;
        }
        return at > from && bytes[at - 1] == '\r' ? at - 1 : at;
    }

    private static int next(byte[] bytes, int lineEnd, int length) {
        int at = lineEnd;
        while (at < length && bytes[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
