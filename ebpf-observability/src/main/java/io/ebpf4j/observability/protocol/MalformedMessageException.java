package io.ebpf4j.observability.protocol;

import java.util.Locale;

/**
 * Bytes that break the rules of the protocol they were taken for. Carries no stack trace: on a busy machine foreign traffic is refused often, and
 * what matters is counted by whoever feeds the parser.
 */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Where in the message the rule was broken. */
    private final long offset;

    /**
     * A refusal.
     *
     * @param protocol the protocol by name, for example {@code DNS}
     * @param offset where in the message, in bytes from its start
     * @param reason which rule was broken
     */
    public MalformedMessageException(String protocol, long offset, String reason) {
        super(String.format(Locale.ROOT, "%s: byte %d: %s", protocol, offset, reason), null, false, false);
        this.offset = offset;
    }

    /** {@return where in the message the rule was broken, in bytes from its start} */
    public long offset() {
        return offset;
    }
}
