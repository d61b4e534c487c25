package io.ebpf4j.observability.identity;

import java.util.List;
import java.util.Objects;

/**
 * Who an end was when an event told of it.
 *
 * @param number the identity's number in the table of whoever resolved it
 * @param identity who it is: the first finding's, or {@link ReservedIdentity#UNKNOWN}
 * @param findings all that was known, in the order of precedence, the newest first within one; several names for one address
 *     are several findings
 */
public record Resolution(int number, Identity identity, List<Finding> findings) {
    /** Nothing was known. */
    public static final Resolution UNKNOWN =
            new Resolution(ReservedIdentity.UNKNOWN.number(), ReservedIdentity.UNKNOWN, List.of());

    /** Copies the findings. */
    public Resolution {
        Objects.requireNonNull(identity, "identity");
        findings = List.copyOf(findings);
    }

    /** {@return whether sources of the same rank disagree: one address, several names} */
    public boolean isAmbiguous() {
        return findings.size() > 1
                && findings.get(1).provenance() == findings.get(0).provenance()
                && !findings.get(1).identity().equals(identity);
    }
}
