package io.ebpf4j.link;

import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;

/**
 * A program of type {@code sk_skb} on a socket map: it parses or decides on what the map's sockets receive. Since 4.14
 * (verdict without parser 5.13), as kernel link since 6.10.
 */
public final class SkSkb extends Link {

    SkSkb(Attachment attachment) {
        super(attachment);
    }

    /** What the program does. */
    public enum Role {
        /** Finds the bounds of messages in a stream. */
        STREAM_PARSER,
        /** Decides on each message that the parser found. */
        STREAM_VERDICT,
        /** Decides on each packet, of streams and datagrams; since 5.13. */
        VERDICT
    }

    /**
     * Which map.
     *
     * @param mapFd a sockmap or sockhash
     * @param role what the program does
     */
    public record Options(int mapFd, Role role) {}

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type sk_skb
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws io.ebpf4j.kernel.InvalidTargetException the map has such a program already
     */
    public static SkSkb attach(BpfProgram program, Options options) {
        AttachType type = switch (options.role()) {
            case STREAM_PARSER -> AttachType.SK_SKB_STREAM_PARSER;
            case STREAM_VERDICT -> AttachType.SK_SKB_STREAM_VERDICT;
            case VERDICT -> AttachType.SK_SKB_VERDICT;
        };
        return new SkSkb(Sockmaps.attach(program, options.mapFd(), type));
    }
}
