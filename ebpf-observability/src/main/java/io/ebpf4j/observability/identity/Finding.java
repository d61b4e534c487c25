package io.ebpf4j.observability.identity;

import java.util.Objects;

/**
 * What one source knows of an end.
 *
 * @param identity who it is
 * @param provenance how that was learned
 * @param learned when it was learned, or last confirmed, CLOCK_MONOTONIC nanoseconds
 * @param expires until when the source vouches for it (a DNS answer's TTL, a pod's end with its grace time), CLOCK_MONOTONIC
 *     nanoseconds; {@link Long#MAX_VALUE} where it does until it says otherwise
 * @param detail what exactly was seen, for a person: {@code "A answer for api.example.com to curl(123)"}
 */
public record Finding(Identity identity, Provenance provenance, long learned, long expires, String detail) {
    /** Checks that nothing is null. */
    public Finding {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(provenance, "provenance");
        Objects.requireNonNull(detail, "detail");
    }

    /**
     * {@return whether its source no longer vouches for it}
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    public boolean isStale(long now) {
        return expires != Long.MAX_VALUE && now - expires > 0;
    }
}
