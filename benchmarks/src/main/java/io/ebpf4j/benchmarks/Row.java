package io.ebpf4j.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** One row of the table: the figures of each round, and what they come to. */
final class Row {
    private final String name;
    private final String unit;
    private final OptionalDouble reach;
    private final double limit;
    private final List<Double> c = new ArrayList<>();
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();
    private final List<Double> bytes = new ArrayList<>();

    /**
     * An empty row.
     *
     * @param name of the work
     * @param unit of the figures; empty where the name says it
     * @param reach the ratio to hold, where there is one
     * @param limit what the gate goes by instead of {@code reach}, where it is given
     */
    Row(String name, String unit, OptionalDouble reach, OptionalDouble limit) {
        this.name = name;
        this.unit = unit;
        this.reach = reach;
        this.limit = limit.orElse(reach.orElse(Double.POSITIVE_INFINITY));
    }

    void add(OptionalDouble theirs, double our, OptionalDouble allocated) {
        ours.add(our);
        theirs.ifPresent(figure -> {
            c.add(figure);
            ratios.add(our / figure);
        });
        allocated.ifPresent(bytes::add);
    }

    String name() {
        return unit.isEmpty() ? name : name + ", " + unit;
    }

    String theirs() {
        return c.isEmpty() ? "" : number(median(c));
    }

    String ours() {
        return number(median(ours));
    }

    /** The median of the rounds' ratios, and the least and greatest. */
    String ratio() {
        if (ratios.isEmpty()) {
            return "";
        }
        double least = ratios.stream().min(Double::compare).orElseThrow();
        double greatest = ratios.stream().max(Double::compare).orElseThrow();
        return String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", median(ratios), least, greatest);
    }

    /** The least of the rounds' figures, Java's to C's: what is left when the others on the machine are quiet for a round. */
    String leastRatio() {
        return ratios.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", leastToLeast());
    }

    private double leastToLeast() {
        return ours.stream().min(Double::compare).orElseThrow()
                / c.stream().min(Double::compare).orElseThrow();
    }

    /** A millionth of a byte an operation is what JMH's own threads leave, not the operation. */
    String allocated() {
        return bytes.isEmpty() ? "" : median(bytes) < 1e-3 ? "0" : number(median(bytes));
    }

    String reach() {
        return reach.isPresent() ? String.format(Locale.ROOT, "%.2f", reach.getAsDouble()) : "";
    }

    /** By the median and by the least figures: one of them alone is what a busy machine does. */
    boolean misses(double tolerance) {
        return !ratios.isEmpty() && Math.min(median(ratios), leastToLeast()) > limit * (1 + tolerance);
    }

    String verdict() {
        return String.format(
                Locale.ROOT,
                "%s: %s of C, by the least %s, where %.2f is the limit",
                name,
                ratio(),
                leastRatio(),
                limit);
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String number(double figure) {
        return String.format(Locale.ROOT, Math.abs(figure) >= 1000 ? "%,.0f" : "%.2f", figure);
    }
}
