package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.ValueLayout;

/**
 * An extension: a program of type {@code ext} that takes the place of a global function of another program. Since 5.6; at
 * another target than the one it was loaded for since 5.10.
 */
public final class FreplaceLink extends Link {

    FreplaceLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * What to replace.
     *
     * @param targetProgramFd the program whose function is replaced; 0 for the one the extension was loaded for
     * @param functionBtfId type id of the function in that program's BTF; 0 with no target program
     */
    public record Options(int targetProgramFd, int functionBtfId) {
        /** The function that the extension was loaded for. */
        public static final Options AS_LOADED = new Options(0, 0);

        /**
         * A target.
         *
         * @throws IllegalArgumentException only one of the two is given
         */
        public Options {
            if ((targetProgramFd == 0) != (functionBtfId == 0)) {
                throw new IllegalArgumentException("a target program and its function go together");
            }
        }
    }

    /**
     * Attaches an extension.
     *
     * @param program a loaded program of type ext
     * @param options what it replaces
     * @return the link, to be closed by the caller
     * @throws io.ebpf4j.kernel.NotSupportedException this kernel cannot patch programs
     */
    public static FreplaceLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        int fd = options.targetProgramFd() == 0
                ? commands.openRawTracepoint("", program.fd(), 0)
                : commands.create(
                        program.fd(),
                        options.targetProgramFd(),
                        AttachType.NONE,
                        0,
                        (attr, _) -> attr.set(
                                ValueLayout.JAVA_INT_UNALIGNED,
                                BpfAttr.LinkCreate.TARGET_BTF_ID,
                                options.functionBtfId()));
        if (fd < 0) {
            throw Trampolines.refusal(fd, program);
        }
        return new FreplaceLink(KernelAttachment.of(commands, fd, "extension " + program.name()));
    }
}
