package io.ebpf4j.kernel.sys;

import java.util.stream.IntStream;

/** The kernel's list format for sets of CPUs: {@code 0-3,8,10-11}. */
public final class CpuList {
    private static final int MOST = 1 << 16;

    private CpuList() {}

    /**
     * {@return the numbers of a list, in its order}
     *
     * @param list the text; white space around it is ignored, an empty list is empty
     * @throws IllegalArgumentException if it is not such a list
     */
    public static int[] parse(String list) {
        String text = list.strip();
        if (text.isEmpty()) {
            return new int[0];
        }
        IntStream all = IntStream.empty();
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = number(dash < 0 ? range : range.substring(0, dash), text);
            int last = dash < 0 ? first : number(range.substring(dash + 1), text);
            if (last < first) {
                throw new IllegalArgumentException("not a CPU list: " + text);
            }
            all = IntStream.concat(all, IntStream.rangeClosed(first, last));
        }
        return all.toArray();
    }

    private static int number(String digits, String list) {
        try {
            int number = Integer.parseInt(digits);
            if (number < 0 || number >= MOST) {
                throw new IllegalArgumentException("not a CPU list: " + list);
            }
            return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a CPU list: " + list, e);
        }
    }
}
