package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;
import java.util.List;
import java.util.function.Supplier;

/**
 * The types that programs are fitted to: a kernel's BTF, from the running system or from a file, and those of its modules.
 *
 * <p>Modules are asked for only when a name is in none of the kernel's types, and once. Candidates found are kept, so one instance
 * serves many objects. Safe from any thread.
 */
public final class TargetBtf {
    private final Btf kernel;
    private final Supplier<List<Btf>> modules;

    private TargetBtf(Btf kernel, Supplier<List<Btf>> modules) {
        this.kernel = kernel;
        this.modules = modules;
    }

    /**
     * {@return a target without modules}
     *
     * @param kernel the kernel's types
     */
    public static TargetBtf of(Btf kernel) {
        return new TargetBtf(kernel, List::of);
    }

    /**
     * {@return a target with modules}
     *
     * @param kernel the kernel's types
     * @param modules gives the modules' split BTFs; called at most once, and only when a name misses in the kernel
     */
    public static TargetBtf of(Btf kernel, Supplier<List<Btf>> modules) {
        return new TargetBtf(kernel, modules);
    }

    /** {@return the kernel's types} */
    public Btf kernel() {
        return kernel;
    }

    Supplier<List<Btf>> modules() {
        return modules;
    }
}
