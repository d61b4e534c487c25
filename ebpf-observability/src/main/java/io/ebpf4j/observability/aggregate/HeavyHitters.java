package io.ebpf4j.observability.aggregate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The heaviest of a stream of keys, by the space-saving algorithm of Metwally, Agrawal and El Abbadi (2005): of so many
 * counters the least is given to a key that has none, which inherits its count as the bound of its error. A key's true count is
 * between {@code count - error} and {@code count}; every key that comes more often than one time in {@code counters} has
 * one. Memory is fixed. One thread uses it.
 */
final class HeavyHitters<K> {
    private final Map<K, Counter<K>> byKey = new HashMap<>();
    private final Counter<K>[] heap; // the least first
    private int size;
    private long total;

    private static final class Counter<K> {
        private K key;
        private long count;
        private long error;
        private int position;

        Counter(K key) {
            this.key = key;
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    HeavyHitters(int counters) {
        heap = new Counter[counters];
    }

    /** {@return how often the key came for certain, this time included} */
    long offer(K key) {
        total++;
        Counter<K> counter = byKey.get(key);
        if (counter == null) {
            if (size < heap.length) {
                counter = new Counter<>(key);
                counter.position = size;
                heap[size++] = counter;
            } else {
                counter = heap[0];
                byKey.remove(counter.key);
                counter.key = key;
                counter.error = counter.count;
            }
            byKey.put(key, counter);
        }
        counter.count++;
        // a new one is at the end with the least count there is, and may have to rise; one that counts on has to sink
        rise(counter);
        sink(counter);
        return counter.count - counter.error;
    }

    /** {@return how many keys were offered} */
    long total() {
        return total;
    }

    /** Gives a key's counter up. */
    void remove(K key) {
        Counter<K> counter = byKey.remove(key);
        if (counter == null) {
            return;
        }
        Counter<K> last = heap[--size];
        put(last, counter.position);
        Arrays.fill(heap, size, size + 1, null);
        if (last != counter) {
            rise(last);
            sink(last);
        }
    }

    private void rise(Counter<K> counter) {
        int at = counter.position;
        while (at > 0 && heap[(at - 1) / 2].count > counter.count) {
            put(heap[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }
        put(counter, at);
    }

    private void sink(Counter<K> counter) {
        int at = counter.position;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1].count < heap[child].count) {
                child++;
            }
            if (heap[child].count >= counter.count) {
                break;
            }
            put(heap[child], at);
            at = child;
        }
        put(counter, at);
    }

    private void put(Counter<K> counter, int position) {
        heap[position] = counter;
        counter.position = position;
    }
}
