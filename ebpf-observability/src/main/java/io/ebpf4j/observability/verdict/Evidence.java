package io.ebpf4j.observability.verdict;

import java.util.Objects;

/**
 * One thing that was seen and speaks for a verdict.
 *
 * @param fault the layer that it is of
 * @param what what was seen, as a person would say it: {@code "retransmits of 42 segments sent"}
 * @param value how much of it
 * @param unit the value's unit: {@code s}, {@code By}, {@code 1}, {@code %}
 * @param expected what the value is held against: a baseline or a bound; NaN where there is none
 */
public record Evidence(Fault fault, String what, double value, String unit, double expected) {
    /** Checks that nothing is null. */
    public Evidence {
        Objects.requireNonNull(fault, "fault");
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(unit, "unit");
    }
}
