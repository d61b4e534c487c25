package io.ebpf4j.observability.identity;

import java.util.Locale;

/**
 * Something outside, by the name that it was asked for: of DNS, of TLS (SNI) or of HTTP (Host).
 *
 * @param name the name in lower case without a final dot, as {@code api.example.com}
 */
public record NameIdentity(String name) implements Identity {
    /**
     * Normalises the name.
     *
     * @throws IllegalArgumentException for an empty name
     */
    public NameIdentity {
        name = name.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an empty name");
        }
    }

    @Override
    public String displayName() {
        return name;
    }
}
