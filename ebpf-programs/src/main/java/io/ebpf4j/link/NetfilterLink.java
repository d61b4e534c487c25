package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.ValueLayout;

/**
 * A program of type {@code netfilter} at a netfilter hook of the calling thread's network namespace. Since 6.4, where
 * built with {@code CONFIG_NETFILTER_BPF_LINK}.
 */
public final class NetfilterLink extends Link {

    /** {@code BPF_F_NETFILTER_IP_DEFRAG}. */
    private static final int IP_DEFRAG = 1;

    NetfilterLink(Attachment attachment) {
        super(attachment);
    }

    /** Which packets ({@code NFPROTO_*}). */
    public enum Family {
        /** IPv4. */
        IPV4(2),
        /** IPv6. */
        IPV6(10);

        private final int number;

        Family(int number) {
            this.number = number;
        }
    }

    /** Where on a packet's way ({@code NF_INET_*}). */
    public enum Hook {
        /** Received, not yet routed. */
        PRE_ROUTING(0),
        /** For this host. */
        LOCAL_IN(1),
        /** For another host. */
        FORWARD(2),
        /** From this host. */
        LOCAL_OUT(3),
        /** About to be sent. */
        POST_ROUTING(4);

        private final int number;

        Hook(int number) {
            this.number = number;
        }
    }

    /** Whether fragments are put together before the program sees them. */
    public enum Fragments {
        /** The program sees each fragment. */
        AS_RECEIVED,
        /** The program sees whole packets; since 6.6, for a priority above -400. */
        DEFRAGMENTED
    }

    /**
     * Where to attach.
     *
     * @param family which packets
     * @param hook where on their way
     * @param priority lower ones run first; the two extreme values are reserved
     * @param fragments whether fragments are put together first
     */
    public record Options(Family family, Hook hook, int priority, Fragments fragments) {
        /**
         * Fragments as they come.
         *
         * @param family which packets
         * @param hook where on their way
         * @param priority lower ones run first
         */
        public Options(Family family, Hook hook, int priority) {
            this(family, hook, priority, Fragments.AS_RECEIVED);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type netfilter
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException another program has that hook and priority
     * @throws io.ebpf4j.kernel.NotSupportedException this kernel has no netfilter programs
     */
    public static NetfilterLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        String subject = options.family() + " " + options.hook() + " priority " + options.priority();
        int fd = commands.create(program.fd(), 0, AttachType.NETFILTER, 0, (attr, _) -> {
            ValueLayout.OfInt layout = ValueLayout.JAVA_INT_UNALIGNED;
            attr.set(layout, BpfAttr.LinkCreate.NETFILTER_PF, options.family().number);
            attr.set(layout, BpfAttr.LinkCreate.NETFILTER_HOOKNUM, options.hook().number);
            attr.set(layout, BpfAttr.LinkCreate.NETFILTER_PRIORITY, options.priority());
            attr.set(
                    layout,
                    BpfAttr.LinkCreate.NETFILTER_FLAGS,
                    options.fragments() == Fragments.DEFRAGMENTED ? IP_DEFRAG : 0);
        });
        if (Refusal.is(fd, Errno.EBUSY)) {
            throw new InvalidTargetException(subject, "another program has that priority");
        }
        if (fd < 0) {
            throw Refusal.link("netfilter program", 6, 4).of(fd, subject);
        }
        return new NetfilterLink(KernelAttachment.of(commands, fd, "netfilter link to " + subject));
    }
}
