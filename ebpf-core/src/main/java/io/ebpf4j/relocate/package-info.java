/**
 * CO-RE relocation: fits a compiled program to the types of a target kernel, every step explained.
 *
 * <p>Pure: a function of the object's BTF and the target's BTF, whichever machine they come from. The semantics are those of
 * libbpf's {@code relo_core.c} except for one point: all relocations of one local type are resolved against one and the
 * same candidate type, so that two layouts are never mixed.
 */
@NullMarked
package io.ebpf4j.relocate;

import org.jspecify.annotations.NullMarked;
