package io.ebpf4j.observability.probe;

import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.Layer;
import java.util.List;
import java.util.Optional;

/**
 * Whether a layer is watched.
 *
 * @param layer which
 * @param problem why it is not watched; empty where it is
 * @param skipped what it is watched without, because this kernel is too old for it
 */
public record LayerStatus(Layer layer, Optional<RuntimeException> problem, List<Skipped> skipped) {
    /** Copies the list. */
    public LayerStatus {
        skipped = List.copyOf(skipped);
    }

    /** {@return whether the layer is watched} */
    public boolean isWatched() {
        return problem.isEmpty();
    }
}
