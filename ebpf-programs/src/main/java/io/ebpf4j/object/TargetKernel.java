package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.Features;
import io.ebpf4j.kernel.Kallsyms;
import io.ebpf4j.kernel.Kconfig;
import io.ebpf4j.kernel.KernelFeature;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.relocate.TargetBtf;
import io.ebpf4j.spec.ProgramType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a plan knows of the kernel it is made for: the one that is running, or one that is described by files.
 *
 * <p>What is expensive is read when it is first asked for, once: an instance may serve many plans. Safe from any thread.
 */
public final class TargetKernel {
    private static final Path BTF_DIRECTORY = Path.of("/sys/kernel/btf");

    private final Parts parts;
    private final Once<Optional<Btf>> btf;
    private final Once<List<ModuleTypes>> modules;
    private final Once<Kconfig> kconfig;
    private final Once<Kallsyms> kallsyms;
    private final Once<Optional<TargetBtf>> relocationTarget;

    private TargetKernel(Parts parts) {
        this.parts = parts;
        this.btf = new Once<>(parts.btf);
        this.modules = new Once<>(parts.modules);
        this.kconfig = new Once<>(parts.kconfig);
        this.kallsyms = new Once<>(parts.kallsyms);
        this.relocationTarget = new Once<>(() -> btf().map(kernel -> TargetBtf.of(
                kernel, () -> modules().stream().map(ModuleTypes::btf).toList())));
    }

    /** {@return the running kernel} */
    public static TargetKernel running() {
        return running(Kernel.system());
    }

    /**
     * {@return the running kernel}
     *
     * @param kernel the kernel to ask for its CPUs and page size
     */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public static TargetKernel running(Kernel kernel) {
        Once<Optional<Btf>> own = new Once<>(TargetKernel::vmlinux);
        Parts parts = new Parts();
        parts.version = KernelVersion.running();
        parts.features = feature -> parts.version.isAtLeast(feature.since()) || isBackported(feature);
        parts.btf = own;
        parts.modules = () -> own.get().map(TargetKernel::loadedModules).orElse(List.of());
        parts.kconfig = Kconfig::running;
        parts.kallsyms = Kallsyms::open;
        parts.possibleCpus = kernel.possibleCpus();
        parts.pageSize = kernel.pageSize();
        parts.order = ByteOrder.nativeOrder();
        return new TargetKernel(parts);
    }

    /**
     * {@return a kernel that is not running here: without modules, configuration and symbols until they are given, with one
     * CPU and pages of 4,096 bytes}
     *
     * @param types its types
     * @param version its version, which decides what it can do
     */
    public static TargetKernel described(Btf types, KernelVersion version) {
        Parts parts = new Parts();
        parts.version = version;
        parts.features = feature -> version.isAtLeast(feature.since());
        parts.btf = () -> Optional.of(types);
        parts.order = types.order();
        return new TargetKernel(parts);
    }

    /** {@return its version} */
    public KernelVersion version() {
        return parts.version;
    }

    /** {@return its byte order} */
    public ByteOrder order() {
        return parts.order;
    }

    /** {@return its types; empty when it was built without (CONFIG_DEBUG_INFO_BTF)} */
    public Optional<Btf> btf() {
        return btf.get();
    }

    /** {@return the types of its modules} */
    public List<ModuleTypes> modules() {
        return modules.get();
    }

    /** {@return its configuration} */
    public Kconfig kconfig() {
        return kconfig.get();
    }

    /** {@return its symbols} */
    public Kallsyms kallsyms() {
        return kallsyms.get();
    }

    /** {@return how many CPUs it has room for} */
    public int possibleCpus() {
        return parts.possibleCpus;
    }

    /** {@return bytes of a page} */
    public long pageSize() {
        return parts.pageSize;
    }

    /**
     * {@return whether it has a feature}
     *
     * @param feature the feature
     */
    public boolean has(TargetFeature feature) {
        return parts.features.test(feature);
    }

    Optional<TargetBtf> relocationTarget() {
        return relocationTarget.get();
    }

    /**
     * {@return a copy with other types}
     *
     * @param types the types that programs are fitted to; there are no modules then
     */
    public TargetKernel withBtf(Btf types) {
        return with(copy -> {
            copy.btf = () -> Optional.of(types);
            copy.modules = List::of;
            return copy;
        });
    }

    /** {@return a copy without types} */
    public TargetKernel withoutBtf() {
        return with(copy -> {
            copy.btf = Optional::empty;
            copy.modules = List::of;
            return copy;
        });
    }

    /**
     * {@return a copy with modules}
     *
     * @param modules the types of its modules
     */
    public TargetKernel withModules(List<ModuleTypes> modules) {
        List<ModuleTypes> copied = List.copyOf(modules);
        return with(copy -> {
            copy.modules = () -> copied;
            return copy;
        });
    }

    /**
     * {@return a copy with another configuration}
     *
     * @param kconfig the configuration
     */
    public TargetKernel withKconfig(Kconfig kconfig) {
        return with(copy -> {
            copy.kconfig = () -> kconfig;
            return copy;
        });
    }

    /**
     * {@return a copy with other symbols}
     *
     * @param kallsyms the symbols
     */
    public TargetKernel withKallsyms(Kallsyms kallsyms) {
        return with(copy -> {
            copy.kallsyms = () -> kallsyms;
            return copy;
        });
    }

    /**
     * {@return a copy with another number of CPUs}
     *
     * @param cpus how many it has room for
     */
    public TargetKernel withPossibleCpus(int cpus) {
        return with(copy -> {
            copy.possibleCpus = cpus;
            return copy;
        });
    }

    /**
     * {@return a copy with another page size}
     *
     * @param bytes bytes of a page, a power of two
     */
    public TargetKernel withPageSize(long bytes) {
        return with(copy -> {
            copy.pageSize = bytes;
            return copy;
        });
    }

    /**
     * {@return a copy with other features}
     *
     * @param features all that it can do; a distribution may have more than its version says
     */
    public TargetKernel withFeatures(Set<TargetFeature> features) {
        Set<TargetFeature> copied = Set.copyOf(features);
        return with(copy -> {
            copy.features = copied::contains;
            return copy;
        });
    }

    /** A distribution may have more than its release says: asked only of a kernel that is too old by its release. */
    private static boolean isBackported(TargetFeature feature) {
        Features running = Features.running();
        return switch (feature) {
            case OBJECT_NAMES -> running.feature(KernelFeature.OBJECT_NAMES).isSupported();
            case CGROUP_ACCOUNTING ->
                running.feature(KernelFeature.MEMORY_CGROUP_ACCOUNTING).isSupported();
            case BTF -> running.feature(KernelFeature.BTF).isSupported();
            case GLOBAL_DATA -> running.feature(KernelFeature.GLOBAL_DATA).isSupported();
            case MAPPED_ARRAYS -> running.feature(KernelFeature.MAPPABLE_ARRAYS).isSupported();
            case PROBE_READ_KERNEL ->
                running.helper(ProgramType.KPROBE.number(), ProgramPlanner.PROBE_READ_KERNEL)
                        .isSupported();
            default -> false;
        };
    }

    private static Optional<Btf> vmlinux() {
        return Files.exists(BTF_DIRECTORY.resolve("vmlinux")) ? Optional.of(Btf.vmlinux()) : Optional.empty();
    }

    private static List<ModuleTypes> loadedModules(Btf kernel) {
        try (Stream<Path> files = Files.list(BTF_DIRECTORY)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("vmlinux"))
                    .sorted()
                    .map(name -> new ModuleTypes(name, Btf.openModule(name, kernel)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(BTF_DIRECTORY + " cannot be read", e);
        }
    }

    private TargetKernel with(UnaryOperator<Parts> change) {
        return new TargetKernel(change.apply(new Parts(parts)));
    }

    /** A value that is made when it is first asked for. */
    private static final class Once<T> implements Supplier<T> {
        private final Supplier<T> maker;
        private Optional<T> value = Optional.empty();

        Once(Supplier<T> maker) {
            this.maker = maker;
        }

        @Override
        public synchronized T get() {
            if (value.isEmpty()) {
                value = Optional.of(maker.get());
            }
            return value.get();
        }
    }

    /** The parts of a description; changed only while a copy is made. */
    private static final class Parts {
        private KernelVersion version = new KernelVersion(0, 0, 0);
        private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        private Supplier<Optional<Btf>> btf = Optional::empty;
        private Supplier<List<ModuleTypes>> modules = List::of;
        private Supplier<Kconfig> kconfig = () -> Kconfig.parse("", "");
        private Supplier<Kallsyms> kallsyms = () -> Kallsyms.open(Path.of("/dev/null"));
        private Predicate<TargetFeature> features = feature -> false;
        private int possibleCpus = 1;
        private long pageSize = 4096;

        Parts() {}

        Parts(Parts other) {
            version = Objects.requireNonNull(other.version);
            order = other.order;
            btf = other.btf;
            modules = other.modules;
            kconfig = other.kconfig;
            kallsyms = other.kallsyms;
            features = other.features;
            possibleCpus = other.possibleCpus;
            pageSize = other.pageSize;
        }
    }
}
