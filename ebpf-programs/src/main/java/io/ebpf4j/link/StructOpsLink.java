package io.ebpf4j.link;

import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.spec.AttachType;

/**
 * A set of kernel operations, such as a TCP congestion control, held by a struct_ops map that was created with
 * {@code BPF_F_LINK}. Since 6.4.
 */
public final class StructOpsLink extends Link {

    StructOpsLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Which set.
     *
     * @param mapFd the struct_ops map, filled
     */
    public record Options(int mapFd) {}

    /**
     * Registers the set with the kernel.
     *
     * @param options which
     * @return the link, to be closed by the caller
     * @throws NotSupportedException this kernel has no links for struct_ops
     */
    public static StructOpsLink attach(Options options) {
        LinkCommands commands = new LinkCommands(Kernel.system());
        return new StructOpsLink(KernelAttachment.create(
                commands,
                options.mapFd(),
                0,
                AttachType.STRUCT_OPS,
                0,
                LinkCommands.Extra.NONE,
                Refusal.link("struct_ops", 6, 4),
                "map descriptor " + options.mapFd()));
    }

    /**
     * Puts another set in the place of this one, where the subsystem allows it.
     *
     * @param mapFd another struct_ops map of the same type
     */
    public void updateMap(int mapFd) {
        if (!(attachment() instanceof KernelAttachment link)) {
            throw new NotSupportedException("update of a struct_ops set", "it is no kernel link");
        }
        link.replace(mapFd, "struct_ops map descriptor " + mapFd);
    }
}
