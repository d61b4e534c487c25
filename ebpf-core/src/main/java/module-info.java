/** The kernel door, and the pure stages that read and relocate an eBPF object. */
@SuppressWarnings("module") // the qualified exports name modules that are compiled after this one
module io.ebpf4j.core {
    requires static org.jspecify;

    exports io.ebpf4j.asm;
    exports io.ebpf4j.btf;
    exports io.ebpf4j.elf;
    exports io.ebpf4j.kernel;
    exports io.ebpf4j.relocate;
    exports io.ebpf4j.spec;
    exports io.ebpf4j.kernel.sys to
            io.ebpf4j.maps,
            io.ebpf4j.programs,
            io.ebpf4j.observability,
            io.ebpf4j.samples,
            io.ebpf4j.benchmarks;
}
