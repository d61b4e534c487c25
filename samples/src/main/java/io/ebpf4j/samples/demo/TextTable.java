package io.ebpf4j.samples.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in columns: text to the left, numbers to the right. */
final class TextTable {
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    /** A table; a heading that begins with {@code >} is of a column of numbers. */
    TextTable(String... headings) {
        this.headings = List.of(headings);
    }

    void row(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells in " + headings.size() + " columns");
        }
        rows.add(List.of(cells));
    }

    /** The lines, headings first, without blanks at their ends. */
    List<String> lines() {
        int[] widths = new int[headings.size()];
        List<String> titles = headings.stream()
                .map(heading -> heading.startsWith(">") ? heading.substring(1) : heading)
                .toList();
        List<List<String>> all = new ArrayList<>(rows);
        all.addFirst(titles);
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        String[] cells = new String[widths.length];
        for (int i = 0; i < widths.length; i++) {
            String blanks = " ".repeat(widths[i] - width(row.get(i)));
            cells[i] = headings.get(i).startsWith(">") ? blanks + row.get(i) : row.get(i) + blanks;
        }
        return String.join(GAP, Arrays.asList(cells)).stripTrailing();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
