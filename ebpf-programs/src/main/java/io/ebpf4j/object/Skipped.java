package io.ebpf4j.object;

/**
 * Something of an object that is not loaded, and why.
 *
 * @param kind what it is
 * @param name its name in the object
 * @param reason why, in words
 */
public record Skipped(Kind kind, String name, String reason) {
    /** What can be skipped. */
    public enum Kind {
        /** A program. */
        PROGRAM,
        /** A map. */
        MAP
    }

    /** {@return it in one line} */
    @Override
    public String toString() {
        return (kind == Kind.PROGRAM ? "program " : "map ") + name + ": " + reason;
    }
}
