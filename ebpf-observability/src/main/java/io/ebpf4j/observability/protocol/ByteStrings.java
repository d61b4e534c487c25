package io.ebpf4j.observability.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Strings for bytes that come again and again, such as paths and host names: the second sight of the same bytes costs no memory. Direct-mapped and
 * bounded; a clash replaces. Not for use by several threads.
 */
final class ByteStrings {
    private static final int SLOTS = 128; // a connection has them of its own
    private static final int LONGEST = 256;

    private final @Nullable String[] strings = new @Nullable String[SLOTS];
    private final byte[] @Nullable [] keys = new byte[SLOTS][];

    String get(byte[] bytes, int from, int to) {
        if (to - from > LONGEST) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        int slot = (hash ^ hash >>> 15) & (SLOTS - 1);
        String known = strings[slot];
        byte[] key = keys[slot];
        if (known != null && key != null && Arrays.equals(key, 0, key.length, bytes, from, to)) {
            return known;
        }
        String string = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        strings[slot] = string;
        keys[slot] = Arrays.copyOfRange(bytes, from, to);
        return string;
    }
}
