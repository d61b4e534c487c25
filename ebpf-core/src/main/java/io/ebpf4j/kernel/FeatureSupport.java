package io.ebpf4j.kernel;

import java.util.Optional;

/** Whether the running kernel has a feature, and why not. */
public sealed interface FeatureSupport {
    /** {@return the feature, such as {@code map type ringbuf}} */
    String feature();

    /** {@return whether the running kernel has it and lets this process use it} */
    default boolean isSupported() {
        return this instanceof Supported;
    }

    /**
     * Demands the feature.
     *
     * @throws NotSupportedException if the kernel does not have it
     * @throws DeniedException if the kernel denies it to this process
     */
    void require();

    /** Why a feature cannot be used. */
    enum Cause {
        /** The kernel is older than the feature. */
        TOO_OLD,
        /** The kernel was built without it. */
        CONFIGURED_OUT,
        /** Kernel lockdown denies it. */
        LOCKDOWN,
        /** This process lacks a capability. */
        CAPABILITY,
        /** A sysctl denies it to the unprivileged. */
        SYSCTL,
        /** The kernel denies it for a reason that is none of these: a security module, a sandbox. */
        POLICY,
        /** The kernel has it, but not for this type of program. */
        PROGRAM_TYPE,
        /** The kernel ought to have it, and refuses. */
        UNKNOWN
    }

    /**
     * The feature is there.
     *
     * @param feature the feature
     */
    record Supported(String feature) implements FeatureSupport {
        @Override
        public void require() {
            // it is there
        }
    }

    /**
     * The feature is not there, or not for this process.
     *
     * @param feature the feature
     * @param since the first kernel that has it, empty where no released kernel is known to
     * @param cause why not
     * @param detail the cause in words
     */
    record Unsupported(String feature, Optional<KernelVersion> since, Cause cause, String detail)
            implements FeatureSupport {
        @Override
        public void require() {
            throw switch (cause) {
                case LOCKDOWN, CAPABILITY, SYSCTL, POLICY -> new DeniedException(feature, detail, "");
                case TOO_OLD, CONFIGURED_OUT, PROGRAM_TYPE, UNKNOWN ->
                    since.map(version -> new NotSupportedException(feature, version, detail))
                            .orElseGet(() -> new NotSupportedException(feature, detail));
            };
        }
    }
}
