package io.ebpf4j.observability.aggregate;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Numbers for texts, at most so many: those that find no room have the number of {@link #OTHER}. One thread asks for
 * numbers; any may ask for texts.
 */
final class NameTable {
    /** The number of no text. */
    static final int NONE = 0;

    /** The number of what found no room. */
    static final int OTHER = 1;

    /** How a text that found no room is written. */
    static final String OTHER_TEXT = "_other";

    private final int most;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final AtomicReferenceArray<String> texts;
    private final DistinctSketch foldedKeys = new DistinctSketch();
    private final AtomicLong foldedUpdates = new AtomicLong();
    private final AtomicInteger size = new AtomicInteger(2);

    NameTable(int most) {
        this.most = most;
        texts = new AtomicReferenceArray<>(2 + most);
        numbers.put("", NONE);
        texts.set(NONE, "");
        numbers.put(OTHER_TEXT, OTHER);
        texts.set(OTHER, OTHER_TEXT);
    }

    int number(String text) {
        Integer known = numbers.get(text);
        if (known != null) {
            return known;
        }
        int number = size.getPlain();
        if (number == 2 + most) {
            foldedKeys.add(spread(text));
            foldedUpdates.setOpaque(foldedUpdates.getPlain() + 1);
            return OTHER;
        }
        texts.set(number, text);
        numbers.put(text, number);
        size.setRelease(number + 1);
        return number;
    }

    String text(int number) {
        return texts.get(number);
    }

    Snapshot.FamilyStatus status(String name) {
        return new Snapshot.FamilyStatus(
                name, size.getAcquire() - 2, most, foldedKeys.estimate(), foldedUpdates.getOpaque());
    }

    /** 64 bits of hash: FNV-1a and a finaliser, for String's own has 32. */
    private static long spread(String text) {
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x0100_0000_01b3L;
        }
        return DistinctSketch.mix(hash);
    }
}
