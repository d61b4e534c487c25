package io.ebpf4j.observability.identity;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A number for every identity, so that aggregates are kept by numbers. Reserved identities have the numbers that they
 * always have; others are numbered from {@link #FIRST} on as they come, and keep their number. Bounded: what comes when the
 * table is full is {@link ReservedIdentity#OTHER}, and counted. Any thread may use it; finding a number again allocates
 * nothing.
 */
public final class IdentityTable {
    /** The first number that is not reserved, as in Cilium. */
    public static final int FIRST = 256;

    private final int most;
    private final Map<Identity, Integer> numbers = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<Identity> identities;
    private final AtomicLong folded = new AtomicLong();
    private int next = FIRST; // guarded by this

    /**
     * A table of the reserved identities.
     *
     * @param most how many others there is room for
     * @throws IllegalArgumentException for a negative number
     */
    public IdentityTable(int most) {
        if (most < 0 || most > Integer.MAX_VALUE - FIRST) {
            throw new IllegalArgumentException("a table of " + most + " identities");
        }
        this.most = most;
        identities = new AtomicReferenceArray<>(FIRST + most);
        for (ReservedIdentity reserved : ReservedIdentity.values()) {
            numbers.put(reserved, reserved.number());
            identities.set(reserved.number(), reserved);
        }
    }

    /**
     * {@return the identity's number, a new one where it has none yet, or that of {@link ReservedIdentity#OTHER} where there is
     * no room}
     *
     * @param identity the identity
     */
    public int number(Identity identity) {
        Integer known = numbers.get(identity);
        return known != null ? known : add(identity);
    }

    private synchronized int add(Identity identity) {
        Integer known = numbers.get(identity);
        if (known != null) {
            return known;
        }
        if (next == FIRST + most) {
            folded.incrementAndGet();
            return ReservedIdentity.OTHER.number();
        }
        int number = next++;
        identities.set(number, identity);
        numbers.put(identity, number);
        return number;
    }

    /**
     * {@return the identity of a number; {@link ReservedIdentity#UNKNOWN} for a number that nothing has}
     *
     * @param number the number
     */
    public Identity identity(int number) {
        Identity identity = number < 0 || number >= identities.length() ? null : identities.get(number);
        return identity == null ? ReservedIdentity.UNKNOWN : identity;
    }

    /** {@return how many identities have a number, the reserved ones among them} */
    public int size() {
        return numbers.size();
    }

    /** {@return how often an identity found no room} */
    public long folded() {
        return folded.get();
    }
}
