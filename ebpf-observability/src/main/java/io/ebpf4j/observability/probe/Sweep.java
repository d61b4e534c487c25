package io.ebpf4j.observability.probe;

/**
 * What a sweep over the sockets of this host reached.
 *
 * @param timestamp when it began, CLOCK_MONOTONIC nanoseconds
 * @param swept network namespaces whose sockets were told
 * @param unreachable those that were gone meanwhile, or that this process may not enter (CAP_SYS_ADMIN)
 */
public record Sweep(long timestamp, int swept, int unreachable) {}
