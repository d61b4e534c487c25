package io.ebpf4j.observability.identity;

import java.util.Objects;

/**
 * A range of addresses that a rule names.
 *
 * @param group the name that the rule gives it; empty where the range is all that is said
 * @param cidr the range as written, as {@code 10.1.0.0/16}
 */
public record CidrIdentity(String group, String cidr) implements Identity {
    /** Checks that a range is given. */
    public CidrIdentity {
        Objects.requireNonNull(group, "group");
        if (cidr.isEmpty()) {
            throw new IllegalArgumentException("a range without addresses");
        }
    }

    @Override
    public String displayName() {
        return group.isEmpty() ? cidr : group;
    }
}
