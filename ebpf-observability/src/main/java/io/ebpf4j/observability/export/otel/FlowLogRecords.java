package io.ebpf4j.observability.export.otel;

import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.export.FlowLog;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.probe.TimeAnchor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.Objects;
import java.util.Optional;

/**
 * The flow log as log records of OpenTelemetry: the body is the line of {@link FlowLog}, the ends are attributes, the time is
 * the event's, and a traced request's record stands in its trace. Drops and gaps are warnings, the rest information.
 *
 * <p>Thread-safe where the provider is.
 */
@SuppressWarnings("exports") // who has a logger provider has OpenTelemetry's modules
public final class FlowLogRecords {
    private final Logger logger;
    private final FlowLog log;
    private final TimeAnchor anchor;

    /**
     * Records through a provider.
     *
     * @param provider whose exporters get the records
     * @param log what writes the lines
     * @param anchor what makes times of day of timestamps
     */
    public FlowLogRecords(LoggerProvider provider, FlowLog log, TimeAnchor anchor) {
        this.logger = provider.get("io.ebpf4j.observability");
        this.log = Objects.requireNonNull(log, "log");
        this.anchor = Objects.requireNonNull(anchor, "anchor");
    }

    /**
     * Makes the record of an event; none of what is no flow.
     *
     * @param event the event
     */
    public void emit(IdentifiedEvent event) {
        Optional<String> line = log.line(event);
        if (line.isEmpty()) {
            return;
        }
        AttributesBuilder attributes = Attributes.builder()
                .put("event.name", "ebpf4j.flow")
                .put("ebpf4j.event", event.event().getClass().getSimpleName());
        FlowAttributes.end(attributes, "src", event.source().identity(), "");
        FlowAttributes.end(attributes, "dst", event.destination().identity(), "");
        LogRecordBuilder builder = logger.logRecordBuilder()
                .setTimestamp(anchor.at(event.event().timestamp()))
                .setSeverity(
                        event.event() instanceof PacketDropped || event.event() instanceof GapEvent
                                ? Severity.WARN
                                : Severity.INFO)
                .setBody(line.get())
                .setAllAttributes(attributes.build());
        if (event.event() instanceof HttpExchanged http) {
            http.exchange()
                    .trace()
                    .map(Contexts::caller)
                    .filter(context -> context.isValid())
                    .ifPresent(context -> builder.setContext(Context.root().with(Span.wrap(context))));
        }
        builder.emit();
    }
}
