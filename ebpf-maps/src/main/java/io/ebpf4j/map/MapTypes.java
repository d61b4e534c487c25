package io.ebpf4j.map;

import io.ebpf4j.btf.Btf;

/** Where the kernel finds the types of a map's keys and values. */
public sealed interface MapTypes {
    /** The map has no types. */
    MapTypes NONE = new None();

    /** The map has no types: keys and values are bytes. */
    record None() implements MapTypes {}

    /**
     * Types of a BTF that was loaded into the kernel, since Linux 4.18.
     *
     * @param btf the types, for checking codecs against them
     * @param btfFd descriptor of the loaded BTF; it stays its owner's and is used while the map is created only
     * @param keyTypeId type of the keys in {@code btf}, 0 for none
     * @param valueTypeId type of the values in {@code btf}, 0 for none
     */
    record Declared(Btf btf, int btfFd, int keyTypeId, int valueTypeId) implements MapTypes {}

    /**
     * A struct_ops map: the value is a struct of the kernel or of a module, since Linux 5.6.
     *
     * @param btfFd descriptor of the object's own BTF, used while the map is created only
     * @param kernelValueTypeId id of {@code struct bpf_struct_ops_NAME} in the BTF of the kernel or of the module
     * @param moduleBtfFd descriptor of the module's BTF, -1 when the struct is the kernel's; since Linux 6.9
     */
    record StructOps(int btfFd, int kernelValueTypeId, int moduleBtfFd) implements MapTypes {}
}
