package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The labels of Hubble's option labelsContext, in the order in which they stand in every metric. */
public enum ContextLabel {
    /** The source's address; empty unless the aggregate is kept by addresses. */
    SOURCE_IP,
    /** The source's pod. */
    SOURCE_POD,
    /** The source's namespace. */
    SOURCE_NAMESPACE,
    /** The source's workload; on hosts without an orchestrator its container, unit or executable. */
    SOURCE_WORKLOAD,
    /** The source's application by its labels. */
    SOURCE_APP,
    /** The destination's address; empty unless the aggregate is kept by addresses. */
    DESTINATION_IP,
    /** The destination's pod. */
    DESTINATION_POD,
    /** The destination's namespace. */
    DESTINATION_NAMESPACE,
    /** The destination's workload; on hosts without an orchestrator its container, unit or executable. */
    DESTINATION_WORKLOAD,
    /** The destination's application by its labels. */
    DESTINATION_APP,
    /** {@code egress} for what the client's end told, {@code ingress} for the server's, else {@code unknown}. */
    TRAFFIC_DIRECTION;

    /** {@return the label's name, as {@code source_ip}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads an option's value.
     *
     * @param text names separated by commas
     * @return the same, in the order of this enum; empty for an empty text
     * @throws IllegalArgumentException for a name that is none
     */
    public static Set<ContextLabel> parse(String text) {
        Set<ContextLabel> labels = EnumSet.noneOf(ContextLabel.class);
        for (String name : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            labels.add(Arrays.stream(values())
                    .filter(label -> label.label().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no context label: " + name + "; there are "
                            + String.join(
                                    ", ",
                                    EnumSet.allOf(ContextLabel.class).stream()
                                            .map(ContextLabel::label)
                                            .toList()))));
        }
        return labels;
    }

    String of(FlowKey flow) {
        return switch (this) {
            case SOURCE_IP -> flow.sourceAddress();
            case SOURCE_POD -> flow.source() instanceof WorkloadIdentity workload ? workload.pod() : "";
            case SOURCE_NAMESPACE -> flow.source().namespace();
            case SOURCE_WORKLOAD -> EndContext.workload(flow.source());
            case SOURCE_APP -> EndContext.app(flow.source());
            case DESTINATION_IP -> flow.destinationAddress();
            case DESTINATION_POD -> flow.destination() instanceof WorkloadIdentity workload ? workload.pod() : "";
            case DESTINATION_NAMESPACE -> flow.destination().namespace();
            case DESTINATION_WORKLOAD -> EndContext.workload(flow.destination());
            case DESTINATION_APP -> EndContext.app(flow.destination());
            case TRAFFIC_DIRECTION ->
                switch (flow.reporter()) {
                    case CLIENT -> "egress";
                    case SERVER -> "ingress";
                    case UNKNOWN -> "unknown";
                };
        };
    }
}
