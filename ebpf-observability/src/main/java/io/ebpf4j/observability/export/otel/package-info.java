/** Metrics, spans and flow log records through OpenTelemetry's own API and SDK, which are optional dependencies. */
@NullMarked
package io.ebpf4j.observability.export.otel;

import org.jspecify.annotations.NullMarked;
