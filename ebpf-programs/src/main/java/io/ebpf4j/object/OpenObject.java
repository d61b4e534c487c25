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
     * Loads the object into the running kernel.
     *
     * @return the loaded object, owned by the caller
     * @throws io.ebpf4j.kernel.BpfException when it cannot be loaded; nothing is left in the kernel then
     */
    public BpfObject load() {
        throw new UnsupportedOperationException("being written");
    }
}
