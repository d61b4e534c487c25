package io.ebpf4j.codec;

/** What a Java type says about the sign of an integer in C. */
public enum Signedness {
    /** The integer is signed. */
    SIGNED,
    /** The integer is unsigned. */
    UNSIGNED,
    /** Java has no unsigned integers, and nothing was stated: both are accepted. */
    UNSTATED
}
