package io.ebpf4j.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints what {@code benchmarks/run} measured: for each work the median of its rounds, the spread, and the ratio to C. Input lines are work, who and
 * figure, separated by tabs.
 */
public final class RoundTable {
    private RoundTable() {}

    /**
     * Reads the rounds and prints the table.
     *
     * @param args the file with the rounds
     * @throws IOException if it cannot be read
     */
    public static void main(String[] args) throws IOException {
        Map<String, Map<String, List<Double>>> works = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] fields = line.split("\t", 3);
            works.computeIfAbsent(fields[0], work -> new LinkedHashMap<>())
                    .computeIfAbsent(fields[1], who -> new ArrayList<>())
                    .add(Double.parseDouble(fields[2]));
        }
        PrintStream out = System.out;
        out.printf(Locale.ROOT, "%-48s %-22s %10s %19s %8s%n", "work", "by", "median", "spread", "to C");
        works.forEach((work, figures) -> figures.forEach((who, rounds) -> {
            List<Double> c = figures.get("C");
            out.printf(
                    Locale.ROOT,
                    "%-48s %-22s %10.2f %9.2f-%-9.2f %8s%n",
                    work,
                    who,
                    median(rounds),
                    rounds.stream().min(Double::compare).orElse(0.0),
                    rounds.stream().max(Double::compare).orElse(0.0),
                    c == null || who.equals("C") ? "" : String.format(Locale.ROOT, "%.2f", median(rounds) / median(c)));
        }));
    }

    private static double median(List<Double> figures) {
        return figures.stream().sorted().skip(figures.size() / 2).findFirst().orElse(0.0);
    }
}
