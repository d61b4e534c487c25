package io.ebpf4j.observability.event;

import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;

/**
 * A kind of record that a layer's programs write.
 *
 * @param layer whose programs
 * @param name its name in the object's BTF, in lower case and without what all of them begin with: {@code connected} for
 *     {@code EVENT_CONNECTED}
 */
public record RecordKind(Layer layer, String name) implements Comparable<RecordKind> {
    /** The name of whatever has no name: what programs wrote with a type byte that their own BTF does not list. */
    public static final String UNKNOWN = "unknown";

    private static final Comparator<RecordKind> ORDER =
            Comparator.comparing(RecordKind::layer).thenComparing(RecordKind::name);

    /** Both are needed. */
    public RecordKind {
        Objects.requireNonNull(layer, "layer");
        Objects.requireNonNull(name, "name");
    }

    @Override
    public int compareTo(RecordKind other) {
        return ORDER.compare(this, other);
    }

    /** {@return layer and name, {@code tcp/connected}} */
    @Override
    public String toString() {
        return layer.name().toLowerCase(Locale.ROOT) + "/" + name;
    }
}
