package io.ebpf4j.ring;

/**
 * What went through a perf buffer since it was opened.
 *
 * @param delivered samples handed to the handler
 * @param lost samples that the kernel says did not fit; those overwritten in an overwritable buffer are not known
 * @param bytes bytes of the delivered samples, with their padding
 */
public record PerfCounts(long delivered, long lost, long bytes) {}
