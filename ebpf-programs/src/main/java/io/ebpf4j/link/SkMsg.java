package io.ebpf4j.link;

import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;

/**
 * A program of type {@code sk_msg} on a socket map: it decides on what the map's sockets send. Since 4.17, as kernel
 * link since 6.10.
 */
public final class SkMsg extends Link {

    SkMsg(Attachment attachment) {
        super(attachment);
    }

    /**
     * Which map.
     *
     * @param mapFd a sockmap or sockhash
     */
    public record Options(int mapFd) {}

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type sk_msg
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws io.ebpf4j.kernel.InvalidTargetException the map has such a program already
     */
    public static SkMsg attach(BpfProgram program, Options options) {
        return new SkMsg(Sockmaps.attach(program, options.mapFd(), AttachType.SK_MSG_VERDICT));
    }
}
