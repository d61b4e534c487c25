package io.ebpf4j.observability.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks HTTP/2 (RFC 9113), gRPC included, watched from one of its ends, by somebody who may have joined late. Requests and responses
 * are paired by their stream. Header blocks are read with {@link HpackDecoder}: what refers to a table entry from before this parser joined is unknown and
 * counted, never guessed.
 *
 * <p>A parser that joins in the middle, or misses bytes, looks for the next call that begins with a run of plausible frames. Memory is bounded: 1,024
 * streams under way and 32 KiB of header block a direction.
 *
 * <p>Not for use by several threads.
 */
public final class Http2Connection {
    private static final int MOST_STREAMS = 1024;
    private static final int LARGEST_BLOCK = 32_768;
    private static final int FRAME_HEADER = 9;
    private static final int LARGEST_FRAME = 1 << 20;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PUSH_PROMISE = 5;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;

    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;

    private static final byte[] PREFACE = {
        'P', 'R', 'I', ' ', '*', ' ', 'H', 'T', 'T', 'P', '/', '2', '.', '0', '\r', '\n', '\r', '\n', 'S', 'M', '\r',
        '\n', '\r', '\n'
    };

    private final HttpListener listener;
    private final Http1Connection.Queries queries;
    private final Half requests = new Half(Http1Connection.Direction.REQUESTS);
    private final Half responses = new Half(Http1Connection.Direction.RESPONSES);

    private int earlyStreams;

    private final Map<Integer, Pending> streams = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Pending> eldest) {
            if (size() > MOST_STREAMS) {
                give(eldest.getValue());
                return true;
            }
            return false;
        }
    };

    /** The highest stream that a request was seen on: requests begin in order, so a lower one without a request has none to come. */
    private int lastRequest;

    private static final class Pending {
        String method = "";
        String path = "";
        String host = "";
        boolean requestSeen;
        boolean early;
        long requestStart;
        long requestBytes;
        boolean requestWhole;
        Optional<TraceContext> trace = Optional.empty();
        int status;
        long responseStart;
        long responseEnd;
        long responseBytes;
        boolean responseWhole;
        int grpcStatus = -1;
    }

    /**
     * A connection of which nothing was seen yet.
     *
     * @param queries what becomes of the query behind a path
     * @param listener gets the exchanges
     */
    public Http2Connection(Http1Connection.Queries queries, HttpListener listener) {
        this.queries = Objects.requireNonNull(queries, "queries");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /**
     * Tells whether a stream of requests begins like HTTP/2.
     *
     * @param bytes where it lies
     * @param offset where it begins
     * @param captured how many of its bytes are there
     * @return whether the client's preface, or as much of it as was captured and at least four bytes, stands there
     */
    public static boolean looksLike(MemorySegment bytes, long offset, long captured) {
        int length = (int) Math.min(captured, PREFACE.length);
        for (int i = 0; i < length; i++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, offset + i) != PREFACE[i]) {
                return false;
            }
        }
        return length >= 4;
    }

    /**
     * Takes the bytes of one system call; the parameters are those of {@link Http1Connection#accept}.
     *
     * @param direction which way they went
     * @param position how many bytes of this direction passed before these
     * @param bytes where they lie
     * @param offset where they begin
     * @param captured how many of them are there
     * @param length how many there were; what was not captured is at their end
     * @param time when the call ended, CLOCK_MONOTONIC nanoseconds
     */
    public void accept(
            Http1Connection.Direction direction,
            long position,
            MemorySegment bytes,
            long offset,
            int captured,
            long length,
            long time) {
        if (length > 0) {
            (direction == Http1Connection.Direction.REQUESTS ? requests : responses)
                    .accept(position, bytes, offset, captured, length, time);
        }
    }

    /**
     * Ends the connection: what is under way is given as far as it came.
     *
     * @param time when it ended, CLOCK_MONOTONIC nanoseconds
     */
    public void close(long time) {
        streams.values().forEach(this::give);
        streams.clear();
    }

    /** {@return how many streams are under way} */
    public int underWay() {
        return streams.size();
    }

    private static boolean wanted(String name) {
        return switch (name) {
            case ":method", ":path", ":authority", ":status", "host", "grpc-status" -> true;
            default -> TraceContext.carries(name);
        };
    }

    /** One direction: its frames, and the header table that its sender fills. */
    private final class Half implements HpackDecoder.Sink {
        private final Http1Connection.Direction direction;
        private final HpackDecoder hpack = new HpackDecoder(Http2Connection::wanted);
        private final TraceContext.Collector trace = new TraceContext.Collector();
        private final byte[] frameHeader = new byte[FRAME_HEADER];
        private int headerFilled;
        private long expected;
        private boolean inStep;
        private int prefaceLeft;

        // The frame under way.
        private int type;
        private int flags;
        private int stream;
        private int frameLength;
        private int rest;

        // The header block under way, over HEADERS and its CONTINUATION frames.
        private byte[] block = new byte[1024];
        private int blockLength;
        private int blockStream;
        private int blockFlags;
        private int skipFront;
        private int padding;
        private boolean blockWhole;

        // What the block being decoded says.
        private int unknownHeaders;
        private @Nullable String method;
        private @Nullable String path;
        private @Nullable String host;
        private int status;
        private int grpcStatus;

        Half(Http1Connection.Direction direction) {
            this.direction = direction;
        }

        void accept(long position, MemorySegment bytes, long offset, int captured, long length, long time) {
            if (position > expected && expected > 0) {
                skip(position - expected, time);
            }
            boolean first = expected == 0 && position == 0;
            expected = position + length;
            if (!inStep) {
                if (first && direction == Http1Connection.Direction.REQUESTS && looksLike(bytes, offset, captured)) {
                    prefaceLeft = PREFACE.length;
                    inStep = true;
                } else if (plausible(bytes, offset, captured)) {
                    inStep = true;
                    headerFilled = 0;
                    rest = 0;
                } else {
                    hpack.loseTrack();
                    listener.lost(length);
                    return;
                }
            }
            long at = offset;
            long end = offset + captured;
            while (at < end && inStep) {
                at = step(bytes, at, end, time);
            }
            if (!inStep) {
                listener.lost(offset + length - at);
            } else if (length > captured) {
                skip(length - captured, time);
            }
        }

        /** Whether a run of frames, each followed by another or by the end of the capture, begins here. */
        private boolean plausible(MemorySegment bytes, long offset, int captured) {
            long at = offset;
            long end = offset + captured;
            if (captured < FRAME_HEADER) {
                return false;
            }
            while (at + FRAME_HEADER <= end) {
                int frame = bytes.get(ValueLayout.JAVA_BYTE, at + 3) & 0xff;
                int length = u24(bytes, at);
                int id = id(bytes, at + 5);
                int frameFlags = bytes.get(ValueLayout.JAVA_BYTE, at + 4) & 0xff;
                if (!plausible(frame, length, frameFlags, id) || bytes.get(ValueLayout.JAVA_BYTE, at + 5) < 0) {
                    return false;
                }
                at += FRAME_HEADER + (long) length;
            }
            return true;
        }

        private boolean plausible(int frame, int length, int frameFlags, int id) {
            return switch (frame) {
                case DATA -> id != 0 && length <= LARGEST_FRAME && (frameFlags & ~(END_STREAM | PADDED)) == 0;
                case HEADERS ->
                    id != 0
                            && length <= LARGEST_FRAME
                            && (frameFlags & ~(END_STREAM | END_HEADERS | PADDED | PRIORITY)) == 0;
                case 2 -> id != 0 && length == 5;
                case RST_STREAM -> id != 0 && length == 4;
                case SETTINGS -> id == 0 && length % 6 == 0 && length < 600 && (frameFlags & ~1) == 0;
                case PUSH_PROMISE -> id != 0 && length >= 4 && length <= LARGEST_FRAME;
                case PING -> id == 0 && length == 8 && (frameFlags & ~1) == 0;
                case GOAWAY -> id == 0 && length >= 8 && length <= LARGEST_FRAME;
                case WINDOW_UPDATE -> length == 4 && frameFlags == 0;
                case CONTINUATION -> id != 0 && length <= LARGEST_FRAME && (frameFlags & ~END_HEADERS) == 0;
                // ALTSVC, ORIGIN, PRIORITY_UPDATE: extensions in use.
                case 10, 12, 16 -> length <= 65_536;
                default -> false;
            };
        }

        private long step(MemorySegment bytes, long at, long end, long time) {
            if (prefaceLeft > 0) {
                long take = Math.min(prefaceLeft, end - at);
                prefaceLeft -= (int) take;
                return at + take;
            }
            if (rest > 0) {
                int take = (int) Math.min(rest, end - at);
                payload(bytes, at, take);
                rest -= take;
                if (rest == 0) {
                    frameEnds(time);
                }
                return at + take;
            }
            int take = (int) Math.min(FRAME_HEADER - headerFilled, end - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, frameHeader, headerFilled, take);
            headerFilled += take;
            if (headerFilled == FRAME_HEADER) {
                headerFilled = 0;
                frameBegins(time);
            }
            return at + take;
        }

        private void frameBegins(long time) {
            MemorySegment header = MemorySegment.ofArray(frameHeader);
            frameLength = u24(header, 0);
            type = frameHeader[3] & 0xff;
            flags = frameHeader[4] & 0xff;
            stream = id(header, 5);
            if (!plausible(type, frameLength, flags, stream)) {
                outOfStep();
                return;
            }
            rest = frameLength;
            if (type == HEADERS) {
                blockLength = 0;
                blockStream = stream;
                blockFlags = flags;
                blockWhole = true;
                skipFront = ((flags & PADDED) != 0 ? 1 : 0) + ((flags & PRIORITY) != 0 ? 5 : 0);
                padding = 0;
                begin(time);
            } else if (type == PUSH_PROMISE) {
                // A promise inserts into the table too; what is promised is not reported.
                blockLength = 0;
                blockStream = 0;
                blockFlags = flags & END_HEADERS;
                blockWhole = true;
                skipFront = ((flags & PADDED) != 0 ? 1 : 0) + 4;
                padding = 0;
            }
            if (rest == 0) {
                frameEnds(time);
            }
        }

        /** Marks the time at which a message's first byte passed. */
        private void begin(long time) {
            Pending pending = streams.get(stream);
            if (direction == Http1Connection.Direction.REQUESTS) {
                if (pending == null) {
                    pending = new Pending();
                    pending.requestSeen = true;
                    pending.requestStart = time;
                    streams.put(stream, pending);
                } else if (pending.early) {
                    // Told of after its response: one thread sends, another one receives.
                    pending.early = false;
                    pending.requestSeen = true;
                    pending.requestStart = Math.min(time, pending.responseStart);
                }
                if (stream > lastRequest) {
                    lastRequest = stream;
                    giveUpEarly();
                }
            } else if (pending == null) {
                pending = new Pending();
                pending.responseStart = time;
                // Only a stream of the client's own has a request (RFC 9113, section 5.1.1).
                pending.early = stream > lastRequest && (stream & 1) == 1;
                earlyStreams += pending.early ? 1 : 0;
                streams.put(stream, pending);
            } else if (pending.responseStart == 0) {
                pending.responseStart = time;
            }
        }

        private void payload(MemorySegment bytes, long at, int take) {
            if (type != HEADERS && type != CONTINUATION && type != PUSH_PROMISE) {
                return;
            }
            long from = at;
            int length = take;
            if (type != CONTINUATION) {
                int passed = frameLength - rest;
                if (passed == 0 && (flags & PADDED) != 0) {
                    padding = bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
                }
                int skip = Math.min(length, Math.max(0, skipFront - passed));
                from += skip;
                length -= skip;
            }
            if (blockLength + length > LARGEST_BLOCK) {
                blockWhole = false;
                return;
            }
            if (blockLength + length > block.length) {
                block = Arrays.copyOf(block, Math.max(blockLength + length, 2 * block.length));
            }
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, block, blockLength, length);
            blockLength += length;
        }

        private void frameEnds(long time) {
            switch (type) {
                case DATA -> {
                    Pending pending = streams.get(stream);
                    if (pending != null) {
                        count(pending, FRAME_HEADER + (long) frameLength);
                        if (direction == Http1Connection.Direction.RESPONSES) {
                            pending.responseEnd = time;
                        }
                        if ((flags & END_STREAM) != 0) {
                            half(stream, pending, time);
                        }
                    }
                }
                case HEADERS, PUSH_PROMISE -> {
                    blockLength = Math.max(0, blockLength - padding);
                    if ((flags & END_HEADERS) != 0) {
                        blockEnds(time);
                    }
                }
                case CONTINUATION -> {
                    if ((flags & END_HEADERS) != 0) {
                        blockEnds(time);
                    }
                }
                case RST_STREAM -> {
                    Pending pending = streams.remove(stream);
                    if (pending != null) {
                        give(pending);
                    }
                }
                default -> {
                    // Settings, pings and windows belong to no exchange.
                }
            }
        }

        private void blockEnds(long time) {
            unknownHeaders = 0;
            method = null;
            path = null;
            host = null;
            status = 0;
            grpcStatus = -1;
            trace.clear();
            if (blockWhole) {
                try {
                    hpack.decode(MemorySegment.ofArray(block), 0, blockLength, this);
                } catch (MalformedMessageException broken) {
                    outOfStep();
                }
            } else {
                hpack.loseTrack();
            }
            if (unknownHeaders > 0) {
                listener.unknown(unknownHeaders);
            }
            Pending pending = blockStream == 0 ? null : streams.get(blockStream);
            blockLength = 0;
            if (pending == null) {
                return;
            }
            count(pending, FRAME_HEADER + (long) frameLength);
            if (direction == Http1Connection.Direction.REQUESTS) {
                requestBlock(pending);
            } else {
                responseBlock(pending, time);
            }
            if ((blockFlags & END_STREAM) != 0) {
                half(blockStream, pending, time);
            }
        }

        private void requestBlock(Pending pending) {
            if (pending.method.isEmpty()) {
                pending.method = Objects.requireNonNullElse(method, "");
                pending.path = Objects.requireNonNullElse(path, "");
                pending.host = Objects.requireNonNullElse(host, "");
                pending.trace = trace.result();
            }
        }

        private void responseBlock(Pending pending, long time) {
            if (status >= 100 && status < 200) {
                pending.responseStart = 0;
                pending.responseBytes = 0;
                return;
            }
            if (pending.status <= 0) {
                pending.status = status == 0 ? -1 : status;
                if (!pending.requestSeen && !pending.early) {
                    listener.unpaired(pending.status, pending.responseStart);
                }
            }
            if (grpcStatus >= 0) {
                pending.grpcStatus = grpcStatus;
            }
            pending.responseEnd = time;
        }

        private void count(Pending pending, long bytes) {
            if (direction == Http1Connection.Direction.REQUESTS) {
                pending.requestBytes += bytes;
            } else {
                pending.responseBytes += bytes;
            }
        }

        /** One direction of a stream is over; the exchange is, once the response is. */
        private void half(int id, Pending pending, long time) {
            if (direction == Http1Connection.Direction.REQUESTS) {
                pending.requestWhole = true;
                if (pending.responseWhole) {
                    streams.remove(id);
                    give(pending);
                }
            } else {
                pending.responseWhole = true;
                pending.responseEnd = time;
                if (!pending.early) {
                    streams.remove(id);
                    give(pending);
                }
            }
        }

        /** Bytes that passed unseen. */
        private void skip(long missed, long time) {
            long left = missed;
            if (prefaceLeft > 0) {
                long take = Math.min(prefaceLeft, left);
                prefaceLeft -= (int) take;
                left -= take;
            }
            if (left == 0 || !inStep) {
                return;
            }
            if (rest > 0) {
                int take = (int) Math.min(rest, left);
                if (type == HEADERS || type == CONTINUATION || type == PUSH_PROMISE) {
                    blockWhole = false;
                }
                rest -= take;
                left -= take;
                if (rest == 0) {
                    frameEnds(time);
                }
            }
            if (left > 0) {
                outOfStep();
                listener.lost(left);
            }
        }

        private void outOfStep() {
            inStep = false;
            headerFilled = 0;
            rest = 0;
            blockLength = 0;
            hpack.loseTrack();
        }

        @Override
        public void header(String name, String value) {
            switch (name) {
                case ":method" -> method = value;
                case ":path" -> path = withoutQuery(value);
                case ":authority" -> host = value;
                case "host" -> host = host == null ? value : host;
                case ":status" -> status = number(value);
                case "grpc-status" -> grpcStatus = number(value);
                default -> trace.header(name, value);
            }
        }

        @Override
        public void unknownValue(String name) {
            unknownHeaders++;
        }

        @Override
        public void unknown() {
            unknownHeaders++;
        }

        private String withoutQuery(String target) {
            int question = queries == Http1Connection.Queries.DROPPED ? target.indexOf('?') : -1;
            return question < 0 ? target : target.substring(0, question);
        }
    }

    private static int number(String digits) {
        int number = 0;
        for (int i = 0; i < Math.min(digits.length(), 6); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static int u24(MemorySegment bytes, long at) {
        return (bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff) << 16
                | (bytes.get(ValueLayout.JAVA_BYTE, at + 1) & 0xff) << 8
                | (bytes.get(ValueLayout.JAVA_BYTE, at + 2) & 0xff);
    }

    private static int id(MemorySegment bytes, long at) {
        return (bytes.get(ValueLayout.JAVA_BYTE, at) & 0x7f) << 24 | u24(bytes, at + 1);
    }

    /** Responses on streams whose requests cannot come any more. */
    private void giveUpEarly() {
        if (earlyStreams == 0) {
            return;
        }
        earlyStreams = 0;
        Iterator<Map.Entry<Integer, Pending>> each = streams.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Integer, Pending> entry = each.next();
            Pending pending = entry.getValue();
            if (pending.early && entry.getKey() > lastRequest) {
                earlyStreams++;
            } else if (pending.early) {
                pending.early = false;
                if (pending.status != 0) {
                    listener.unpaired(pending.status, pending.responseStart);
                }
                if (pending.responseWhole) {
                    each.remove();
                }
            }
        }
    }

    /** A response without its request was reported as unpaired already, unless it was still waiting for it. */
    private void give(Pending done) {
        if (done.early && done.status != 0) {
            listener.unpaired(done.status, done.responseStart);
        }
        if (!done.requestSeen) {
            return;
        }
        listener.exchange(new HttpExchange(
                HttpExchange.Protocol.HTTP_2,
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
                done.grpcStatus,
                done.requestWhole && done.responseWhole ? Completeness.WHOLE : Completeness.CUT));
    }
}
