package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which numbers the kinds of records have in an object, and where a record has its number: from the enumerators {@code
 * EVENT_...} of the object's BTF.
 */
public final class RecordNames {
    /** How many numbers there are: a record has one byte for it. */
    public static final int NUMBERS = 256;

    private static final String PREFIX = "EVENT_";

    private final Layer layer;
    private final long typeOffset;
    private final SortedMap<Integer, RecordKind> kinds = new TreeMap<>();

    /**
     * Learns the names.
     *
     * @param layer whose records
     * @param btf the types of the object that writes them
     * @throws io.ebpf4j.kernel.IncompatibleException when its records have no {@code event_header}
     */
    public RecordNames(Layer layer, Btf btf) {
        this.layer = layer;
        this.typeOffset = new StructBinding(btf, "event_header").integer("type", Byte.BYTES);
        for (int id = btf.firstId(); id <= btf.lastId(); id++) {
            if (btf.kind(id) == BtfKind.ENUM && btf.name(id).endsWith("event_type")) {
                add(btf, id);
            }
        }
    }

    private void add(Btf btf, int id) {
        for (int i = 0; i < btf.vlen(id); i++) {
            String constant = btf.enumName(id, i);
            long number = btf.enumValue(id, i);
            // EVENT_NONE is no record's, EVENT_TYPES is how many there are
            if (constant.startsWith(PREFIX) && !constant.equals("EVENT_TYPES") && number > 0 && number < NUMBERS) {
                String name = constant.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
                kinds.putIfAbsent((int) number, new RecordKind(layer, name));
            }
        }
    }

    /** {@return where in a record its number is} */
    public long typeOffset() {
        return typeOffset;
    }

    /** {@return the kinds by their numbers} */
    public SortedMap<Integer, RecordKind> kinds() {
        return Collections.unmodifiableSortedMap(kinds);
    }

    /**
     * {@return the kind with a number, {@link RecordKind#UNKNOWN} for one without a name}
     *
     * @param number the number
     */
    public RecordKind kind(int number) {
        RecordKind kind = kinds.get(number);
        return kind == null ? new RecordKind(layer, RecordKind.UNKNOWN) : kind;
    }
}
