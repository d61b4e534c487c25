package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.PayloadView.Flow;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.observability.protocol.DnsMessage.Question;
import io.ebpf4j.observability.protocol.DnsMessage.Truncation;
import io.ebpf4j.observability.protocol.DnsStream;
import io.ebpf4j.observability.protocol.MalformedMessageException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes transactions of DNS records: a query and its response belong together by socket, identifier and question, never by
 * thread or process. What asks and what is asked is told by the messages, not by the ports.
 *
 * <p>Needs no kernel itself. Memory is bounded by the options. Time is that of the records, so {@link #expire} has to be
 * called where none come. One thread feeds; {@link #counts()} is for any.
 */
public final class DnsDecoder implements Consumer<DnsView> {
    private static final int STREAMS = 1024;
    private static final int TRUNCATED = 1024;
    private static final int EARLY = 1024;
    private static final long EARLY_NANOS =
            100_000_000; // a thread that was not run between its send and the telling of it
    private static final int HEADER = 12; // RFC 1035, section 4.1.1
    private static final int ALIKE = 64; // questions of one number and name that a server has on one socket at a time
    private static final int NO_CPU = -1; // time told it

    private final DnsOptions options;
    private final Consumer<? super DnsTransaction> consumer;
    // the oldest first: what was put once keeps its place
    private final Map<Key, Waiting> pending = new LinkedHashMap<>();
    private final ConnectionTable<Streams> streams;
    private final Map<Key, Early> early = new LinkedHashMap<>();
    private final Map<Asked, Long> truncated = new LinkedHashMap<>();
    private final AtomicLong questions = new AtomicLong();
    private final AtomicLong repeats = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong evicted = new AtomicLong();
    private final AtomicLong unasked = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();
    private final AtomicLong unreadable = new AtomicLong();
    private final AtomicLong lostStreams = new AtomicLong();
    private final AtomicLong waiting = new AtomicLong();
    private long last;

    /** By what a response finds its query. Names are compared without case: servers may echo another one than was sent. */
    private record Key(long cookie, Direction direction, DnsTransport transport, int id, String name, int type) {}

    private record Asked(int pid, long started, String name, int type) {}

    /**
     * An answer without its question. A send is told when it is done, so that of a socket with two threads the one can tell
     * of the answer before the other tells of the query.
     */
    private record Early(long timestamp, int cpu, Connection connection, DnsMessage message) {}

    /** A question that no answer was seen to. */
    private static final class Waiting {
        private final Connection connection;
        private final Question question;
        private final DnsRetry retry;
        private final ArrayDeque<Long> starts = new ArrayDeque<>(1);
        private int queries;

        Waiting(Connection connection, Question question, DnsRetry retry) {
            this.connection = connection;
            this.question = question;
            this.retry = retry;
        }
    }

    private static final class Streams {
        private final Half sent = new Half();
        private final Half received = new Half();
    }

    private static final class Half {
        private final DnsStream stream = new DnsStream();
        private long position;
    }

    /**
     * A decoder that has seen nothing.
     *
     * @param options how to decode
     * @param consumer takes the transactions, on the thread that feeds
     */
    public DnsDecoder(DnsOptions options, Consumer<? super DnsTransaction> consumer) {
        this.options = Objects.requireNonNull(options, "options");
        this.consumer = Objects.requireNonNull(consumer, "consumer");
        this.streams = new ConnectionTable<>(STREAMS, gone -> add(lostStreams, 1));
    }

    @Override
    public void accept(DnsView view) {
        last = Math.max(last, view.timestamp());
        expire(last);
        if (view.transport() == DnsTransport.TCP) {
            acceptStream(view);
        } else if (view.error() != 0 && view.length() == 0) {
            failAll(view);
        } else if (view.captured() < Math.min(HEADER, view.length())) {
            add(unreadable, 1);
        } else {
            try {
                message(view, DnsMessage.parse(view.bytes(), view.bytesOffset(), view.captured(), view.length()));
            } catch (MalformedMessageException e) {
                add(malformed, 1);
            }
        }
        waiting.setOpaque(pending.size());
    }

    private void acceptStream(DnsView view) {
        if (view.length() == 0) {
            if (view.error() != 0) {
                failAll(view);
            } else {
                endAll(view);
            }
            streams.remove(view.cookie());
            return;
        }
        if (view.captured() == 0) {
            add(unreadable, 1);
        }
        Streams both = streams.get(view.cookie());
        if (both == null) {
            both = new Streams();
            streams.put(view.cookie(), both);
        }
        Half half = view.flow() == Flow.SENT ? both.sent : both.received;
        Consumer<DnsMessage> messages = message -> message(view, message);
        try {
            if (view.position() != half.position) {
                add(lostStreams, 1);
                half.stream.accept(view.bytes(), view.bytesOffset(), 0, view.position() - half.position, messages);
            }
            half.position = view.position() + view.length();
            half.stream.accept(view.bytes(), view.bytesOffset(), view.captured(), view.length(), messages);
        } catch (MalformedMessageException e) {
            add(malformed, 1);
        }
    }

    private void message(DnsView view, DnsMessage message) {
        boolean outgoing = view.flow() == Flow.SENT;
        if (message.kind() == DnsMessage.Kind.QUERY) {
            if (!message.questions().isEmpty()) {
                query(view, message, outgoing ? Direction.CLIENT : Direction.SERVER);
            }
        } else {
            response(view, message, outgoing ? Direction.SERVER : Direction.CLIENT);
        }
    }

    private void query(DnsView view, DnsMessage message, Direction direction) {
        Key key = key(view, direction, message);
        Waiting known = pending.get(key);
        if (known != null) {
            known.queries++;
            add(repeats, 1);
            // A server cannot tell whether it is asked again or by somebody else with the same number: each gets its
            // answer.
            if (direction == Direction.SERVER) {
                if (known.starts.size() == ALIKE) {
                    known.starts.remove();
                    add(evicted, 1);
                }
                add(questions, 1);
                known.starts.add(view.timestamp());
            }
            return;
        }
        Connection connection = connection(view, direction, null);
        known = new Waiting(connection, message.questions().getFirst(), retry(view, key));
        known.queries = 1;
        known.starts.add(view.timestamp());
        add(questions, 1);
        if (view.error() != 0) {
            add(failed, 1);
            finish(view.timestamp(), view.cpu(), key, known, DnsOutcome.FAILED, view.error(), null, connection);
            return;
        }
        Early answer = direction == Direction.CLIENT ? early.remove(key) : null;
        if (answer != null) {
            add(answered, 1);
            // the query left before its answer came, whatever the order of the records
            known.starts.clear();
            known.starts.add(answer.timestamp);
            Connection end = ends(answer.connection, connection);
            finish(answer.timestamp, answer.cpu, key, known, DnsOutcome.ANSWERED, 0, answer.message, end);
            return;
        }
        if (pending.size() == options.pending()) {
            Iterator<Waiting> oldest = pending.values().iterator();
            add(evicted, oldest.next().starts.size());
            oldest.remove();
        }
        pending.put(key, known);
    }

    private DnsRetry retry(DnsView view, Key key) {
        if (key.transport != DnsTransport.TCP || key.direction != Direction.CLIENT) {
            return DnsRetry.NONE;
        }
        Long when = truncated.remove(new Asked(view.pid(), view.processStarted(), key.name, key.type));
        return when != null && view.timestamp() - when <= options.timeout().toNanos()
                ? DnsRetry.AFTER_TRUNCATION
                : DnsRetry.NONE;
    }

    private void response(DnsView view, DnsMessage message, Direction direction) {
        if (view.error() != 0) {
            return; // a server that could not send its answer: it stays unanswered
        }
        Key key = message.questions().isEmpty()
                ? keyWithoutQuestion(view, direction, message)
                : key(view, direction, message);
        Waiting known = key == null ? null : pending.get(key);
        if (key == null) {
            add(unasked, 1);
            return;
        }
        if (known == null) {
            Early answer = new Early(view.timestamp(), view.cpu(), connection(view, direction, null), message);
            if (direction == Direction.CLIENT) {
                keep(key, answer);
            } else {
                reportUnasked(key, answer);
            }
            return;
        }
        add(answered, 1);
        Connection connection = connection(view, direction, known.connection);
        finish(view.timestamp(), view.cpu(), key, known, DnsOutcome.ANSWERED, 0, message, connection);
        if (known.starts.isEmpty()) {
            pending.remove(key);
        }
        if (direction == Direction.CLIENT && message.truncation() == Truncation.TRUNCATED) {
            if (truncated.size() == TRUNCATED) {
                Iterator<Long> oldest = truncated.values().iterator();
                oldest.next();
                oldest.remove();
            }
            truncated.put(new Asked(view.pid(), view.processStarted(), key.name, key.type), view.timestamp());
        }
    }

    private void keep(Key key, Early answer) {
        Early before = early.remove(key);
        if (before != null) {
            reportUnasked(key, before);
        } else if (early.size() == EARLY) {
            Iterator<Map.Entry<Key, Early>> oldest = early.entrySet().iterator();
            Map.Entry<Key, Early> gone = oldest.next();
            oldest.remove();
            reportUnasked(gone.getKey(), gone.getValue());
        }
        early.put(key, answer);
    }

    private void reportUnasked(Key key, Early answer) {
        add(unasked, 1);
        Waiting unseen =
                new Waiting(answer.connection, answer.message.questions().getFirst(), DnsRetry.NONE);
        unseen.starts.add(answer.timestamp);
        finish(answer.timestamp, answer.cpu, key, unseen, DnsOutcome.UNASKED, 0, answer.message, answer.connection);
    }

    private static Key key(DnsView view, Direction direction, DnsMessage message) {
        Question question = message.questions().getFirst();
        String name = question.name().toLowerCase(Locale.ROOT);
        return new Key(view.cookie(), direction, view.transport(), message.id(), name, question.type());
    }

    /** A server that did not understand need not repeat the question. */
    private @Nullable Key keyWithoutQuestion(DnsView view, Direction direction, DnsMessage message) {
        for (Key key : pending.keySet()) {
            if (key.cookie == view.cookie() && key.direction == direction && key.id == message.id()) {
                return key;
            }
        }
        return null;
    }

    /** Whose ends both are known: an unconnected socket tells the other one only of what it sends. */
    private static Connection connection(DnsView view, Direction direction, @Nullable Connection before) {
        Connection told = view.connection();
        Connection directed = new Connection(
                told.cookie(),
                direction,
                told.local(),
                told.remote(),
                told.process(),
                told.networkNamespace(),
                told.cgroup());
        return before == null ? directed : ends(directed, before);
    }

    private static Connection ends(Connection told, Connection before) {
        Endpoint remote = told.remote().port() == 0 ? before.remote() : told.remote();
        return new Connection(
                told.cookie(),
                told.direction(),
                told.local(),
                remote,
                told.process(),
                told.networkNamespace(),
                told.cgroup());
    }

    /** An error of a socket is one of all that was asked over it. */
    private void failAll(DnsView view) {
        endAll(view, DnsOutcome.FAILED, failed);
    }

    /** The peer ended its stream: there will be no answer. What a server was asked it may still answer. */
    private void endAll(DnsView view) {
        endAll(view, DnsOutcome.UNANSWERED, unanswered);
    }

    private void endAll(DnsView view, DnsOutcome outcome, AtomicLong counter) {
        Iterator<Map.Entry<Key, Waiting>> all = pending.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Waiting> entry = all.next();
            Key key = entry.getKey();
            if (key.cookie == view.cookie() && key.direction == Direction.CLIENT) {
                all.remove();
                add(counter, 1);
                Waiting known = entry.getValue();
                finish(view.timestamp(), view.cpu(), key, known, outcome, view.error(), null, known.connection);
            }
        }
    }

    /**
     * Gives up what was waited for in vain.
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public void expire(long now) {
        giveUp(now, now - options.timeout().toNanos());
        reportUnasked(now - EARLY_NANOS);
    }

    /** Gives up all that waits, as if its time were over with the last record's: no record follows. */
    public void finish() {
        giveUp(last, last);
        reportUnasked(last);
    }

    private void reportUnasked(long since) {
        Iterator<Map.Entry<Key, Early>> all = early.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Early> entry = all.next();
            if (entry.getValue().timestamp > since) {
                break;
            }
            all.remove();
            reportUnasked(entry.getKey(), entry.getValue());
        }
    }

    private void giveUp(long now, long since) {
        Iterator<Map.Entry<Key, Waiting>> all = pending.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Waiting> entry = all.next();
            Waiting known = entry.getValue();
            if (known.starts.getFirst() > since) {
                break;
            }
            do {
                add(unanswered, 1);
                finish(now, NO_CPU, entry.getKey(), known, DnsOutcome.UNANSWERED, 0, null, known.connection);
            } while (!known.starts.isEmpty() && known.starts.getFirst() <= since);
            if (known.starts.isEmpty()) {
                all.remove();
            }
        }
        waiting.setOpaque(pending.size());
    }

    private void finish(
            long now,
            int cpu,
            Key key,
            Waiting known,
            DnsOutcome outcome,
            int error,
            @Nullable DnsMessage answer,
            Connection connection) {
        Question question = known.question;
        consumer.accept(new DnsTransaction(
                now,
                cpu,
                connection,
                key.transport,
                key.id,
                question.name(),
                question.type(),
                outcome,
                answer == null ? -1 : answer.responseCode(),
                answer == null ? List.of() : canonicalNames(question.name(), answer.answers()),
                answer == null ? List.of() : addresses(answer.answers()),
                answer == null ? -1 : timeToLive(answer.answers()),
                answer == null ? Truncation.NONE : answer.truncation(),
                answer == null ? Completeness.WHOLE : answer.completeness(),
                known.starts.remove(),
                outcome == DnsOutcome.UNASKED ? 0 : known.queries,
                known.retry,
                error));
    }

    /** Follows the aliases; their order in the answer is the server's own. */
    private static List<String> canonicalNames(String asked, List<DnsMessage.Answer> answers) {
        List<String> chain = new ArrayList<>();
        String name = asked;
        for (int i = 0; i < answers.size(); i++) { // as many steps as there are records: a loop of aliases ends
            String next = aliasOf(name, answers);
            if (next == null || chain.contains(next)) {
                break;
            }
            chain.add(next);
            name = next;
        }
        return chain;
    }

    private static @Nullable String aliasOf(String name, List<DnsMessage.Answer> answers) {
        for (DnsMessage.Answer answer : answers) {
            if (answer instanceof DnsMessage.CanonicalName alias && alias.name().equalsIgnoreCase(name)) {
                return alias.target();
            }
        }
        return null;
    }

    private static List<InetAddress> addresses(List<DnsMessage.Answer> answers) {
        return answers.stream()
                .filter(DnsMessage.Address.class::isInstance)
                .map(answer -> ((DnsMessage.Address) answer).address())
                .toList();
    }

    private static long timeToLive(List<DnsMessage.Answer> answers) {
        return answers.stream().mapToLong(DnsMessage.Answer::timeToLive).min().orElse(-1);
    }

    /** {@return what became of the messages so far} */
    public DnsCounts counts() {
        return new DnsCounts(
                questions.getOpaque(),
                repeats.getOpaque(),
                answered.getOpaque(),
                unanswered.getOpaque(),
                failed.getOpaque(),
                evicted.getOpaque(),
                unasked.getOpaque(),
                malformed.getOpaque(),
                unreadable.getOpaque(),
                lostStreams.getOpaque(),
                (int) waiting.getOpaque());
    }

    private static void add(AtomicLong counter, long count) {
        counter.setOpaque(counter.getPlain() + count); // one writer: no locked instruction
    }
}
