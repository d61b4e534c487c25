package io.ebpf4j.testing;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.Kconfig;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.Privileges;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for {@link RequiresKernel}. */
final class RequiresKernelCondition implements ExecutionCondition {
    private static final String REQUIRE = "EBPF4J_REQUIRE_KERNEL";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<RequiresKernel> required = context.getElement().flatMap(RequiresKernelCondition::annotation);
        if (required.isEmpty()) {
            return ConditionEvaluationResult.enabled("no kernel is required here");
        }
        Optional<String> obstacle =
                obstacle(required.get(), KernelVersion.running(), Kconfig.running(), Privileges.current());
        if (obstacle.isEmpty()) {
            TestMounts.mountMissing();
            return ConditionEvaluationResult.enabled("the kernel has what it takes");
        }
        if ("1".equals(System.getenv(REQUIRE))) {
            // thrown, not disabled: JUnit reports it as the failure of this test
            throw new AssertionError(REQUIRE + "=1, but " + obstacle.get());
        }
        return ConditionEvaluationResult.disabled(obstacle.get());
    }

    private static Optional<RequiresKernel> annotation(AnnotatedElement element) {
        return AnnotationSupport.findAnnotation(element, RequiresKernel.class);
    }

    /** Why the test cannot run, if it cannot. */
    static Optional<String> obstacle(
            RequiresKernel required, KernelVersion running, Kconfig config, Privileges privileges) {
        KernelVersion since = KernelVersion.parse(required.since());
        if (!running.isAtLeast(since)) {
            return Optional.of(required.feature() + " came with Linux " + since + " and this is Linux " + running);
        }
        List<String> missing = new ArrayList<>();
        for (Capability capability : required.capability()) {
            if (!privileges.has(capability)) {
                missing.add(capability.kernelName());
            }
        }
        if (!missing.isEmpty()) {
            return Optional.of(required.feature() + " (Linux " + since + ") needs " + String.join(", ", missing));
        }
        if (config.isKnown()) {
            for (String option : required.config()) {
                if (!config.isEnabled(option)) {
                    return Optional.of(required.feature() + " (Linux " + since + ") needs a kernel built with " + option
                            + ", and " + config.origin() + " says it is not");
                }
            }
        }
        return Optional.empty();
    }
}
