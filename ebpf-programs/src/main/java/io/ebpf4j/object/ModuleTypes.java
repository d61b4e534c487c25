package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;

/**
 * The types of a kernel module.
 *
 * @param name the module's name
 * @param btf its types, split from the kernel's
 */
public record ModuleTypes(String name, Btf btf) {}
