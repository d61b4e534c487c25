package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.AddressRange;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to ranges of addresses, found by longest prefix: one look-up for each length of prefix that occurs, however
 * many ranges there are. Never changes.
 */
final class RangeTable<T> {
    private final Map<AddressRange, T> values;
    private final int[] prefixes; // longest first

    RangeTable(Map<AddressRange, T> values) {
        this.values = new HashMap<>(values);
        this.prefixes = values.keySet().stream()
                .map(AddressRange::prefix)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** What the narrowest range that holds the address has; null where none holds it. */
    @Nullable
    T find(long high, long low) {
        for (int prefix : prefixes) {
            T value = values.get(new AddressRange(high, low, prefix));
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    int size() {
        return values.size();
    }
}
