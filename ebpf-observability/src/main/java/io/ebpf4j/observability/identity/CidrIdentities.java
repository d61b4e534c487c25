package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.AddressRange;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Names for ranges of addresses. The narrowest range that holds an address names it; where the same range is given twice, the
 * later name stands. Thousands of ranges cost no more than a few. Never changes, so any thread may use it.
 */
public final class CidrIdentities implements IdentitySource {
    private final RangeTable<Finding> ranges;

    /**
     * The ranges that identities of them tell.
     *
     * @param ranges the ranges with their names
     * @throws IllegalArgumentException for a range that is none; the message holds it
     */
    public CidrIdentities(Collection<CidrIdentity> ranges) {
        long now = System.nanoTime();
        Map<AddressRange, Finding> findings = new HashMap<>();
        for (CidrIdentity range : ranges) {
            findings.put(
                    AddressRange.parse(range.cidr()),
                    new Finding(range, Provenance.CIDR_RULE, now, Long.MAX_VALUE, "in " + range.cidr()));
        }
        this.ranges = new RangeTable<>(findings);
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        Finding found =
                ranges.find(subject.endpoint().high(), subject.endpoint().low());
        if (found != null) {
            findings.accept(found);
        }
    }
}
