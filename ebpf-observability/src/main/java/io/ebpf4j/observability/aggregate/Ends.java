package io.ebpf4j.observability.aggregate;

import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.IdentityTable;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for who is at the ends of a flow, and the first three words of a series' key made of them. Pods are left out
 * unless they are kept, so that the numbers do not run out as pods come and go. Of ends outside that only a name tells apart
 * the first ones that come have a number of their own, up to half as many as there may be; the rest of the places is for
 * those that come more often than others, and who gets none is the world.
 *
 * <p>One thread asks for numbers; any may make keys of them.
 */
final class Ends {
    /** The reporter's bits in the third word. */
    static final int REPORTER_BITS = 2;

    private static final Direction[] DIRECTIONS = Direction.values();
    private static final int OFTEN = 16;
    private static final int COUNTERS_EACH = 4;

    private final AggregateOptions options;
    private final IdentityTable identities;
    private final NameTable addresses;
    private final Map<Identity, Integer> named = new HashMap<>();
    private final HeavyHitters<Identity> externals;
    private final DistinctSketch foldedExternals = new DistinctSketch();
    private final AtomicLong foldedUpdates = new AtomicLong();
    private final AtomicInteger namedCount = new AtomicInteger();
    // by the number that the resolver gave: the identity and our number for it
    private @Nullable Identity[] seen = new @Nullable Identity[IdentityTable.FIRST];
    private int[] numbers = new int[IdentityTable.FIRST];

    Ends(AggregateOptions options) {
        this.options = options;
        identities = new IdentityTable(options.identities());
        addresses = new NameTable(options.addresses() == AggregateOptions.Part.KEPT ? options.identities() : 0);
        externals = new HeavyHitters<>(COUNTERS_EACH * options.externals());
    }

    /** Our number of who was found. */
    int number(Resolution resolution) {
        int theirs = resolution.number();
        Identity identity = resolution.identity();
        if (theirs >= IdentityTable.FIRST && theirs < seen.length && identity.equals(seen[theirs])) {
            return numbers[theirs];
        }
        return switch (identity) {
            case ReservedIdentity reserved -> reserved.number();
            case NameIdentity name -> external(name);
            case WorkloadIdentity workload ->
                known(
                        theirs,
                        workload,
                        options.pods() == AggregateOptions.Part.KEPT ? workload : workload.withoutPod());
            default -> known(theirs, identity, identity);
        };
    }

    private int known(int theirs, Identity identity, Identity kept) {
        int number = identities.number(kept);
        if (theirs >= IdentityTable.FIRST && theirs < IdentityTable.FIRST + options.identities()) {
            if (theirs >= seen.length) {
                int length = Math.min(2 * (theirs + 1), IdentityTable.FIRST + options.identities());
                seen = Arrays.copyOf(seen, length);
                numbers = Arrays.copyOf(numbers, length);
            }
            seen[theirs] = identity;
            numbers[theirs] = number;
        }
        return number;
    }

    private int external(Identity identity) {
        Integer known = named.get(identity);
        if (known != null) {
            externals.offer(identity);
            return known;
        }
        long certain = externals.offer(identity);
        int most = options.externals();
        // the second half of the places is for who takes more than its share
        boolean heavy = certain >= OFTEN && certain * COUNTERS_EACH * most >= externals.total();
        if (named.size() < Math.ceilDiv(most, 2) || (named.size() < most && heavy)) {
            int number = identities.number(identity);
            named.put(identity, number);
            namedCount.setRelease(named.size());
            return number;
        }
        foldedExternals.add(DistinctSketch.mix(identity.hashCode()));
        foldedUpdates.setOpaque(foldedUpdates.getPlain() + 1);
        return ReservedIdentity.WORLD.number();
    }

    /** The first word of a key. */
    static long pair(int source, int destination) {
        return (long) source << 32 | destination;
    }

    /** The second word of a key. */
    long addresses(@Nullable Endpoint source, @Nullable Endpoint destination) {
        return options.addresses() == AggregateOptions.Part.KEPT
                ? (long) address(source) << 32 | address(destination)
                : 0;
    }

    private int address(@Nullable Endpoint endpoint) {
        return endpoint == null || endpoint.isUnspecified() ? NameTable.NONE : addresses.number(endpoint.host());
    }

    /** The first word of the key of an overflow series. */
    static long otherPair() {
        return pair(ReservedIdentity.OTHER.number(), ReservedIdentity.OTHER.number());
    }

    /** Source and destination exchanged, of the first and of the second word. */
    static long exchanged(long word) {
        return Long.rotateLeft(word, 32);
    }

    /** The flow in a key. */
    FlowKey key(long pair, long addressed, long rest) {
        return new FlowKey(
                identities.identity((int) (pair >>> 32)),
                identities.identity((int) pair),
                addresses.text((int) (addressed >>> 32)),
                addresses.text((int) addressed),
                DIRECTIONS[(int) rest & ((1 << REPORTER_BITS) - 1)]);
    }

    /** {@return how many ends outside have a place} */
    Snapshot.FamilyStatus externalStatus() {
        return new Snapshot.FamilyStatus(
                "external",
                namedCount.getAcquire(),
                options.externals(),
                foldedExternals.estimate(),
                foldedUpdates.getOpaque());
    }

    /** {@return how many identities there are} */
    Snapshot.FamilyStatus identityStatus() {
        return new Snapshot.FamilyStatus(
                "identity",
                identities.size() - ReservedIdentity.values().length,
                options.identities(),
                0,
                identities.folded());
    }
}
