package io.ebpf4j.kernel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The running kernel does not have a feature. */
public final class NotSupportedException extends BpfException {
    private static final long serialVersionUID = 1L;

    /** The feature. */
    private final String feature;

    /** The first kernel that has it. */
    @SuppressWarnings("serial") // a record of three ints; exceptions are not sent anywhere
    private final @Nullable KernelVersion since;

    /**
     * Makes the exception for a feature of a known release.
     *
     * @param feature the feature
     * @param since the first kernel that has it
     * @param cause why this kernel does not: too old, configured out
     */
    public NotSupportedException(String feature, KernelVersion since, String cause) {
        super(feature + " is not supported: " + cause + " (it came with Linux " + since + ")");
        this.feature = feature;
        this.since = since;
    }

    /**
     * Makes the exception for something no release can be named for.
     *
     * @param feature the feature
     * @param cause why it is not supported
     */
    public NotSupportedException(String feature, String cause) {
        super(feature + " is not supported: " + cause);
        this.feature = feature;
        this.since = null;
    }

    /** {@return the feature} */
    public String feature() {
        return feature;
    }

    /** {@return the first kernel that has it, where one is known} */
    public Optional<KernelVersion> since() {
        return Optional.ofNullable(since);
    }
}
