package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program of type {@code kprobe}, loaded for {@code BPF_TRACE_KPROBE_MULTI} or {@code BPF_TRACE_KPROBE_SESSION}, at
 * many kernel functions at once. Since 5.18, with {@code CONFIG_FPROBE}.
 */
public final class KprobeMultiLink extends Link {

    /** {@code BPF_F_KPROBE_MULTI_RETURN}. */
    private static final int RETURN = 1;

    KprobeMultiLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Which functions.
     *
     * @param functions their names, or the one pattern that {@link #matching} made of
     * @param mode when the program runs
     * @param cookies what {@code bpf_get_attach_cookie} returns at each function; empty for none
     */
    public record Options(List<String> functions, MultiProbeMode mode, List<Long> cookies) {
        /**
         * Functions.
         *
         * @throws IllegalArgumentException there are none, or not as many cookies as functions
         */
        public Options {
            functions = List.copyOf(functions);
            cookies = List.copyOf(cookies);
            if (functions.isEmpty()) {
                throw new IllegalArgumentException("no functions");
            }
            if (!cookies.isEmpty() && cookies.size() != functions.size()) {
                throw new IllegalArgumentException(cookies.size() + " cookies for " + functions.size() + " functions");
            }
        }

        /**
         * Functions without cookies.
         *
         * @param functions their names
         * @param mode when the program runs
         */
        public Options(List<String> functions, MultiProbeMode mode) {
            this(functions, mode, List.of());
        }

        /**
         * All functions that match a pattern and that the kernel lets be probed.
         *
         * @param pattern with {@code *} for any text and {@code ?} for any character
         * @param mode when the program runs
         * @return the options
         * @throws InvalidTargetException none matches, or the kernel does not tell its functions
         */
        public static Options matching(String pattern, MultiProbeMode mode) {
            return new Options(probeable(pattern), mode);
        }

        private static List<String> probeable(String pattern) {
            if (pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0) {
                return List.of(pattern);
            }
            Pattern compiled = ProbedBinary.globPattern(pattern);
            Path file = Tracefs.require().root().resolve("available_filter_functions");
            try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
                List<String> names = lines.map(line -> line.split("[ \t]", 2)[0])
                        .filter(name -> compiled.matcher(name).matches())
                        .distinct()
                        .toList();
                if (names.isEmpty()) {
                    throw new InvalidTargetException(pattern, "no kernel function that can be probed matches");
                }
                return names;
            } catch (IOException e) {
                throw new InvalidTargetException(
                        pattern, "the kernel does not tell which functions can be probed: " + e.getMessage());
            }
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type kprobe, for kprobe.multi or kprobe.session
     * @param options which functions
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException one of the functions does not exist
     * @throws NotSupportedException this kernel cannot probe many functions
     */
    public static KprobeMultiLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        AttachType type = options.mode() == MultiProbeMode.SESSION
                ? AttachType.TRACE_KPROBE_SESSION
                : AttachType.TRACE_KPROBE_MULTI;
        String subject = options.functions().size() == 1
                ? options.functions().getFirst()
                : options.functions().size() + " functions";
        int fd = commands.create(program.fd(), 0, type, 0, (attr, memory) -> {
            int count = options.functions().size();
            MemorySegment names = memory.allocate(ValueLayout.JAVA_LONG, count);
            for (int i = 0; i < count; i++) {
                names.setAtIndex(
                        ValueLayout.JAVA_LONG,
                        i,
                        memory.allocateFrom(options.functions().get(i)).address());
            }
            attr.set(
                    ValueLayout.JAVA_INT_UNALIGNED,
                    BpfAttr.LinkCreate.KPROBE_MULTI_FLAGS,
                    options.mode() == MultiProbeMode.RETURN ? RETURN : 0);
            attr.set(ValueLayout.JAVA_INT_UNALIGNED, BpfAttr.LinkCreate.KPROBE_MULTI_CNT, count);
            attr.set(ValueLayout.JAVA_LONG_UNALIGNED, BpfAttr.LinkCreate.KPROBE_MULTI_SYMS, names.address());
            if (!options.cookies().isEmpty()) {
                attr.set(
                        ValueLayout.JAVA_LONG_UNALIGNED,
                        BpfAttr.LinkCreate.KPROBE_MULTI_COOKIES,
                        UprobeMultiLink.longs(memory, options.cookies()).address());
            }
        });
        if (Refusal.is(fd, Errno.ESRCH) || Refusal.is(fd, Errno.ENOENT)) {
            throw new InvalidTargetException(subject, "the kernel has no such function, or does not let it be probed");
        }
        if (Refusal.is(fd, Errno.EOPNOTSUPP)) {
            throw new NotSupportedException(
                    "kprobe.multi",
                    new KernelVersion(5, 18, 0),
                    "this kernel was built without CONFIG_FPROBE (and so without kprobes of many functions)");
        }
        if (fd < 0) {
            throw Refusal.link("kprobe.multi", 5, 18).of(fd, subject);
        }
        return new KprobeMultiLink(KernelAttachment.of(commands, fd, "kprobe.multi link to " + subject));
    }
}
