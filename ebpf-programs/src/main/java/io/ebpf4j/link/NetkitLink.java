package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.ValueLayout;

/** A program of type {@code sched_cls} in a netkit device. Since 6.7, where built with {@code CONFIG_NETKIT}. */
public final class NetkitLink extends Link {

    NetkitLink(Attachment attachment) {
        super(attachment);
    }

    /** The end of a netkit pair that a program filters for. */
    public enum End {
        /** The device that manages the pair. */
        PRIMARY,
        /** Its peer, set through the primary device. */
        PEER
    }

    /**
     * Where to attach.
     *
     * @param networkInterface the primary device of the pair
     * @param end which end's packets
     * @param anchor the place among the programs there
     * @param expectedRevision the revision that the list of programs must have, 0 for any
     */
    public record Options(NetworkInterface networkInterface, End end, Anchor anchor, long expectedRevision) {
        /**
         * Behind all others, whatever the revision.
         *
         * @param networkInterface the primary device
         * @param end which end
         */
        public Options(NetworkInterface networkInterface, End end) {
            this(networkInterface, end, new Anchor.Unordered(), 0);
        }

        /**
         * {@return these options with another place}
         *
         * @param value the place
         */
        public Options withAnchor(Anchor value) {
            return new Options(networkInterface, end, value, expectedRevision);
        }

        /**
         * {@return these options with an expected revision}
         *
         * @param value the revision, 0 for any
         */
        public Options withExpectedRevision(long value) {
            return new Options(networkInterface, end, anchor, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type sched_cls
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException the interface does not exist or is no netkit device
     * @throws NotSupportedException this kernel has no netkit
     */
    public static NetkitLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        AttachType type = switch (options.end()) {
            case PRIMARY -> AttachType.NETKIT_PRIMARY;
            case PEER -> AttachType.NETKIT_PEER;
        };
        int fd = commands.create(
                program.fd(),
                options.networkInterface().index(),
                type,
                options.anchor().flags(),
                (attr, _) -> {
                    attr.set(
                            ValueLayout.JAVA_INT_UNALIGNED,
                            BpfAttr.LinkCreate.NETKIT_RELATIVE_ID,
                            options.anchor().relativeId());
                    attr.set(
                            ValueLayout.JAVA_LONG_UNALIGNED,
                            BpfAttr.LinkCreate.NETKIT_EXPECTED_REVISION,
                            options.expectedRevision());
                });
        String subject = "netkit interface " + options.networkInterface().index();
        if (Refusal.is(fd, Errno.ENXIO)) {
            throw new InvalidTargetException(subject, "not a netkit device");
        }
        if (Refusal.is(fd, Errno.EINVAL)) {
            // The kernel without CONFIG_NETKIT answers as to an unknown attach type.
            throw new NotSupportedException(
                    "netkit",
                    new KernelVersion(6, 7, 0),
                    "Linux " + KernelVersion.running() + " answers EINVAL: it was built without CONFIG_NETKIT");
        }
        if (fd < 0) {
            throw Ordered.refusal(
                    fd, subject, options.anchor(), options.expectedRevision(), Refusal.link("netkit", 6, 7));
        }
        return new NetkitLink(KernelAttachment.of(commands, fd, "link to " + subject));
    }
}
