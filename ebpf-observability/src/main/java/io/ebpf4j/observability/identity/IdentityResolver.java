package io.ebpf4j.observability.identity;

/** Names the ends of events. */
@FunctionalInterface
public interface IdentityResolver {
    /** Knows nobody. */
    IdentityResolver NONE = subject -> Resolution.UNKNOWN;

    /**
     * {@return who an end is, as far as was known at the time of the call}
     *
     * @param subject the end
     */
    Resolution resolve(Subject subject);
}
