package io.ebpf4j.codec;

/** An enum whose constants stand for numbers of C, which need not be their ordinals. */
@FunctionalInterface
public interface CodedEnum {
    /** {@return the number in C} */
    long code();
}
