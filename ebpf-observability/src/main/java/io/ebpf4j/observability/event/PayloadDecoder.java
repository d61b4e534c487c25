package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.PayloadView.Flow;
import io.ebpf4j.observability.protocol.Http1Connection;
import io.ebpf4j.observability.protocol.Http2Connection;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.HttpListener;
import io.ebpf4j.observability.protocol.StreamStart;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of payload: HTTP exchanges and TLS handshakes. State is kept a socket, never a thread: which thread made
 * a call plays no part. Memory is bounded by the number of connections; what is given up for a newer one is reported as
 * far as it came, and counted.
 *
 * <p>Takes records of any source that writes {@code payload.h}, whichever kernel program wrote them, and needs no kernel
 * itself. A record whose protocol is not known is looked at here. One thread feeds; {@link #counts()} is for any.
 */
public final class PayloadDecoder implements PayloadHandler, AutoCloseable {
    /** How long after an early end bytes may come: the programs are swept ten times a second. */
    private static final long LATEST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** A power of two: two connections that stand at the same one are looked up by turns. */
    private static final int PLACES = 256;

    /** The end of a connection that was told before its last bytes. */
    private record Ending(long key, long time) {}

    private final PayloadOptions options;
    private final Consumer<? super ConnectivityEvent> consumer;
    private final ConnectionTable<Stream> streams;
    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicLong paired = new AtomicLong();
    private final AtomicLong unpaired = new AtomicLong();
    private final AtomicLong handshakes = new AtomicLong();
    private final AtomicLong lostBytes = new AtomicLong();
    private final AtomicLong unknownHeaders = new AtomicLong();
    private final AtomicLong undirected = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();
    private final AtomicLong evicted = new AtomicLong();
    private final AtomicLong kept = new AtomicLong();
    /** Closed, but bytes of them may still come. */
    private final ArrayDeque<Ending> endings = new ArrayDeque<>();

    /**
     * Streams of the record at hand, by where in it their connection stands: most parts follow another one of theirs, and then say
     * nothing of it that is not known. A place counts as long as its key is of this turn.
     */
    private final @Nullable Stream[] placed = new @Nullable Stream[PLACES];

    private final long[] placedKeys = new long[PLACES];
    private long turn;
    private long sequence;
    private @Nullable PayloadView feeder;

    private long now;
    private int cpu;

    /**
     * A decoder that has seen nothing.
     *
     * @param options how to decode
     * @param consumer takes the events, on the thread that feeds
     */
    public PayloadDecoder(PayloadOptions options, Consumer<? super ConnectivityEvent> consumer) {
        this.options = Objects.requireNonNull(options, "options");
        this.consumer = Objects.requireNonNull(consumer, "consumer");
        this.streams = new ConnectionTable<>(options.connections(), this::evict);
    }

    @Override
    public void payload(PayloadView view) {
        now = view.timestamp();
        cpu = view.cpu();
        streamOf(view).accept(view);
    }

    private Stream streamOf(PayloadView view) {
        int place = view.place();
        if (place == 0) {
            return known(view);
        }
        if (view.sequence() != sequence || view != feeder) {
            sequence = view.sequence();
            feeder = view;
            turn++;
        }
        int at = place / Long.BYTES & PLACES - 1;
        long key = turn << Integer.SIZE | Integer.toUnsignedLong(place);
        Stream stream = placed[at];
        if (stream == null || placedKeys[at] != key) {
            stream = known(view);
            if (stream.isDescribed()) {
                placed[at] = stream;
                placedKeys[at] = turn << Integer.SIZE | Integer.toUnsignedLong(place); // looking it up may begin a turn
            }
        }
        return stream;
    }

    /** The stream with all that the record says of it. */
    private Stream known(PayloadView view) {
        long key = key(view.stream(), view.source());
        Stream stream = streams.get(key);
        if (stream == null) {
            stream = new Stream(view.source());
            streams.put(key, stream);
            kept.setOpaque(streams.size());
        }
        stream.recognize(view);
        stream.describe(view);
        return stream;
    }

    @Override
    public void closed(PayloadClosedView view) {
        now = view.timestamp();
        cpu = view.cpu();
        elapse(now); // who is not told of the time has that of the records
        long key = key(view.stream(), view.source());
        if (view.isEarly()) {
            endings.add(new Ending(key, now));
        } else {
            close(key, now);
        }
    }

    private void close(long key, long time) {
        Stream stream = streams.remove(key);
        if (stream != null) {
            turn++;
            kept.setOpaque(streams.size());
            stream.close(time);
        }
    }

    @Override
    public void elapse(long time) {
        while (!endings.isEmpty() && time - endings.getFirst().time() >= LATEST_NANOS) {
            Ending ending = endings.removeFirst();
            close(ending.key(), ending.time());
        }
    }

    /** Reports what is under way as far as it came, as if every connection ended with the last record. */
    @Override
    public void close() {
        endings.clear();
        turn++;
        streams.drain(stream -> stream.close(now));
        kept.setOpaque(0);
    }

    @Override
    public MessageCounts messages() {
        return new MessageCounts(
                paired.getOpaque(),
                exchanges.getOpaque() - paired.getOpaque() + unpaired.getOpaque(),
                evicted.getOpaque(),
                malformed.getOpaque(),
                0);
    }

    @Override
    public void finish() {
        close();
    }

    /** {@return what became of payload so far} */
    public PayloadCounts counts() {
        return new PayloadCounts(
                exchanges.getOpaque(),
                paired.getOpaque(),
                unpaired.getOpaque(),
                handshakes.getOpaque(),
                lostBytes.getOpaque(),
                unknownHeaders.getOpaque(),
                undirected.getOpaque(),
                malformed.getOpaque(),
                evicted.getOpaque(),
                (int) kept.getOpaque());
    }

    private void evict(Stream stream) {
        turn++;
        add(evicted, 1);
        stream.close(now);
    }

    private static void add(AtomicLong counter, long count) {
        counter.setOpaque(counter.getPlain() + count); // one writer: no locked instruction
    }

    /** Neither cookies, counted from 1, nor numbers made of a time reach the highest bit. */
    private static long key(long stream, PayloadSource source) {
        return stream << 1 | (source == PayloadSource.SOCKET ? 0 : 1);
    }

    /** What is known of one stream of bytes in two directions. */
    private final class Stream implements HttpListener {
        private final PayloadSource source;
        private @Nullable Connection connection;
        private Direction role = Direction.UNKNOWN;
        private PayloadProtocol protocol = PayloadProtocol.UNKNOWN;
        private @Nullable Http1Connection http1;
        private @Nullable Http2Connection http2;
        private @Nullable TlsOpening tls;

        Stream(PayloadSource source) {
            this.source = source;
        }

        /** Whether nothing is to be learned of it from more bytes. */
        boolean isDescribed() {
            return role != Direction.UNKNOWN && protocol != PayloadProtocol.UNKNOWN;
        }

        void accept(PayloadView view) {
            switch (protocol) {
                case HTTP1, HTTP2 -> http(view);
                case TLS -> tls(view);
                case DNS, UNKNOWN -> {
                    // DNS has a decoder of its own, which is fed by the same records.
                }
            }
        }

        private void recognize(PayloadView view) {
            Direction told = view.direction();
            if (told != Direction.UNKNOWN) {
                role = told;
            }
            PayloadProtocol named = view.protocol();
            if (named == PayloadProtocol.UNKNOWN && protocol == PayloadProtocol.UNKNOWN
                    || role == Direction.UNKNOWN && named != PayloadProtocol.DNS) {
                StreamStart start = StreamStart.of(view.bytes(), view.bytesOffset(), view.captured());
                if (named == PayloadProtocol.UNKNOWN && protocol == PayloadProtocol.UNKNOWN) {
                    named = protocolOf(start);
                }
                if (role == Direction.UNKNOWN) {
                    role = roleOf(start, view.flow());
                }
            }
            if (named != PayloadProtocol.UNKNOWN && named != protocol) {
                endProtocol(now);
                protocol = named;
            }
        }

        /** Makes the connection anew where another process than before made the call, or role or socket were learned. */
        private void describe(PayloadView view) {
            Connection known = connection;
            if (known != null
                    && known.direction() == role
                    && known.cookie() == view.cookie()
                    && known.process().pid() == view.pid()
                    && known.process().started() == view.processStarted()) {
                return;
            }
            Connection seen = view.connection();
            connection = seen.direction() == role
                    ? seen
                    : new Connection(
                            seen.cookie(),
                            role,
                            seen.local(),
                            seen.remote(),
                            seen.process(),
                            seen.networkNamespace(),
                            seen.cgroup());
        }

        private void http(PayloadView view) {
            if (role == Direction.UNKNOWN) {
                add(undirected, 1);
                return;
            }
            Http1Connection.Direction way = (role == Direction.CLIENT) == (view.flow() == Flow.SENT)
                    ? Http1Connection.Direction.REQUESTS
                    : Http1Connection.Direction.RESPONSES;
            // The parsers tell by a stream's first position whether they were there from the start.
            long position = view.position() + (view.joinedLate() ? 1 : 0);
            if (protocol == PayloadProtocol.HTTP1) {
                Http1Connection parser = http1;
                if (parser == null) {
                    parser = new Http1Connection(options.queries(), this);
                    http1 = parser;
                }
                parser.accept(way, position, view.bytes(), view.bytesOffset(), view.captured(), view.length(), now);
            } else {
                Http2Connection parser = http2;
                if (parser == null) {
                    parser = new Http2Connection(options.queries(), this);
                    http2 = parser;
                }
                parser.accept(way, position, view.bytes(), view.bytesOffset(), view.captured(), view.length(), now);
            }
        }

        private void tls(PayloadView view) {
            TlsOpening opening = tls;
            if (opening == null) {
                opening = new TlsOpening();
                tls = opening;
            }
            TlsOpening.Progress progress = opening.accept(
                    view.flow(), view.position(), view.bytes(), view.bytesOffset(), view.captured(), now);
            if (progress == TlsOpening.Progress.COMPLETE) {
                handshake(opening);
            }
        }

        private void handshake(TlsOpening opening) {
            Connection where = connection;
            if (where == null || !opening.begun()) {
                return;
            }
            if (opening.malformed()) {
                add(malformed, 1);
            }
            if (opening.client().isPresent() || opening.server().isPresent()) {
                add(handshakes, 1);
                consumer.accept(new TlsHandshake(
                        now, cpu, where, opening.client(), opening.server(), opening.alert(), opening.latency()));
            }
        }

        private void endProtocol(long time) {
            Http1Connection one = http1;
            Http2Connection two = http2;
            TlsOpening opening = tls;
            http1 = null;
            http2 = null;
            tls = null;
            if (one != null) {
                one.close(time);
            }
            if (two != null) {
                two.close(time);
            }
            if (opening != null && !opening.isComplete()) {
                opening.end();
                handshake(opening);
            }
        }

        void close(long time) {
            endProtocol(time);
        }

        @Override
        public void exchange(HttpExchange exchange) {
            Connection where = connection;
            add(exchanges, 1);
            if (exchange.status() != 0) {
                add(paired, 1);
            }
            if (where != null) {
                consumer.accept(new HttpExchanged(now, cpu, where, source, exchange));
            }
        }

        @Override
        public void unpaired(int status, long time) {
            Connection where = connection;
            add(unpaired, 1);
            if (where != null) {
                consumer.accept(new HttpUnpaired(time, cpu, where, source, status));
            }
        }

        @Override
        public void lost(long bytes) {
            add(lostBytes, bytes);
        }

        @Override
        public void unknown(int headers) {
            add(unknownHeaders, headers);
        }
    }

    private static PayloadProtocol protocolOf(StreamStart start) {
        return switch (start) {
            case HTTP1_REQUEST, HTTP1_RESPONSE -> PayloadProtocol.HTTP1;
            case HTTP2_CLIENT, HTTP2_SERVER -> PayloadProtocol.HTTP2;
            case TLS_CLIENT, TLS_SERVER -> PayloadProtocol.TLS;
            case UNKNOWN -> PayloadProtocol.UNKNOWN;
        };
    }

    private static Direction roleOf(StreamStart start, Flow flow) {
        return switch (start) {
            case HTTP1_REQUEST, HTTP2_CLIENT, TLS_CLIENT -> flow == Flow.SENT ? Direction.CLIENT : Direction.SERVER;
            case HTTP1_RESPONSE, HTTP2_SERVER, TLS_SERVER -> flow == Flow.SENT ? Direction.SERVER : Direction.CLIENT;
            case UNKNOWN -> Direction.UNKNOWN;
        };
    }
}
