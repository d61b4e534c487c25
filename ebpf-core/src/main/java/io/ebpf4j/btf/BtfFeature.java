package io.ebpf4j.btf;

/**
 * What a kernel may or may not accept in BTF that is loaded with {@code BPF_BTF_LOAD}. {@link BtfBuilder#sanitize}
 * rewrites what it does not. Source: kernel/bpf/btf.c, by the release that first takes each.
 */
public enum BtfFeature {
    /** Functions and their signatures; Linux 5.0. */
    FUNC,
    /** Functions that are not static; Linux 5.6. */
    FUNC_GLOBAL,
    /** Variables and the sections that hold them; Linux 5.2. */
    DATASEC,
    /** Section names that begin with a question mark; Linux 6.12. */
    OPTIONAL_DATASEC,
    /** Floating point types; Linux 5.13. */
    FLOAT,
    /** Tags on declarations; Linux 5.16. */
    DECL_TAG,
    /** Tags on types; Linux 5.17. */
    TYPE_TAG,
    /** 64-bit and signed enumerations; Linux 6.0. */
    ENUM64
}
