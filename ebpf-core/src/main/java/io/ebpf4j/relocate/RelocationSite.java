package io.ebpf4j.relocate;

import io.ebpf4j.btf.CoreRelocationKind;

/**
 * One CO-RE relocation of a program, as the object file asks for it.
 *
 * @param slot slot index in the program of the instruction to patch
 * @param typeId the local root type, an id of the object's BTF
 * @param access the access string: indexes from the root type to the field, joined by colons ("0:1:2"); for an enumerator its
 *     index; for a type "0"
 * @param kind what is asked
 */
public record RelocationSite(int slot, int typeId, String access, CoreRelocationKind kind) {}
