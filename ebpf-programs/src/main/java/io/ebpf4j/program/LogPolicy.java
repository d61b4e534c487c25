package io.ebpf4j.program;

/**
 * When the verifier's log is asked for, and how much of it may be kept.
 *
 * <p>A log costs a second verification and, for a program that is too large, more than 100 MB of memory: so it is asked
 * for only after a failure unless told otherwise.
 *
 * @param moment when a log is asked for
 * @param detail what it says
 * @param limit the most bytes of log to hold; a log that is longer keeps its end, which the kernel has done by itself
 *     since 6.4, and {@link VerifierLog} says so in its first line. 64 to 1,073,741,823, the kernel's own limit
 */
public record LogPolicy(Moment moment, Detail detail, long limit) {
    /** The kernel's limit of a log buffer: UINT_MAX &gt;&gt; 2 (kernel/bpf/log.c). */
    public static final long MAX_LIMIT = (1L << 30) - 1;

    /** A log of the failing path after a failure, whole. */
    public static final LogPolicy AFTER_FAILURE = new LogPolicy(Moment.AFTER_FAILURE, Detail.PATH, MAX_LIMIT);

    /** When a log is asked for. */
    public enum Moment {
        /** Only when a load failed, by loading once more. */
        AFTER_FAILURE,
        /** At every load; {@link BpfProgram#verifierLog()} has it. */
        ALWAYS
    }

    /** What a log says. */
    public enum Detail {
        /** Only the counts of the verifier's work (log level 4), since Linux 5.2. */
        STATISTICS(4),
        /** The instructions of the failing path, and the counts (level 1 and 4). */
        PATH(1 | 4),
        /** Every instruction with the state of every register (level 2 and 4). */
        STATES(2 | 4);

        private final int level;

        Detail(int level) {
            this.level = level;
        }

        /** {@return the kernel's {@code log_level}} */
        public int level() {
            return level;
        }
    }

    /**
     * A policy.
     *
     * @throws IllegalArgumentException for a limit that the kernel would refuse
     */
    public LogPolicy {
        if (limit < 64 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("log limit " + limit + " is not between 64 and " + MAX_LIMIT);
        }
    }

    /**
     * {@return this policy with another moment}
     *
     * @param moment when a log is asked for
     */
    public LogPolicy withMoment(Moment moment) {
        return new LogPolicy(moment, detail, limit);
    }

    /**
     * {@return this policy with another detail}
     *
     * @param detail what the log says
     */
    public LogPolicy withDetail(Detail detail) {
        return new LogPolicy(moment, detail, limit);
    }

    /**
     * {@return this policy with another limit}
     *
     * @param limit the most bytes of log to hold
     */
    public LogPolicy withLimit(long limit) {
        return new LogPolicy(moment, detail, limit);
    }
}
