package io.ebpf4j.kernel;

/** Features of bpf(2) that are neither a map type, nor a program type, nor a helper. */
public enum KernelFeature {
    /** Memory of maps is charged to the cgroup, not to {@code RLIMIT_MEMLOCK}. Judged by version. */
    MEMORY_CGROUP_ACCOUNTING("memory cgroup accounting", "5.11"),
    /** Programs and maps have names. */
    OBJECT_NAMES("object names", "4.15"),
    /** Type information can be loaded. */
    BTF("BTF", "4.18"),
    /** The kernel publishes its own types in {@code /sys/kernel/btf/vmlinux}; {@code CONFIG_DEBUG_INFO_BTF}. */
    VMLINUX_BTF("BTF of the kernel", "5.4"),
    /** Global data: direct access to values of array maps. */
    GLOBAL_DATA("global data", "5.2"),
    /** Programs of a million instructions. */
    LARGE_PROGRAMS("programs of more than 4096 instructions", "5.2"),
    /** Loops that the verifier can follow to the end. */
    BOUNDED_LOOPS("bounded loops", "5.3"),
    /** Arrays that can be mapped into user space. */
    MAPPABLE_ARRAYS("memory-mapped arrays", "5.5"),
    /** Batched map operations. */
    MAP_BATCH("batched map operations", "5.6"),
    /** Instruction set v2: {@code jlt} and its kin. */
    ISA_V2("instruction set v2", "4.14"),
    /** Instruction set v3: jumps on 32 bits. */
    ISA_V3("instruction set v3", "5.1"),
    /** Atomic operations that fetch. */
    ATOMIC_FETCH("atomic operations that fetch", "5.12"),
    /** Instruction set v4: {@code gotol} and its kin. */
    ISA_V4("instruction set v4", "6.6"),
    /** {@code BPF_F_CPU}: one CPU's value of a per-CPU map. */
    PER_CPU_ELEMENT("access to one CPU's value (BPF_F_CPU)", "7.0");

    private final String title;
    private final String since;

    KernelFeature(String title, String since) {
        this.title = title;
        this.since = since;
    }

    /** {@return its name for humans} */
    public String title() {
        return title;
    }

    /** {@return the first kernel that has it} */
    public KernelVersion since() {
        return KernelVersion.parse(since);
    }
}
