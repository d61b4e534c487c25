package io.ebpf4j.observability.export.otel;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;

/**
 * The ends of a flow as attributes, in the names of OpenTelemetry's eBPF instrumentation ({@code src.name}, {@code
 * k8s.dst.owner.name}...), for the conventions have none that name both ends.
 */
final class FlowAttributes {
    private FlowAttributes() {}

    static AttributesBuilder of(FlowKey flow) {
        AttributesBuilder attributes = Attributes.builder();
        end(attributes, "src", flow.source(), flow.sourceAddress());
        end(attributes, "dst", flow.destination(), flow.destinationAddress());
        return attributes;
    }

    static void end(AttributesBuilder attributes, String end, Identity identity, String address) {
        attributes.put(end + ".name", identity.displayName());
        if (!address.isEmpty()) {
            attributes.put(end + ".address", address);
        }
        if (identity instanceof WorkloadIdentity workload) {
            put(attributes, "k8s." + end + ".namespace", workload.namespace());
            put(attributes, "k8s." + end + ".owner.name", workload.workload());
            put(attributes, "k8s." + end + ".owner.type", workload.kind());
            put(attributes, "k8s." + end + ".name", workload.pod());
        }
    }

    private static void put(AttributesBuilder attributes, String name, String value) {
        if (!value.isEmpty()) {
            attributes.put(name, value);
        }
    }
}
