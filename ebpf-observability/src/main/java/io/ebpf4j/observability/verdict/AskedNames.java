package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.protocol.DnsMessage;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who asked for which names of late, and what came of it. A resolver's one call is several questions: two types, the
 * suffixes of a search list, the servers of a list. They are told to belong together by asker, time, and one name being the
 * other's beginning.
 */
final class AskedNames {
    private static final int RECENT = 64;
    private static final int A = 1; // RFC 1035, 3.2.2
    private static final int AAAA = 28; // RFC 3596
    private static final long TOGETHER = 2_000_000_000L;
    private static final long LONG_AGO = 1L << 62;
    private static final long TYPES_TOGETHER = 1_000_000_000L;
    private static final long CLOCKS = 1_000_000; // an answer is told when its call returns, a SYN when it is made

    private final long age;
    private final Map<Asker, Deque<DnsTransaction>> askers;
    private final Map<Address, DnsTransaction> addresses;
    private final Map<String, Long> resolved;

    /** Who asked: the process, or where it is not known whoever is in the network namespace. */
    private record Asker(ProcessKey process, long networkNamespace) {}

    private record Address(long networkNamespace, long high, long low) {}

    /** An answer, and how long all that belongs to it was waited for; -1 where the connection did not wait for it. */
    record Answer(DnsTransaction transaction, long began, long nanos) {}

    AskedNames(JourneyOptions options) {
        age = options.resolutionAge().toNanos();
        askers = new BoundedMap<>(options.askers());
        addresses = new BoundedMap<>(options.addresses());
        resolved = new BoundedMap<>(options.addresses());
    }

    static boolean isForAddress(DnsTransaction question) {
        return question.type() == A || question.type() == AAAA;
    }

    static boolean isResolved(DnsTransaction question) {
        return question.outcome() == DnsOutcome.ANSWERED
                && question.responseCode() == 0
                && !question.addresses().isEmpty();
    }

    static boolean isFailed(DnsTransaction question) {
        return question.outcome() != DnsOutcome.UNASKED
                && !isResolved(question)
                && question.truncation() != DnsMessage.Truncation.TRUNCATED;
    }

    void add(DnsTransaction question) {
        Deque<DnsTransaction> recent = askers.computeIfAbsent(asker(question), asker -> new ArrayDeque<>());
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        recent.addLast(question);
        if (isResolved(question)) {
            for (InetAddress address : question.addresses()) {
                addresses.put(address(question.connection().networkNamespace(), address.getAddress()), question);
            }
            resolved.put(normal(question.name()), question.timestamp());
        }
    }

    /** The answer that a connection went by; null where none is known. */
    @Nullable
    Answer before(ProcessRef process, long networkNamespace, Endpoint remote, long connect) {
        Deque<DnsTransaction> recent = askers.get(new Asker(process.key(), networkNamespace));
        if (recent != null) {
            for (Iterator<DnsTransaction> i = recent.descendingIterator(); i.hasNext(); ) {
                DnsTransaction question = i.next();
                if (isResolved(question) && isBefore(question, connect) && holds(question, remote)) {
                    return answer(question, recent, connect);
                }
            }
        }
        DnsTransaction other = addresses.get(new Address(networkNamespace, remote.high(), remote.low()));
        return other != null && isBefore(other, connect) ? new Answer(other, other.started(), -1) : null;
    }

    private boolean isBefore(DnsTransaction question, long connect) {
        long since = connect - question.timestamp();
        return since >= -CLOCKS && since <= age;
    }

    private static boolean holds(DnsTransaction question, Endpoint remote) {
        for (InetAddress address : question.addresses()) {
            Address held = address(0, address.getAddress());
            if (held.high() == remote.high() && held.low() == remote.low()) {
                return true;
            }
        }
        return false;
    }

    private static Answer answer(DnsTransaction found, Deque<DnsTransaction> recent, long connect) {
        long began = found.started();
        long ended = found.timestamp();
        long earlierCall = earlierCall(found, recent);
        for (Iterator<DnsTransaction> i = recent.descendingIterator(); i.hasNext(); ) {
            DnsTransaction other = i.next();
            if (isForAddress(other)
                    && isRelated(other, found)
                    && other.started() - earlierCall > 0
                    && other.timestamp() - connect <= CLOCKS
                    && began - other.timestamp() <= TOGETHER) {
                began = Math.min(began, other.started());
                ended = Math.max(ended, other.timestamp());
            }
        }
        return new Answer(found, began, connect - ended <= TOGETHER ? ended - began : -1);
    }

    /** When the call before was answered: a program that asks again every second waits no longer for that. */
    private static long earlierCall(DnsTransaction found, Deque<DnsTransaction> recent) {
        for (Iterator<DnsTransaction> i = recent.descendingIterator(); i.hasNext(); ) {
            DnsTransaction other = i.next();
            if (isResolved(other)
                    && other.type() == found.type()
                    && isRelated(other, found)
                    && found.started() - other.timestamp() >= 0) {
                return other.timestamp();
            }
        }
        return found.started() - LONG_AGO;
    }

    /** Whether a failed question stands for its call: nothing that belongs to it was answered, and none stands for it better. */
    boolean stands(DnsTransaction failed) {
        Deque<DnsTransaction> recent = askers.get(asker(failed));
        if (recent == null) {
            return true;
        }
        for (DnsTransaction other : recent) {
            if (other.equals(failed) || !isForAddress(other) || !isRelated(other, failed)) {
                continue;
            }
            if (isResolved(other) ? other.timestamp() - failed.started() >= -TOGETHER : isBetter(other, failed)) {
                return false;
            }
        }
        return true;
    }

    /** The last suffix that was tried is the name as it was meant; of two types one is enough. */
    private static boolean isBetter(DnsTransaction other, DnsTransaction failed) {
        if (!isFailed(other)) {
            return false;
        }
        int shorter = Integer.compare(
                normal(other.name()).length(), normal(failed.name()).length());
        if (shorter != 0) {
            return shorter < 0
                    && other.started() - failed.started() >= 0
                    && other.started() - failed.timestamp() <= TOGETHER;
        }
        return other.type() < failed.type() && Math.abs(other.started() - failed.started()) <= TYPES_TOGETHER;
    }

    /** When a name had an address the last time; -1 where it never had. */
    long resolvedBefore(String name) {
        return resolved.getOrDefault(normal(name), -1L);
    }

    private static boolean isRelated(DnsTransaction one, DnsTransaction other) {
        String first = normal(one.name());
        String second = normal(other.name());
        return first.equals(second) || first.startsWith(second + ".") || second.startsWith(first + ".");
    }

    static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static Asker asker(DnsTransaction question) {
        return new Asker(
                question.connection().process().key(), question.connection().networkNamespace());
    }

    private static Address address(long networkNamespace, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return bytes.length == Integer.BYTES
                ? new Address(networkNamespace, 0, 0xffff_0000_0000L | (buffer.getInt() & 0xffff_ffffL))
                : new Address(networkNamespace, buffer.getLong(), buffer.getLong());
    }
}
