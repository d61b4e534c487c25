package io.ebpf4j.observability.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks HTTP/1 (RFC 9112), watched from one of its ends: takes the bytes of both directions as system calls carried them and gives
 * each request with its response. Requests and responses are paired by their order on the connection, which is what the protocol itself goes by; which
 * thread carried them means nothing.
 *
 * <p>A client whose one thread sends and whose other thread receives may be told of in the wrong order, the response first: a response without its
 * request waits for it, as long as no byte of the requests is missing.
 *
 * <p>The watcher may join in the middle, captures may be cut, calls may be missed: what cannot be placed is counted and reported, and the parser finds
 * its feet at the next call that begins like a message. Where messages may be among what was missed, nothing on either side of the gap is paired with
 * something on the other. Memory is bounded: 8 KiB of head a direction, 256 requests under way.
 *
 * <p>Not for use by several threads.
 */
public final class Http1Connection {
    private static final int MOST_UNDER_WAY = 256;
    private static final int MOST_EARLY = 16;

    /** The two directions of a connection. */
    public enum Direction {
        /** From the client to the server. */
        REQUESTS,
        /** From the server to the client. */
        RESPONSES
    }

    /** What becomes of the query behind a path. */
    public enum Queries {
        /** The path ends before the question mark: queries hold what users typed. */
        DROPPED,
        /** The query stays with the path. */
        KEPT
    }

    private final HttpListener listener;
    private final Queries queries;
    private final ByteStrings strings = new ByteStrings();
    private final Stream requests = new Stream(Direction.REQUESTS);
    private final Stream responses = new Stream(Direction.RESPONSES);
    private final ArrayDeque<Pending> underWay = new ArrayDeque<>();
    /** Responses that were told of before their requests, the first one first; there are none while requests are under way. */
    private final ArrayDeque<Pending> early = new ArrayDeque<>();

    private boolean opaque;
    /** After a gap: which request a response belongs to is not known until one has been answered and the next one begins. */
    private boolean astray;

    private boolean answered;
    private boolean requestSeen;

    /** A request that waits for its response, or whose response is under way. */
    private static final class Pending {
        String method = "";
        String path = "";
        String host = "";
        int minorVersion;
        long requestStart;
        long requestBytes;
        boolean requestWhole;
        Optional<TraceContext> trace = Optional.empty();
        int status;
        long responseStart;
        long responseEnd;
        long responseBytes;
        boolean responseWhole;
    }

    /**
     * A connection of which nothing was seen yet.
     *
     * @param queries what becomes of the query behind a path
     * @param listener gets the exchanges
     */
    public Http1Connection(Queries queries, HttpListener listener) {
        this.queries = Objects.requireNonNull(queries, "queries");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /**
     * Takes the bytes of one system call.
     *
     * @param direction which way they went
     * @param position how many bytes of this direction passed before these; where it is more than were taken here, the difference was missed
     * @param bytes where they lie
     * @param offset where they begin
     * @param captured how many of them are there
     * @param length how many there were; what was not captured is at their end
     * @param time when the call ended, CLOCK_MONOTONIC nanoseconds
     */
    public void accept(
            Direction direction,
            long position,
            MemorySegment bytes,
            long offset,
            int captured,
            long length,
            long time) {
        if (opaque || length <= 0) {
            return;
        }
        Stream stream = direction == Direction.REQUESTS ? requests : responses;
        stream.accept(position, bytes, offset, captured, length, time);
    }

    /**
     * Ends the connection: what is under way is given as far as it came.
     *
     * @param time when it ended, CLOCK_MONOTONIC nanoseconds
     */
    public void close(long time) {
        Pending last = underWay.peekFirst();
        if (last != null && last.status != 0 && responses.state == State.UNTIL_CLOSE) {
            last.responseWhole = true;
            last.responseEnd = Math.max(last.responseEnd, responses.lastTime);
        }
        giveAway();
    }

    /** Gives what is under way as it is, and early responses as unpaired. */
    private void giveAway() {
        while (!underWay.isEmpty()) {
            finish();
        }
        while (!early.isEmpty()) {
            Pending response = early.removeFirst();
            listener.unpaired(response.status, response.responseStart);
        }
    }

    /** Messages may be among what was missed. */
    private void loseTrack() {
        giveAway();
        requests.request = null;
        responses.request = null;
        astray = true;
        answered = false;
    }

    /** {@return how many requests wait for their response, or for its end} */
    public int underWay() {
        return underWay.size();
    }

    private enum State {
        /** At the first byte of a message. */
        START,
        /** Inside a head. */
        HEAD,
        /** Inside a body of known length. */
        BODY,
        /** At a line with the size of a chunk. */
        CHUNK_SIZE,
        /** Inside a chunk's data, or the line end behind it. */
        CHUNK,
        /** In the lines behind the last chunk. */
        TRAILER,
        /** Inside a body that ends with the connection. */
        UNTIL_CLOSE,
        /** Out of step: the next call that begins like a message is taken for one. */
        SEEKING
    }

    /** What one direction is in the middle of. */
    private final class Stream {
        private static final int FIRST_HEAD = 512;
        private static final int LARGEST_HEAD = 8192;

        private final Direction direction;
        private final Http1Head head = new Http1Head(strings);
        private State state = State.START;
        private byte[] headBytes = new byte[0];
        private MemorySegment headSegment = MemorySegment.NULL;
        private int headLength;
        /** Whether the head read last was whole: another one of the same bytes says the same, and is not read again. */
        private boolean repeatable;

        private long rest;
        private long expected;
        private boolean joined;
        private long headStart;
        private long lastTime;
        private int chunkDigits;
        private boolean inSize;
        private int lineLength;
        private @Nullable Pending request;

        Stream(Direction direction) {
            this.direction = direction;
        }

        void accept(long position, MemorySegment bytes, long offset, int captured, long length, long time) {
            if (position > expected) {
                if (expected == 0) {
                    // Joined in the middle: nothing was lost that this parser was there for.
                    state = State.SEEKING;
                    joined = true;
                    Stream other = this == requests ? responses : requests;
                    if (other.expected > 0 && !other.joined) {
                        loseTrack();
                    }
                } else {
                    skip(position - expected);
                }
            }
            expected = position + length;
            long at = offset;
            if (state == State.START && repeats(bytes, offset, captured)) {
                headStart = time;
                at += headLength;
                headRead(Completeness.WHOLE, time);
            } else if (state == State.SEEKING || state == State.START) {
                if (!startsMessage(bytes, offset, captured)) {
                    lose(length);
                    lastTime = time;
                    return;
                }
                state = State.START;
            }
            long end = offset + captured;
            while (at < end && !opaque) {
                at = step(bytes, at, end, time);
            }
            lastTime = time;
            if (length > captured && !opaque) {
                skip(length - captured);
            }
        }

        private boolean repeats(MemorySegment bytes, long offset, int captured) {
            return repeatable
                    && captured >= headLength
                    && MemorySegment.mismatch(bytes, offset, offset + headLength, headSegment, 0, headLength) < 0;
        }

        private boolean startsMessage(MemorySegment bytes, long offset, int captured) {
            long from = offset;
            long end = offset + captured;
            // Some clients send an empty line between requests (RFC 9112, section 2.2).
            while (from < end && isLineEnd(bytes.get(ValueLayout.JAVA_BYTE, from))) {
                from++;
            }
            int length = (int) (end - from);
            StreamStart start = StreamStart.of(bytes, from, length);
            return direction == Direction.REQUESTS
                    ? start == StreamStart.HTTP1_REQUEST || couldStart(bytes, from, length)
                    : start == StreamStart.HTTP1_RESPONSE || couldRespond(bytes, from, length);
        }

        private static boolean isLineEnd(byte octet) {
            return octet == '\r' || octet == '\n';
        }

        /** A call may carry only the first letters of a method. */
        private boolean couldStart(MemorySegment bytes, long from, int length) {
            if (state == State.SEEKING || length > 7) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                byte octet = bytes.get(ValueLayout.JAVA_BYTE, from + i);
                if ((octet < 'A' || octet > 'Z') && !(octet == ' ' && i == length - 1 && i > 2)) {
                    return false;
                }
            }
            return true;
        }

        private boolean couldRespond(MemorySegment bytes, long from, int length) {
            if (state == State.SEEKING || length > 6) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (bytes.get(ValueLayout.JAVA_BYTE, from + i) != "HTTP/1.".charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        /** Takes at least one byte and returns where the next one lies. */
        private long step(MemorySegment bytes, long at, long end, long time) {
            return switch (state) {
                case START -> start(bytes, at, end, time);
                case HEAD -> head(bytes, at, end, time);
                case BODY -> {
                    long take = Math.min(rest, end - at);
                    count(take);
                    rest -= take;
                    if (rest == 0) {
                        complete(time);
                    }
                    yield at + take;
                }
                case CHUNK_SIZE, TRAILER -> {
                    count(1);
                    line(bytes.get(ValueLayout.JAVA_BYTE, at), time);
                    yield at + 1;
                }
                case CHUNK -> {
                    long take = Math.min(rest, end - at);
                    count(take);
                    rest -= take;
                    if (rest == 0) {
                        beginSize();
                    }
                    yield at + take;
                }
                case UNTIL_CLOSE -> {
                    count(end - at);
                    touch(time);
                    yield end;
                }
                case SEEKING -> {
                    lose(end - at);
                    yield end;
                }
            };
        }

        private long start(MemorySegment bytes, long at, long end, long time) {
            byte octet = bytes.get(ValueLayout.JAVA_BYTE, at);
            if (isLineEnd(octet)) {
                return at + 1;
            }
            if (octet < 'A' || octet > 'Z') {
                state = State.SEEKING;
                lose(end - at);
                return end;
            }
            headLength = 0;
            repeatable = false;
            headStart = time;
            state = State.HEAD;
            return head(bytes, at, end, time);
        }

        private long head(MemorySegment bytes, long at, long end, long time) {
            int before = headLength;
            int take = (int) Math.min(end - at, LARGEST_HEAD - headLength);
            reserve(headLength + take);
            MemorySegment.copy(bytes, at, headSegment, headLength, take);
            headLength += take;
            int blank = blankLine(Math.max(0, before - 3));
            if (blank < 0) {
                if (headLength == LARGEST_HEAD) {
                    headEnds(Completeness.CUT, time);
                }
                return at + take;
            }
            long used = (long) blank - before;
            headLength = blank;
            headEnds(Completeness.WHOLE, time);
            return at + used;
        }

        /** Just behind the blank line that ends the head, -1 where it has not come yet. */
        private int blankLine(int from) {
            for (int i = from; i < headLength; i++) {
                if (headBytes[i] == '\n') {
                    int next = i + 1 < headLength && headBytes[i + 1] == '\r' ? i + 2 : i + 1;
                    if (next < headLength && headBytes[next] == '\n') {
                        return next + 1;
                    }
                }
            }
            return -1;
        }

        private void reserve(int size) {
            if (size > headBytes.length) {
                headBytes = Arrays.copyOf(
                        headBytes, Math.min(LARGEST_HEAD, Math.max(Math.max(FIRST_HEAD, size), 2 * headBytes.length)));
                headSegment = MemorySegment.ofArray(headBytes);
            }
        }

        private void headEnds(Completeness completeness, long time) {
            try {
                head.read(headBytes, headLength, queries);
            } catch (MalformedMessageException notHttp) {
                state = State.SEEKING;
                lose(headLength);
                return;
            }
            repeatable = completeness == Completeness.WHOLE;
            headRead(completeness, time);
        }

        private void headRead(Completeness completeness, long time) {
            if (direction == Direction.REQUESTS) {
                requestHead(completeness, time);
            } else {
                responseHead(completeness, time);
            }
        }

        private void requestHead(Completeness completeness, long time) {
            if (astray && answered) {
                astray = false;
            }
            requestSeen = true;
            Pending pending = underWay.isEmpty() ? early.pollFirst() : null;
            boolean answeredEarly = pending != null;
            if (pending == null) {
                pending = new Pending();
            }
            pending.method = head.method;
            pending.path = head.path;
            pending.host = head.host;
            pending.minorVersion = head.minorVersion;
            pending.trace = head.trace();
            // The two threads' times cross as their records do.
            pending.requestStart = answeredEarly ? Math.min(headStart, pending.responseStart) : headStart;
            pending.requestBytes = headLength;
            if (answeredEarly && responses.request == pending && pending.method.equals("HEAD")) {
                responses.complete(pending.responseStart);
            }
            if (underWay.size() == MOST_UNDER_WAY) {
                finish();
            }
            underWay.addLast(pending);
            request = pending;
            if (completeness == Completeness.CUT) {
                state = State.SEEKING;
            } else if (head.chunked) {
                beginSize();
            } else if (head.contentLength > 0) {
                rest = head.contentLength;
                state = State.BODY;
            } else {
                complete(time);
            }
        }

        private void responseHead(Completeness completeness, long time) {
            int status = head.status;
            if (status >= 100 && status < 200 && status != 101) {
                // An interim response: the final one is still to come.
                state = completeness == Completeness.CUT ? State.SEEKING : State.START;
                return;
            }
            Pending pending = underWay.peekFirst();
            if (pending != null && pending.status != 0) {
                // The end of the response before was not seen.
                finish();
                pending = underWay.peekFirst();
            }
            if (astray) {
                while (!underWay.isEmpty()) {
                    finish();
                }
                answered = true;
                pending = null;
            }
            if (pending == null && !astray && (requestSeen || !requests.joined && !joined)) {
                pending = new Pending();
                early.addLast(pending);
                if (early.size() > MOST_EARLY) {
                    Pending oldest = early.removeFirst();
                    listener.unpaired(oldest.status, oldest.responseStart);
                }
            }
            if (pending == null) {
                listener.unpaired(status, headStart);
            } else {
                pending.status = status;
                pending.responseStart = headStart;
                pending.responseEnd = time;
                pending.responseBytes = headLength;
            }
            request = pending;
            String method = pending == null ? "" : pending.method;
            if (status == 101 || method.equals("CONNECT") && status < 300) {
                complete(time);
                opaque = true;
            } else if (method.equals("HEAD") || status == 204 || status == 304) {
                complete(time);
            } else if (completeness == Completeness.CUT) {
                state = State.SEEKING;
            } else if (head.chunked) {
                beginSize();
            } else if (head.contentLength > 0) {
                rest = head.contentLength;
                state = State.BODY;
            } else if (head.contentLength == 0) {
                complete(time);
            } else {
                state = State.UNTIL_CLOSE;
            }
        }

        private void beginSize() {
            state = State.CHUNK_SIZE;
            rest = 0;
            chunkDigits = 0;
            inSize = true;
            lineLength = 0;
        }

        /** One byte of a chunk's size line or of the trailer. */
        private void line(byte octet, long time) {
            lineLength++;
            if (lineLength > LARGEST_HEAD) {
                state = State.SEEKING;
                return;
            }
            if (state == State.TRAILER) {
                if (octet == '\n') {
                    if (lineLength == 1 || lineLength == 2 && inSize) {
                        complete(time);
                    }
                    lineLength = 0;
                    inSize = false;
                } else {
                    inSize = octet == '\r' && lineLength == 1;
                }
                return;
            }
            int digit = Character.digit(octet, 16);
            if (octet == '\n') {
                if (chunkDigits == 0) {
                    state = State.SEEKING;
                } else if (rest == 0) {
                    state = State.TRAILER;
                    lineLength = 0;
                    inSize = false;
                } else {
                    // The data and the line end behind it.
                    rest += 2;
                    state = State.CHUNK;
                }
            } else if (inSize && digit >= 0 && chunkDigits < 15) {
                rest = rest << 4 | digit;
                chunkDigits++;
            } else if (inSize && (octet == ';' || octet == '\r' || octet == ' ')) {
                inSize = false;
            } else if (inSize) {
                state = State.SEEKING;
            }
        }

        /** Bytes that passed unseen. */
        private void skip(long missed) {
            switch (state) {
                case BODY, CHUNK -> {
                    long take = Math.min(rest, missed);
                    count(take);
                    rest -= take;
                    if (rest == 0) {
                        if (missed > take || state == State.CHUNK && take == missed) {
                            afterSkippedEnd(missed - take);
                        } else {
                            complete(lastTime);
                        }
                    }
                }
                case UNTIL_CLOSE -> count(missed);
                case HEAD -> {
                    headEnds(Completeness.CUT, lastTime);
                    count(missed);
                    if (state != State.SEEKING) {
                        state = State.SEEKING;
                    }
                }
                case START, CHUNK_SIZE, TRAILER, SEEKING -> missMessages(missed);
            }
        }

        /** The body's end lay among bytes that passed unseen. */
        private void afterSkippedEnd(long beyond) {
            if (state == State.BODY) {
                complete(lastTime);
                if (beyond > 0) {
                    missMessages(beyond);
                }
            } else if (beyond > 0) {
                // The rest of this body, as a rule, which is counted as its own.
                state = State.SEEKING;
                lose(beyond);
            } else {
                beginSize();
            }
        }

        /** Whole messages may be among these. */
        private void missMessages(long missed) {
            boolean inMessage = state == State.CHUNK_SIZE || state == State.TRAILER || state == State.SEEKING;
            state = State.SEEKING;
            lose(missed);
            if (inMessage && request != null) {
                return;
            }
            if (direction == Direction.REQUESTS && underWay.isEmpty()) {
                giveAway();
            } else {
                loseTrack();
            }
        }

        private void count(long passed) {
            Pending pending = request;
            if (pending == null) {
                return;
            }
            if (direction == Direction.REQUESTS) {
                pending.requestBytes += passed;
            } else {
                pending.responseBytes += passed;
            }
        }

        private void touch(long time) {
            Pending pending = request;
            if (pending != null && direction == Direction.RESPONSES) {
                pending.responseEnd = time;
            }
        }

        /** The message is over. */
        private void complete(long time) {
            state = State.START;
            Pending pending = request;
            request = null;
            if (pending == null) {
                return;
            }
            if (direction == Direction.REQUESTS) {
                pending.requestWhole = true;
                if (pending.responseWhole && pending == underWay.peekFirst()) {
                    finish(); // its response was told of first
                }
            } else {
                pending.responseEnd = Math.max(time, pending.responseEnd);
                pending.responseWhole = true;
                if (pending == underWay.peekFirst()) {
                    finish();
                }
            }
        }

        private void lose(long bytes) {
            if (bytes > 0) {
                Pending pending = request;
                if (pending != null && direction == Direction.RESPONSES) {
                    pending.responseBytes += bytes;
                    pending.responseEnd = Math.max(pending.responseEnd, lastTime);
                }
                listener.lost(bytes);
            }
        }
    }

    /** Gives the oldest request away. */
    private void finish() {
        Pending done = underWay.pollFirst();
        if (done == null) {
            return;
        }
        listener.exchange(new HttpExchange(
                done.minorVersion == 0 ? HttpExchange.Protocol.HTTP_1_0 : HttpExchange.Protocol.HTTP_1_1,
                done.method,
                done.path,
                done.host,
                done.status,
                done.requestStart,
                done.responseStart,
                done.responseEnd,
                done.requestBytes,
                done.responseBytes,
                done.trace,
                -1,
                done.requestWhole && done.responseWhole ? Completeness.WHOLE : Completeness.CUT));
    }
}
