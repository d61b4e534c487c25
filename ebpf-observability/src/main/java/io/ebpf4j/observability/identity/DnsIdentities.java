package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.protocol.DnsMessage;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Names the far end by the DNS answers that were seen on the wire. The name that was asked for is the identity; the aliases that
 * lead from it to the address are in the finding's detail.
 *
 * <p>Of an address's names those count that the process itself asked for; where it asked for none, those asked for in its network
 * namespace (its resolver may be another process); where there are none either, all. Among these, those known when the end was
 * first seen; where there are none, the later ones. Several names are all listed, the newest answer first. An answer is vouched
 * for as long as its time to live says, and listed for an hour longer: programs keep addresses.
 *
 * <p>Bounded: 16,384 addresses, of which the one longest unused goes first, with 32 names each; {@link #dropped()} counts names that
 * found no room. Any thread may use it.
 */
public final class DnsIdentities implements IdentitySource {
    private static final int MOST_ADDRESSES = 1 << 14;
    private static final int MOST_NAMES = 32;
    private static final int MOST_ASKERS = 32;
    private static final long LISTED_LONGER_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Revisions revisions = new Revisions();
    private final BoundedMap<Address, BoundedMap<NameIdentity, Name>> names =
            new BoundedMap<>(MOST_ADDRESSES); // guarded by this
    private long dropped; // guarded by this

    /** Who asked where; of a server's own account, nobody known. */
    private record Asker(long networkNamespace, ProcessKey process) {}

    /**
     * When it was answered first and last, and what that tells.
     */
    private record Answer(long first, Finding last) {}

    private static final class Name {
        private final Map<Asker, Answer> askers = new BoundedMap<>(MOST_ASKERS);
    }

    /** Knows nothing yet. */
    public DnsIdentities() {}

    @Override
    public void learn(ConnectivityEvent event) {
        if (!(event instanceof DnsTransaction transaction)
                || transaction.addresses().isEmpty()
                || transaction.responseCode() != 0
                || transaction.name().isEmpty()
                || transaction.name().equals(".")) {
            return;
        }
        NameIdentity name = new NameIdentity(transaction.name());
        Asker asker = transaction.connection().direction() == Direction.SERVER
                ? new Asker(0, new ProcessKey(0, 0))
                : new Asker(
                        transaction.connection().networkNamespace(),
                        transaction.connection().process().key());
        Finding finding = finding(name, transaction);
        for (InetAddress inet : transaction.addresses()) {
            Address address = Address.of(inet);
            if (!address.isUnspecified()) { // which is how filters say "nowhere"
                add(address, name, asker, finding);
            }
        }
    }

    private static Finding finding(NameIdentity name, DnsTransaction transaction) {
        StringBuilder detail = new StringBuilder(DnsMessage.typeName(transaction.type()))
                .append(" answer for ")
                .append(name.name());
        if (transaction.connection().direction() != Direction.SERVER) {
            detail.append(" to ").append(transaction.connection().process());
        }
        if (!transaction.canonicalNames().isEmpty()) {
            detail.append(", alias of ").append(String.join(", ", transaction.canonicalNames()));
        }
        return new Finding(
                name,
                Provenance.DNS,
                transaction.timestamp(),
                transaction.timestamp() + Math.max(transaction.timeToLive(), 0) * NANOS_PER_SECOND,
                detail.toString());
    }

    private synchronized void add(Address address, NameIdentity name, Asker asker, Finding finding) {
        BoundedMap<NameIdentity, Name> ofAddress = names.computeIfAbsent(address, any -> new BoundedMap<>(MOST_NAMES));
        long before = ofAddress.evicted();
        Name known = ofAddress.get(name);
        if (known == null) {
            known = new Name();
            ofAddress.put(name, known);
        }
        dropped += ofAddress.evicted() - before;
        Answer answered = known.askers.get(asker);
        known.askers.put(asker, new Answer(answered == null ? finding.learned() : answered.first, finding));
        if (answered == null) {
            revisions.changed(address.hashCode());
        }
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        if (subject.side() == Subject.Side.FAR) {
            find(subject).forEach(findings);
        }
    }

    private synchronized List<Finding> find(Subject subject) {
        BoundedMap<NameIdentity, Name> ofAddress = names.get(Address.of(subject.endpoint()));
        if (ofAddress == null) {
            return List.of();
        }
        ProcessKey process = subject.asker().key();
        List<Finding> found = List.of();
        if (subject.asker().isKnown()) {
            found = find(ofAddress, subject.timestamp(), asker -> asker.process.equals(process));
        }
        if (found.isEmpty() && subject.networkNamespace() != 0) {
            found = find(ofAddress, subject.timestamp(), asker -> asker.networkNamespace == subject.networkNamespace());
        }
        return found.isEmpty() ? find(ofAddress, subject.timestamp(), asker -> true) : found;
    }

    private static List<Finding> find(Map<NameIdentity, Name> names, long timestamp, Predicate<Asker> asked) {
        List<Finding> known = new ArrayList<>();
        List<Finding> later = new ArrayList<>();
        names.forEach((identity, name) -> {
            Answer earliest = null;
            Answer newest = null;
            for (Map.Entry<Asker, Answer> entry : name.askers.entrySet()) {
                Answer answer = entry.getValue();
                if (asked.test(entry.getKey()) && timestamp - answer.last.expires() <= LISTED_LONGER_NANOS) {
                    earliest = earliest == null || answer.first - earliest.first < 0 ? answer : earliest;
                    newest = newest == null || answer.last.learned() - newest.last.learned() > 0 ? answer : newest;
                }
            }
            if (earliest != null && newest != null) {
                (earliest.first - timestamp <= 0 ? known : later).add(newest.last);
            }
        });
        List<Finding> found = known.isEmpty() ? later : known;
        found.sort(Comparator.comparingLong(Finding::learned).reversed());
        return found;
    }

    @Override
    public long revision(Subject subject) {
        return revisions.of(Address.hash(subject.endpoint()));
    }

    /** {@return how many names found no room at their address, or made another one go} */
    public synchronized long dropped() {
        return dropped;
    }

    /** {@return how many addresses have names} */
    public synchronized int addresses() {
        return names.size();
    }
}
