package io.ebpf4j.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** A row of the table: what is measured, by whom, and how far it is to come. */
sealed interface Work {
    /** What it is called in the table. */
    String name();

    /** The C program that does the same and its arguments, in which {@code @NAME} is a BPF object; empty where there is none. */
    List<String> twin();

    /** How many times what C takes Java may take. */
    OptionalDouble reach();

    /**
     * A JMH benchmark beside a program that prints one figure.
     *
     * @param name the row
     * @param twin the C program
     * @param benchmark class and method
     * @param parameters JMH's parameters
     * @param operations what JMH's figure is divided by
     * @param unit of the figure
     * @param reach the ratio to hold
     */
    record Timed(
            String name,
            List<String> twin,
            String benchmark,
            Map<String, String> parameters,
            double operations,
            String unit,
            OptionalDouble reach)
            implements Work {}

    /**
     * A program that prints lines of figure, tab, value, beside one that prints the same: each line is a row.
     *
     * @param name the rows
     * @param twin the C program
     * @param main Java's, a class of this package with its arguments
     * @param reach the ratio to hold
     */
    record Reported(String name, List<String> twin, List<String> main, OptionalDouble reach) implements Work {}

    /**
     * A whole process, from its start to its end.
     *
     * @param name the row
     * @param twin the C program
     * @param options of the JVM
     * @param main Java's, a class of this package with its arguments
     * @param reach the ratio to hold
     */
    record Process(String name, List<String> twin, List<String> options, List<String> main, OptionalDouble reach)
            implements Work {}
}
