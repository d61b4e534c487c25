package io.ebpf4j.link;

import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.ProgramSpec;
import java.util.Optional;

/**
 * Attaches a program where its section's name says, by the rules of {@link AttachTarget}.
 */
public final class AutoAttach {
    private AutoAttach() {}

    /** What came of it. */
    public sealed interface Outcome {
        /**
         * The program is attached.
         *
         * @param link the link, to be closed by the caller
         */
        record Attached(Link link) implements Outcome {}

        /**
         * The section's name does not say enough, and nothing was done.
         *
         * @param reason what is missing, and which class attaches such a program
         */
        record Manual(String reason) implements Outcome {}
    }

    /**
     * Attaches a program that was loaded from an object file.
     *
     * @param program a loaded program that knows its spec
     * @return the link, or why there is none
     * @throws io.ebpf4j.kernel.BpfException the name says where to, and attaching there failed
     */
    public static Outcome attach(BpfProgram program) {
        Optional<ProgramSpec> spec = program.spec();
        return spec.isPresent()
                ? attach(program, spec.get().sectionName())
                : new Outcome.Manual("program " + program.name() + " was not loaded from a section of an object file");
    }

    /**
     * Attaches a program where a section's name says.
     *
     * @param program a loaded program
     * @param section the name, such as {@code "tracepoint/syscalls/sys_enter_openat"}
     * @return the link, or why there is none
     * @throws io.ebpf4j.kernel.BpfException the name says where to, and attaching there failed
     */
    public static Outcome attach(BpfProgram program, String section) {
        AttachTarget target = AttachTarget.of(section);
        return target instanceof AttachTarget.Manual manual
                ? new Outcome.Manual(manual.reason())
                : new Outcome.Attached(link(program, target));
    }

    private static Link link(BpfProgram program, AttachTarget target) {
        return switch (target) {
            case AttachTarget.Tracepoint to ->
                TracepointLink.attach(program, new TracepointLink.Options(to.category(), to.name()));
            case AttachTarget.RawTracepoint to ->
                RawTracepointLink.attach(program, new RawTracepointLink.Options(to.name()));
            case AttachTarget.Tracing to ->
                to.hook().equals("freplace")
                        ? FreplaceLink.attach(program, FreplaceLink.Options.AS_LOADED)
                        : TracingLink.attach(program, TracingLink.Options.DEFAULTS);
            case AttachTarget.Iterator _ -> IteratorLink.attach(program, IteratorLink.Options.EVERYTHING);
            case AttachTarget.Kprobe to ->
                KprobeLink.attach(program, new KprobeLink.Options(to.function(), to.offset(), to.point(), 0));
            case AttachTarget.SystemCall to -> KprobeLink.attach(program, KprobeLink.systemCall(to.name(), to.point()));
            case AttachTarget.KprobeMulti to ->
                KprobeMultiLink.attach(program, KprobeMultiLink.Options.matching(to.pattern(), to.mode()));
            case AttachTarget.Uprobe to ->
                UprobeLink.attach(
                        program,
                        new UprobeLink.Options(to.binary(), to.symbol())
                                .withOffset(to.offset())
                                .withPoint(to.point()));
            case AttachTarget.UprobeMulti to ->
                UprobeMultiLink.attach(
                        program,
                        new UprobeMultiLink.Options(to.binary(), new UprobeMultiLink.Functions.Matching(to.pattern()))
                                .withMode(to.mode()));
            case AttachTarget.Manual to -> throw new IllegalStateException(to.reason());
        };
    }
}
