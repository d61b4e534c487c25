package io.ebpf4j.spec;

/**
 * An instruction of a program that a loader must complete with something that exists only after loading began: a map's
 * descriptor, an extern's address or type. Calls and pointers to subprograms are not among them, linking settles those.
 */
public sealed interface CodeReference {

    /**
     * The instruction to complete.
     *
     * @return its index in {@link ProgramSpec#slots()}; of a 64-bit immediate load, the first of its two slots
     */
    int slot();

    /**
     * A 64-bit immediate load of a map. The instruction becomes {@code BPF_PSEUDO_MAP_FD} with the map's descriptor.
     *
     * @param slot the load's first slot
     * @param map the map's key in {@link ObjectSpec#maps()}
     */
    record MapReference(int slot, String map) implements CodeReference {}

    /**
     * A 64-bit immediate load of the address of a byte of a map's value: global data, or an arena's memory. The
     * instruction becomes {@code BPF_PSEUDO_MAP_VALUE} with the map's descriptor; the second slot's immediate holds the
     * offset.
     *
     * @param slot the load's first slot
     * @param map the map's key in {@link ObjectSpec#maps()}
     * @param offset bytes from the start of the value
     */
    record MapValueReference(int slot, String map, int offset) implements CodeReference {}

    /**
     * A 64-bit immediate load of an extern: a kernel configuration value, a kernel variable, or a kernel function whose
     * presence is tested.
     *
     * @param slot the load's first slot
     * @param extern the extern's key in {@link ObjectSpec#externs()}
     */
    record ExternReference(int slot, String extern) implements CodeReference {}

    /**
     * A call of a kernel function. The instruction becomes {@code BPF_PSEUDO_KFUNC_CALL} with the function's BTF id.
     *
     * @param slot the call
     * @param extern the extern's key in {@link ObjectSpec#externs()}
     */
    record KfuncReference(int slot, String extern) implements CodeReference {}

    /**
     * A 64-bit immediate load of a jump table of the {@code .jumptables} section. It needs an {@code insn_array} map of
     * its own, Linux 6.19 and later.
     *
     * @param slot the load's first slot
     * @param offset the table's first byte in the section
     * @param size the table's bytes, eight for each target
     */
    record JumpTableReference(int slot, int offset, int size) implements CodeReference {}
}
