package io.ebpf4j.observability.event;

import java.util.Map;

/** The kernel's names for its reasons without their common beginning, found without allocation. */
final class ReasonNames {
    private static final int MOST = 1 << 16; // above are the reasons of modules, by subsystem: include/net/dropreason.h

    private final String[] byNumber;

    ReasonNames(EnumNames kernel, String prefix) {
        int size = 0;
        for (long number : kernel.names().keySet()) {
            size = number >= size && number < MOST ? (int) number + 1 : size;
        }
        byNumber = new String[size];
        for (int i = 0; i < size; i++) {
            byNumber[i] = numbered(i);
        }
        for (Map.Entry<Long, String> entry : kernel.names().entrySet()) {
            if (entry.getKey() >= 0 && entry.getKey() < size) {
                String name = entry.getValue();
                byNumber[Math.toIntExact(entry.getKey())] =
                        name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            }
        }
    }

    private static String numbered(int number) {
        return "REASON_" + Integer.toUnsignedString(number);
    }

    /** {@return the name, {@code REASON_17} for a number without one} */
    String name(int number) {
        return number >= 0 && number < byNumber.length ? byNumber[number] : numbered(number);
    }
}
