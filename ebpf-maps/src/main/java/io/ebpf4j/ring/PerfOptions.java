package io.ebpf4j.ring;

/**
 * How a perf buffer is set up.
 *
 * @param pages pages of each CPU's buffer, a power of two
 * @param wakeup when a program's sample ends the wait of a poller
 * @param mode what becomes of samples for which there is no room
 */
public record PerfOptions(int pages, Wakeup wakeup, Mode mode) {
    /** When a poller is woken. */
    public sealed interface Wakeup {
        /**
         * After a number of samples.
         *
         * @param samples how many, at least 1
         */
        record Samples(int samples) implements Wakeup {
            /** Checks the number. */
            public Samples {
                requirePositive(samples, "samples");
            }
        }

        /**
         * Once a number of bytes waits in a CPU's buffer; fewer are delivered when a poll's time is up.
         *
         * @param bytes how many, at least 1 and less than the buffer holds
         */
        record Watermark(int bytes) implements Wakeup {
            /** Checks the number. */
            public Watermark {
                requirePositive(bytes, "bytes");
            }
        }

        private static void requirePositive(int number, String what) {
            if (number < 1) {
                throw new IllegalArgumentException(number + " " + what + " cannot wake");
            }
        }
    }

    /** What becomes of samples for which there is no room. */
    public enum Mode {
        /** They are lost and counted: the older ones stay. A drain gives the oldest first. */
        KEEP_OLDEST,

        /**
         * They overwrite the oldest, as a flight recorder does, since Linux 4.7. A drain stops the writing for its time
         * and gives the newest first, each once; programs get ENOENT meanwhile. What was overwritten is not counted.
         */
        KEEP_NEWEST
    }

    /** Eight pages a CPU, every sample wakes, and the oldest are kept. */
    public static final PerfOptions DEFAULT = new PerfOptions(8, new Wakeup.Samples(1), Mode.KEEP_OLDEST);

    /** Checks the number of pages. */
    public PerfOptions {
        if (pages < 1 || Integer.bitCount(pages) != 1) {
            throw new IllegalArgumentException(pages + " pages are no power of two");
        }
    }

    /**
     * {@return a copy with another size}
     *
     * @param pages pages of each CPU's buffer, a power of two
     */
    public PerfOptions withPages(int pages) {
        return new PerfOptions(pages, wakeup, mode);
    }

    /**
     * {@return a copy that wakes at another time}
     *
     * @param wakeup when a program's sample ends the wait of a poller
     */
    public PerfOptions withWakeup(Wakeup wakeup) {
        return new PerfOptions(pages, wakeup, mode);
    }

    /**
     * {@return a copy with another mode}
     *
     * @param mode what becomes of samples for which there is no room
     */
    public PerfOptions withMode(Mode mode) {
        return new PerfOptions(pages, wakeup, mode);
    }
}
