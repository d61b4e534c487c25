package io.ebpf4j.testing;

import io.ebpf4j.kernel.Capability;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs a real kernel.
 *
 * <p>On a kernel before {@link #since()}, without {@link #config()} in its build, or without {@link #capability()}, it is
 * skipped, and the reason names the feature, the version and what is missing. On every other kernel it runs: one that
 * ought to have the feature and does not fails the test. With {@code EBPF4J_REQUIRE_KERNEL=1} in the environment what
 * would be skipped fails. tracefs and the BPF file system are mounted where they are missing, as root.
 *
 * <p>On a class and on a method, both count.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RequiresKernelCondition.class)
public @interface RequiresKernel {
    /** {@return the first kernel that has the feature} */
    String since() default "3.18";

    /** {@return the capabilities it needs} */
    Capability[] capability() default {Capability.BPF};

    /** {@return options the kernel must be built with, {@code CONFIG_...}; not judged where the configuration is unknown} */
    String[] config() default {};

    /** {@return the feature, for the reason} */
    String feature() default "bpf(2)";
}
