/** Metrics for Prometheus through its own Java client, which is an optional dependency: Hubble's families, the TCP set proposed to OpenTelemetry, and the agent's own. */
@NullMarked
package io.ebpf4j.observability.export.prometheus;

import org.jspecify.annotations.NullMarked;
