package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.aggregate.FlowKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How metrics name the two ends: Hubble's context options. Labels that two ends share make one series of them; no option
 * makes more series than the aggregate has keys.
 *
 * @param source what the label {@code source} says: the first of these that names the end; no such label where there is none
 * @param destination the same of the label {@code destination}
 * @param labels further labels
 */
public record ContextOptions(List<EndContext> source, List<EndContext> destination, Set<ContextLabel> labels) {
    /**
     * Namespace and workload of both ends, the reporter's direction, and in {@code source} and {@code destination} the
     * workload's name, else the name of DNS, else the identity: what all four of Hubble's dashboards need.
     */
    public static final ContextOptions DEFAULTS = new ContextOptions(
            List.of(EndContext.WORKLOAD_NAME, EndContext.DNS, EndContext.IDENTITY),
            List.of(EndContext.WORKLOAD_NAME, EndContext.DNS, EndContext.IDENTITY),
            EnumSet.of(
                    ContextLabel.SOURCE_NAMESPACE,
                    ContextLabel.SOURCE_WORKLOAD,
                    ContextLabel.DESTINATION_NAMESPACE,
                    ContextLabel.DESTINATION_WORKLOAD,
                    ContextLabel.TRAFFIC_DIRECTION));

    /** Copies the collections; labels stand in the order of {@link ContextLabel}. */
    public ContextOptions {
        source = List.copyOf(source);
        destination = List.copyOf(destination);
        Set<ContextLabel> ordered = EnumSet.noneOf(ContextLabel.class);
        ordered.addAll(labels);
        labels = Collections.unmodifiableSet(ordered);
    }

    /**
     * Reads options as they stand in Cilium's configuration.
     *
     * @param text options separated by semicolons: {@code
     *     sourceContext=workload-name|reserved-identity;labelsContext=source_namespace,traffic_direction}; what is not named has
     *     no label
     * @return the same
     * @throws IllegalArgumentException for an option or a value that is none
     */
    public static ContextOptions parse(String text) {
        ContextOptions options = new ContextOptions(List.of(), List.of(), Set.of());
        for (String option : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            int equals = option.indexOf('=');
            String name = equals < 0 ? option : option.substring(0, equals);
            String value = option.substring(equals + 1);
            options = switch (name) {
                case "sourceContext" -> options.withSource(EndContext.parse(value));
                case "destinationContext" -> options.withDestination(EndContext.parse(value));
                case "labelsContext" -> options.withLabels(ContextLabel.parse(value));
                default ->
                    throw new IllegalArgumentException("no context option: " + name
                            + "; there are sourceContext, destinationContext, labelsContext");
            };
        }
        return options;
    }

    /**
     * {@return the same with other contexts of the source}
     *
     * @param contexts which
     */
    public ContextOptions withSource(List<EndContext> contexts) {
        return new ContextOptions(contexts, destination, labels);
    }

    /**
     * {@return the same with other contexts of the destination}
     *
     * @param contexts which
     */
    public ContextOptions withDestination(List<EndContext> contexts) {
        return new ContextOptions(source, contexts, labels);
    }

    /**
     * {@return the same with other labels}
     *
     * @param wanted which
     */
    public ContextOptions withLabels(Set<ContextLabel> wanted) {
        return new ContextOptions(source, destination, wanted);
    }

    /** The names of the labels, in the order of {@link #values}. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        labels.forEach(label -> names.add(label.label()));
        if (!source.isEmpty()) {
            names.add("source");
        }
        if (!destination.isEmpty()) {
            names.add("destination");
        }
        return names;
    }

    List<String> values(FlowKey flow) {
        List<String> values = new ArrayList<>();
        labels.forEach(label -> values.add(label.of(flow)));
        if (!source.isEmpty()) {
            values.add(EndContext.first(source, flow.source(), flow.sourceAddress()));
        }
        if (!destination.isEmpty()) {
            values.add(EndContext.first(destination, flow.destination(), flow.destinationAddress()));
        }
        return values;
    }
}
