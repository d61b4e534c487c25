package io.ebpf4j.observability.json;

import java.util.List;

/** One JSON object on one line (RFC 8259), members in the order they are put. */
public final class JsonLine {
    private final StringBuilder text = new StringBuilder("{");

    /** An object without members. */
    public JsonLine() {}

    /**
     * Puts a string.
     *
     * @param name the member's name
     * @param value the string; a lone surrogate is escaped, so that the line has a UTF-8 form
     * @return this
     */
    public JsonLine put(String name, String value) {
        return raw(name, quote(value));
    }

    /**
     * Puts a whole number.
     *
     * @param name the member's name
     * @param value the number
     * @return this
     */
    public JsonLine put(String name, long value) {
        return raw(name, Long.toString(value));
    }

    /**
     * Puts a number.
     *
     * @param name the member's name
     * @param value the number
     * @return this
     * @throws IllegalArgumentException for a number that JSON has no form for: infinite, or none
     */
    public JsonLine put(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no " + value);
        }
        return raw(name, Double.toString(value));
    }

    /**
     * Puts an object.
     *
     * @param name the member's name
     * @param value the object, as it is now
     * @return this
     */
    public JsonLine put(String name, JsonLine value) {
        return raw(name, value.toString());
    }

    /**
     * Puts an array of objects.
     *
     * @param name the member's name
     * @param values the objects, as they are now
     * @return this
     */
    public JsonLine put(String name, List<JsonLine> values) {
        return raw(name, array(values.stream().map(JsonLine::toString).toList()));
    }

    /**
     * Puts an array of strings.
     *
     * @param name the member's name
     * @param values the strings
     * @return this
     */
    public JsonLine putStrings(String name, List<String> values) {
        return raw(name, array(values.stream().map(JsonLine::quote).toList()));
    }

    /**
     * Puts a truth value.
     *
     * @param name the member's name
     * @param value which
     * @return this
     */
    public JsonLine putTruth(String name, Truth value) {
        return raw(name, value == Truth.TRUE ? "true" : "false");
    }

    /**
     * Puts null.
     *
     * @param name the member's name
     * @return this
     */
    public JsonLine putNull(String name) {
        return raw(name, "null");
    }

    /** JSON's two truth values. */
    public enum Truth {
        /** So. */
        TRUE,
        /** Not so. */
        FALSE;

        /**
         * {@return the value of a condition}
         *
         * @param value the condition
         */
        public static Truth of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    private static String array(List<String> values) {
        return "[" + String.join(",", values) + "]";
    }

    private JsonLine raw(String name, String value) {
        if (text.length() > 1) {
            text.append(',');
        }
        text.append(quote(name)).append(':').append(value);
        return this;
    }

    private static String quote(String value) {
        StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f || (Character.isSurrogate(c) && !paired(value, i))) {
                        quoted.append("\\u").append(hex(c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    /** A lone surrogate has no UTF-8 form; escaped, it stays what it is. */
    private static boolean paired(String value, int at) {
        return Character.isHighSurrogate(value.charAt(at))
                ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
    }

    private static String hex(char c) {
        String digits = Integer.toHexString(c);
        return "0".repeat(4 - digits.length()) + digits;
    }

    /** {@return the object, without a line break} */
    @Override
    public String toString() {
        return text + "}";
    }
}
