package io.ebpf4j.object;

import java.util.Locale;

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
        MAP,
        /** The object's types, which the kernel shows and some maps need. */
        TYPES;

        /** {@return it in a sentence} */
        String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@return it in one line} */
    @Override
    public String toString() {
        return kind.title() + " " + name + ": " + reason;
    }
}
