package io.ebpf4j.samples.demo;

/**
 * Something that has to be so, with where its expectation comes from.
 *
 * @param what what has to be so
 * @param expected what others say: a server's log, the kernel's counters, the story
 * @param seen what was observed
 */
public record Claim(String what, String expected, String seen) {
    static Claim of(String what, long expected, long seen) {
        return new Claim(what, Long.toString(expected), Long.toString(seen));
    }

    /** {@return whether it is so} */
    public boolean holds() {
        return expected.equals(seen);
    }

    @Override
    public String toString() {
        return holds() ? what + ": " + seen : what + ": expected " + expected + ", seen " + seen;
    }
}
