package io.ebpf4j.object;

import io.ebpf4j.btf.BtfFeature;
import io.ebpf4j.kernel.KernelVersion;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What a kernel may be too old for and an object can be fitted to. */
public enum TargetFeature {
    /** Programs and maps have names. */
    OBJECT_NAMES(4, 15),
    /** An expected attach type may be given at load time. */
    EXPECTED_ATTACH_TYPE(4, 17),
    /** Types can be loaded. */
    BTF(4, 18),
    /** Functions in types, and function and line records of programs. */
    BTF_FUNCTIONS(5, 0),
    /** Global variables: the address of a map's value as an immediate. */
    GLOBAL_DATA(5, 2),
    /** Data sections and variables in types. */
    BTF_DATA_SECTIONS(5, 2),
    /** {@code bpf_probe_read_kernel} and its kin; before, {@code bpf_probe_read} does for both kinds of memory. */
    PROBE_READ_KERNEL(5, 5),
    /** Arrays can be mapped into a process. */
    MAPPED_ARRAYS(5, 5),
    /** Functions in types may be global. */
    BTF_GLOBAL_FUNCTIONS(5, 6),
    /** A map can be tied to a program that does not use it. */
    BOUND_MAPS(5, 10),
    /** Memory of maps and programs is charged to the control group, not to RLIMIT_MEMLOCK. */
    CGROUP_ACCOUNTING(5, 11),
    /** Floating point in types. */
    BTF_FLOAT(5, 13),
    /** Attach cookies. */
    ATTACH_COOKIE(5, 15),
    /** Declaration tags in types. */
    BTF_DECL_TAGS(5, 16),
    /** Type tags in types. */
    BTF_TYPE_TAGS(5, 17),
    /** 64-bit enumerations in types. */
    BTF_ENUM64(6, 0),
    /** Data sections in types may have a question mark in their name. */
    BTF_OPTIONAL_SECTIONS(6, 12);

    private final int major;
    private final int minor;

    TargetFeature(int major, int minor) {
        this.major = major;
        this.minor = minor;
    }

    /** {@return what of BTF a kernel with these features takes} */
    static Set<BtfFeature> ofTypes(Predicate<TargetFeature> has) {
        Map<BtfFeature, TargetFeature> needs = Map.of(
                BtfFeature.FUNC, BTF_FUNCTIONS,
                BtfFeature.FUNC_GLOBAL, BTF_GLOBAL_FUNCTIONS,
                BtfFeature.DATASEC, BTF_DATA_SECTIONS,
                BtfFeature.OPTIONAL_DATASEC, BTF_OPTIONAL_SECTIONS,
                BtfFeature.FLOAT, BTF_FLOAT,
                BtfFeature.DECL_TAG, BTF_DECL_TAGS,
                BtfFeature.TYPE_TAG, BTF_TYPE_TAGS,
                BtfFeature.ENUM64, BTF_ENUM64);
        Set<BtfFeature> known = EnumSet.noneOf(BtfFeature.class);
        needs.forEach((feature, needed) -> {
            if (has.test(needed)) {
                known.add(feature);
            }
        });
        return known;
    }

    /** {@return the first release that has it} */
    public KernelVersion since() {
        return new KernelVersion(major, minor, 0);
    }
}
