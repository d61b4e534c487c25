package io.ebpf4j.link;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.ValueLayout;

/**
 * A program of type {@code sched_cls} at the traffic-control hook of a network interface, without a qdisc. Since 6.6.
 *
 * <p>Several programs share the hook in an order that each can ask for; a program that answers {@code TCX_NEXT} (-1)
 * leaves the packet to the next one.
 */
public final class TcxLink extends Link {

    TcxLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Where to attach.
     *
     * @param networkInterface the interface, of the calling thread's network namespace
     * @param direction which way
     * @param anchor the place among the programs there
     * @param expectedRevision the revision that the list of programs must have (see {@link AttachedPrograms}), 0 for any
     */
    public record Options(
            NetworkInterface networkInterface, Direction direction, Anchor anchor, long expectedRevision) {
        /**
         * Behind all others, whatever the revision.
         *
         * @param networkInterface the interface
         * @param direction which way
         */
        public Options(NetworkInterface networkInterface, Direction direction) {
            this(networkInterface, direction, new Anchor.Unordered(), 0);
        }

        /**
         * {@return these options with another place}
         *
         * @param value the place
         */
        public Options withAnchor(Anchor value) {
            return new Options(networkInterface, direction, value, expectedRevision);
        }

        /**
         * {@return these options with an expected revision}
         *
         * @param value the revision, 0 for any
         */
        public Options withExpectedRevision(long value) {
            return new Options(networkInterface, direction, anchor, value);
        }

        AttachType attachType() {
            return switch (direction) {
                case INGRESS -> AttachType.TCX_INGRESS;
                case EGRESS -> AttachType.TCX_EGRESS;
            };
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type sched_cls
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException the interface or the anchor does not exist, or the list has another revision
     * @throws io.ebpf4j.kernel.NotSupportedException this kernel has no TCX
     */
    public static TcxLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        int flags = options.anchor().flags();
        int fd = commands.create(
                program.fd(), options.networkInterface().index(), options.attachType(), flags, (attr, _) -> {
                    attr.set(
                            ValueLayout.JAVA_INT_UNALIGNED,
                            BpfAttr.LinkCreate.TCX_RELATIVE_ID,
                            options.anchor().relativeId());
                    attr.set(
                            ValueLayout.JAVA_LONG_UNALIGNED,
                            BpfAttr.LinkCreate.TCX_EXPECTED_REVISION,
                            options.expectedRevision());
                });
        String subject = options.direction() + " of interface "
                + options.networkInterface().index();
        if (fd < 0) {
            throw Ordered.refusal(fd, subject, options.anchor(), options.expectedRevision(), Refusal.link("TCX", 6, 6));
        }
        return new TcxLink(KernelAttachment.of(commands, fd, "TCX link to " + subject));
    }
}
