package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A program of type {@code kprobe}, loaded for {@code BPF_TRACE_UPROBE_MULTI} or {@code BPF_TRACE_UPROBE_SESSION}, at
 * many functions of one binary at once. Since 6.6; sessions since 6.13.
 */
public final class UprobeMultiLink extends Link {

    /** {@code BPF_F_UPROBE_MULTI_RETURN}. */
    private static final int RETURN = 1;

    UprobeMultiLink(Attachment attachment) {
        super(attachment);
    }

    /** Which functions of the binary. */
    public sealed interface Functions {
        /**
         * All that match a pattern.
         *
         * @param pattern with {@code *} for any text and {@code ?} for any character
         */
        record Matching(String pattern) implements Functions {}

        /**
         * By name.
         *
         * @param names symbols of the binary
         */
        record Named(List<String> names) implements Functions {
            /** Keeps an immutable copy of the names. */
            public Named {
                names = List.copyOf(names);
            }
        }

        /**
         * By place.
         *
         * @param offsets bytes from the start of the file
         */
        record At(List<Long> offsets) implements Functions {
            /** Keeps an immutable copy of the offsets. */
            public At {
                offsets = List.copyOf(offsets);
            }
        }
    }

    /**
     * Where to attach.
     *
     * @param binary a path, or the bare name of a library or program that is searched for as {@link UprobeLink} does
     * @param functions which of its functions
     * @param mode when the program runs
     * @param pid the only process, 0 for this one, {@link UprobeLink.Options#EVERY_PROCESS} for all
     * @param cookies what {@code bpf_get_attach_cookie} returns at each place; empty for none
     * @param referenceCounterOffsets file offset of the semaphore of each place; empty for none
     */
    public record Options(
            String binary,
            Functions functions,
            MultiProbeMode mode,
            int pid,
            List<Long> cookies,
            List<Long> referenceCounterOffsets) {
        /** Keeps immutable copies of the lists. */
        public Options {
            cookies = List.copyOf(cookies);
            referenceCounterOffsets = List.copyOf(referenceCounterOffsets);
        }

        /**
         * The entry of functions, in every process.
         *
         * @param binary a path or bare name
         * @param functions which
         */
        public Options(String binary, Functions functions) {
            this(binary, functions, MultiProbeMode.ENTRY, UprobeLink.Options.EVERY_PROCESS, List.of(), List.of());
        }

        /**
         * {@return these options at entry, return or both}
         *
         * @param value when the program runs
         */
        public Options withMode(MultiProbeMode value) {
            return new Options(binary, functions, value, pid, cookies, referenceCounterOffsets);
        }

        /**
         * {@return these options for one process}
         *
         * @param value its id
         */
        public Options withPid(int value) {
            return new Options(binary, functions, mode, value, cookies, referenceCounterOffsets);
        }

        /**
         * {@return these options with a cookie for each place}
         *
         * @param value the cookies, in the order of the places
         */
        public Options withCookies(List<Long> value) {
            return new Options(binary, functions, mode, pid, value, referenceCounterOffsets);
        }

        /**
         * {@return these options with a semaphore for each place}
         *
         * @param value their offsets in the file, in the order of the places
         */
        public Options withReferenceCounterOffsets(List<Long> value) {
            return new Options(binary, functions, mode, pid, cookies, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type kprobe, for uprobe.multi or uprobe.session
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException there is no such binary, function or process
     * @throws IllegalArgumentException not as many cookies or semaphores as places
     * @throws io.ebpf4j.kernel.NotSupportedException this kernel cannot probe many functions
     */
    public static UprobeMultiLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        ProbedBinary binary = ProbedBinary.find(options.binary(), options.pid());
        List<Long> offsets = switch (options.functions()) {
            case Functions.Matching matching -> List.copyOf(binary.offsetsMatching(matching.pattern()));
            case Functions.Named named ->
                named.names().stream().map(binary::offsetOf).toList();
            case Functions.At at -> at.offsets();
        };
        requireOneForEach("cookies", options.cookies(), offsets);
        requireOneForEach("reference counter offsets", options.referenceCounterOffsets(), offsets);
        AttachType type = options.mode() == MultiProbeMode.SESSION
                ? AttachType.TRACE_UPROBE_SESSION
                : AttachType.TRACE_UPROBE_MULTI;
        int pid = options.pid() == 0 ? Math.toIntExact(ProcessHandle.current().pid()) : Math.max(options.pid(), 0);
        String subject = offsets.size() + " places of " + binary.path();
        int fd = commands.create(program.fd(), 0, type, 0, (attr, memory) -> {
            ValueLayout.OfLong pointer = ValueLayout.JAVA_LONG_UNALIGNED;
            attr.set(
                    pointer,
                    BpfAttr.LinkCreate.UPROBE_MULTI_PATH,
                    memory.allocateFrom(binary.path().toString()).address());
            attr.set(
                    pointer,
                    BpfAttr.LinkCreate.UPROBE_MULTI_OFFSETS,
                    longs(memory, offsets).address());
            if (!options.cookies().isEmpty()) {
                attr.set(
                        pointer,
                        BpfAttr.LinkCreate.UPROBE_MULTI_COOKIES,
                        longs(memory, options.cookies()).address());
            }
            if (!options.referenceCounterOffsets().isEmpty()) {
                attr.set(
                        pointer,
                        BpfAttr.LinkCreate.UPROBE_MULTI_REF_CTR_OFFSETS,
                        longs(memory, options.referenceCounterOffsets()).address());
            }
            attr.set(ValueLayout.JAVA_INT_UNALIGNED, BpfAttr.LinkCreate.UPROBE_MULTI_CNT, offsets.size());
            attr.set(
                    ValueLayout.JAVA_INT_UNALIGNED,
                    BpfAttr.LinkCreate.UPROBE_MULTI_FLAGS,
                    options.mode() == MultiProbeMode.RETURN ? RETURN : 0);
            attr.set(ValueLayout.JAVA_INT_UNALIGNED, BpfAttr.LinkCreate.UPROBE_MULTI_PID, pid);
        });
        if (Refusal.is(fd, Errno.ESRCH)) {
            throw new InvalidTargetException("process " + pid, "no such process");
        }
        if (fd < 0) {
            throw Refusal.link("uprobe.multi", 6, 6).of(fd, subject);
        }
        return new UprobeMultiLink(KernelAttachment.of(commands, fd, "uprobe.multi link to " + subject));
    }

    private static void requireOneForEach(String what, List<Long> values, List<Long> offsets) {
        if (!values.isEmpty() && values.size() != offsets.size()) {
            throw new IllegalArgumentException(values.size() + " " + what + " for " + offsets.size() + " places");
        }
    }

    static MemorySegment longs(SegmentAllocator memory, List<Long> values) {
        return memory.allocateFrom(
                ValueLayout.JAVA_LONG,
                values.stream().mapToLong(Long::longValue).toArray());
    }
}
