package io.ebpf4j.object;

import io.ebpf4j.spec.ObjectSpec;
import java.util.function.UnaryOperator;

/**
 * An object between reading and loading: what its file says and what is decided about its loading. Needs no privilege.
 *
 * @param spec what the file says
 * @param options what is decided
 */
public record OpenObject(ObjectSpec spec, LoadOptions options) {

    /**
     * {@return the same object under changed options}
     *
     * @param change makes new options from these
     */
    public OpenObject with(UnaryOperator<LoadOptions> change) {
        return new OpenObject(spec, change.apply(options));
    }

    /**
     * {@return what loading it into the running kernel will do}
     *
     * @throws IllegalArgumentException when the options name something that the object does not have
     * @throws io.ebpf4j.kernel.BpfException when object and options contradict each other
     */
    public LoadPlan plan() {
        return plan(TargetKernel.running());
    }

    /**
     * {@return what loading it into a kernel will do}
     *
     * @param target what is known of the kernel
     * @throws IllegalArgumentException when the options name something that the object does not have
     * @throws io.ebpf4j.kernel.BpfException when object and options contradict each other
     */
    public LoadPlan plan(TargetKernel target) {
        return LoadPlan.of(spec, options, target);
    }

    /**
     * Loads the object into the running kernel.
     *
     * @return the loaded object, owned by the caller
     * @throws IllegalArgumentException when the options name something that the object does not have
     * @throws io.ebpf4j.kernel.BpfException when it cannot be loaded; nothing is left in the kernel then
     */
    public BpfObject load() {
        return plan().load();
    }
}
