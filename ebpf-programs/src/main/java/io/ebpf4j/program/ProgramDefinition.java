package io.ebpf4j.program;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramSpec;
import io.ebpf4j.spec.ProgramType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Everything that the kernel is told when a program is loaded ({@code BPF_PROG_LOAD}), ready to be sent: code with every
 * reference resolved, descriptors of what it refers to. Descriptors are borrowed, not owned; they must be open while the
 * program is loaded and may be closed afterwards.
 *
 * <p>Immutable; the withers answer changed copies.
 */
public final class ProgramDefinition {
    /** {@code BPF_F_STRICT_ALIGNMENT}, since Linux 4.12. */
    public static final int STRICT_ALIGNMENT = 1;

    /** {@code BPF_F_SLEEPABLE}, since Linux 5.10. */
    public static final int SLEEPABLE = 1 << 4;

    /** {@code BPF_F_XDP_HAS_FRAGS}, since Linux 5.18. */
    public static final int XDP_HAS_FRAGS = 1 << 5;

    /**
     * The type of a function of the program.
     *
     * @param slot its first instruction
     * @param typeId its FUNC type in the program's BTF
     */
    public record FunctionRecord(int slot, int typeId) {}

    /**
     * The source line of an instruction.
     *
     * @param slot the first instruction of the line
     * @param fileOffset the file's name in the strings of the program's BTF
     * @param textOffset the line's text in the strings of the program's BTF
     * @param line the line, from 1
     * @param column the column, from 1; 0 = unknown
     * @param source the same for people
     */
    public record LineRecord(int slot, int fileOffset, int textOffset, int line, int column, SourceLine source) {}

    private final Parts parts;

    private ProgramDefinition(Parts parts) {
        this.parts = parts;
    }

    /**
     * {@return a definition of a program without BTF and without an attach type}
     *
     * @param name the program's name; what the kernel does not allow in it becomes an underscore, and it is cut to 15
     *     characters
     * @param type its type
     * @param code its code
     * @param license its licence, such as {@code GPL}
     */
    public static ProgramDefinition of(String name, ProgramType type, Instructions code, String license) {
        return new ProgramDefinition(new Parts(name, type, code, license));
    }

    /** {@return the program's name, not yet cut} */
    public String name() {
        return parts.name;
    }

    /** {@return its type} */
    public ProgramType type() {
        return parts.type;
    }

    /** {@return its code} */
    public Instructions code() {
        return parts.code;
    }

    /** {@return its licence} */
    public String license() {
        return parts.license;
    }

    /** {@return the attach type given at load time} */
    public AttachType attachType() {
        return parts.attachType;
    }

    /** {@return the bits of {@code BPF_F_*}, such as {@link #SLEEPABLE}} */
    public int flags() {
        return parts.flags;
    }

    /** {@return {@code LINUX_VERSION_CODE}, which kernels before 5.0 compare for kprobe programs; 0 = none} */
    public int kernelVersion() {
        return parts.kernelVersion;
    }

    /** {@return a descriptor of the program's BTF, 0 = none} */
    public int btfFd() {
        return parts.btfFd;
    }

    /** {@return the types of its functions, ordered by slot; sent only with a BTF} */
    public List<FunctionRecord> functions() {
        return parts.functions;
    }

    /** {@return its source lines, ordered by slot; sent only with a BTF} */
    public List<LineRecord> lines() {
        return parts.lines;
    }

    /** {@return the type id of what it attaches to, 0 = none} */
    public int attachBtfId() {
        return parts.attachBtfId;
    }

    /** {@return a descriptor of the module BTF that holds {@link #attachBtfId()}, 0 = the kernel's own} */
    public int attachBtfObjectFd() {
        return parts.attachBtfObjectFd;
    }

    /** {@return a descriptor of the program whose function it attaches to or replaces, 0 = none} */
    public int attachProgramFd() {
        return parts.attachProgramFd;
    }

    /** {@return what it attaches to, as a section name says it; empty = not said} */
    public String attachTarget() {
        return parts.attachTarget;
    }

    /** {@return what the object file says of the program; empty for a program that was made otherwise} */
    public Optional<ProgramSpec> spec() {
        return parts.spec;
    }

    /** {@return descriptors that the code refers to by index: module BTFs of kernel functions from index 1 on} */
    public List<Integer> descriptors() {
        return parts.descriptors;
    }

    /** {@return the index of the network device it is offloaded to, 0 = none} */
    public int interfaceIndex() {
        return parts.interfaceIndex;
    }

    /** {@return by slot, what could not be resolved there: such an instruction may not be reached} */
    public Map<Integer, String> unresolved() {
        return parts.unresolved;
    }

    /**
     * {@return the source line of an instruction}
     *
     * @param slot the instruction
     */
    public Optional<SourceLine> sourceAt(int slot) {
        int low = 0;
        int high = parts.lines.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (parts.lines.get(middle).slot() <= slot) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high < 0 || slot < 0
                ? Optional.empty()
                : Optional.of(parts.lines.get(high).source());
    }

    /**
     * {@return a copy that knows its object file}
     *
     * @param spec what the object file says of the program
     */
    public ProgramDefinition withSpec(ProgramSpec spec) {
        return with(copy -> {
            copy.spec = Optional.of(spec);
            return copy;
        });
    }

    /**
     * {@return a copy with another attach target, which matters when it is attached}
     *
     * @param target the target as a section name would say it, such as {@code vfs_read}
     */
    public ProgramDefinition withAttachTarget(String target) {
        return with(copy -> {
            copy.attachTarget = Objects.requireNonNull(target);
            return copy;
        });
    }

    /**
     * {@return a copy with other code}
     *
     * @param code the code
     */
    public ProgramDefinition withCode(Instructions code) {
        return with(copy -> {
            copy.code = Objects.requireNonNull(code);
            return copy;
        });
    }

    /**
     * {@return a copy with an attach type}
     *
     * @param attachType the attach type
     */
    public ProgramDefinition withAttachType(AttachType attachType) {
        return with(copy -> {
            copy.attachType = Objects.requireNonNull(attachType);
            return copy;
        });
    }

    /**
     * {@return a copy with other flags}
     *
     * @param flags bits of {@code BPF_F_*}
     */
    public ProgramDefinition withFlags(int flags) {
        return with(copy -> {
            copy.flags = flags;
            return copy;
        });
    }

    /**
     * {@return a copy for another kernel version}
     *
     * @param code {@code LINUX_VERSION_CODE}
     */
    public ProgramDefinition withKernelVersion(int code) {
        return with(copy -> {
            copy.kernelVersion = code;
            return copy;
        });
    }

    /**
     * {@return a copy with BTF}
     *
     * @param btfFd a descriptor of a loaded BTF, 0 = none
     * @param functions the types of the functions, ordered by slot
     * @param lines the source lines, ordered by slot
     */
    public ProgramDefinition withBtf(int btfFd, List<FunctionRecord> functions, List<LineRecord> lines) {
        return with(copy -> {
            copy.btfFd = btfFd;
            copy.functions = List.copyOf(functions);
            copy.lines = List.copyOf(lines);
            return copy;
        });
    }

    /**
     * {@return a copy that attaches to a kernel function, tracepoint, hook or iterator}
     *
     * @param target the target as a section name would say it
     * @param btfId its type id
     * @param btfObjectFd a descriptor of the module BTF that holds the type, 0 = the kernel's own
     */
    public ProgramDefinition withAttachBtf(String target, int btfId, int btfObjectFd) {
        return with(copy -> {
            copy.attachTarget = Objects.requireNonNull(target);
            copy.attachBtfId = btfId;
            copy.attachBtfObjectFd = btfObjectFd;
            copy.attachProgramFd = 0;
            return copy;
        });
    }

    /**
     * {@return a copy that attaches to or replaces a function of another program}
     *
     * @param target the target as a section name would say it
     * @param btfId the function's type id in that program's BTF
     * @param programFd a descriptor of that program
     */
    public ProgramDefinition withAttachProgram(String target, int btfId, int programFd) {
        return with(copy -> {
            copy.attachTarget = Objects.requireNonNull(target);
            copy.attachBtfId = btfId;
            copy.attachProgramFd = programFd;
            copy.attachBtfObjectFd = 0;
            return copy;
        });
    }

    /**
     * {@return a copy with descriptors that the code refers to by index}
     *
     * @param descriptors descriptors of maps or module BTFs
     */
    public ProgramDefinition withDescriptors(List<Integer> descriptors) {
        return with(copy -> {
            copy.descriptors = List.copyOf(descriptors);
            return copy;
        });
    }

    /**
     * {@return a copy offloaded to a network device}
     *
     * @param interfaceIndex the device's index, 0 = none
     */
    public ProgramDefinition withInterface(int interfaceIndex) {
        return with(copy -> {
            copy.interfaceIndex = interfaceIndex;
            return copy;
        });
    }

    /**
     * {@return a copy that knows what could not be resolved}
     *
     * @param unresolved by slot, a sentence that says what could not be resolved there
     */
    public ProgramDefinition withUnresolved(Map<Integer, String> unresolved) {
        return with(copy -> {
            copy.unresolved = Map.copyOf(unresolved);
            return copy;
        });
    }

    /** {@return the definition in one line} */
    @Override
    public String toString() {
        return parts.type.name() + " " + parts.name + ", " + parts.code.length() + " slots"
                + (parts.attachTarget.isEmpty() ? "" : ", attaches to " + parts.attachTarget);
    }

    private ProgramDefinition with(UnaryOperator<Parts> change) {
        return new ProgramDefinition(change.apply(new Parts(parts)));
    }

    /** The parts of a definition; changed only while a copy is made. */
    private static final class Parts {
        private final String name;
        private final ProgramType type;
        private final String license;
        private Instructions code;
        private AttachType attachType = AttachType.NONE;
        private int flags;
        private int kernelVersion;
        private int btfFd;
        private List<FunctionRecord> functions = List.of();
        private List<LineRecord> lines = List.of();
        private int attachBtfId;
        private int attachBtfObjectFd;
        private int attachProgramFd;
        private String attachTarget = "";
        private List<Integer> descriptors = List.of();
        private int interfaceIndex;
        private Map<Integer, String> unresolved = Map.of();
        private Optional<ProgramSpec> spec = Optional.empty();

        Parts(String name, ProgramType type, Instructions code, String license) {
            this.name = Objects.requireNonNull(name);
            this.type = Objects.requireNonNull(type);
            this.code = Objects.requireNonNull(code);
            this.license = Objects.requireNonNull(license);
        }

        Parts(Parts other) {
            this(other.name, other.type, other.code, other.license);
            attachType = other.attachType;
            flags = other.flags;
            kernelVersion = other.kernelVersion;
            btfFd = other.btfFd;
            functions = other.functions;
            lines = other.lines;
            attachBtfId = other.attachBtfId;
            attachBtfObjectFd = other.attachBtfObjectFd;
            attachProgramFd = other.attachProgramFd;
            attachTarget = other.attachTarget;
            descriptors = other.descriptors;
            interfaceIndex = other.interfaceIndex;
            unresolved = other.unresolved;
            spec = other.spec;
        }
    }
}
