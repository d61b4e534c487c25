package io.ebpf4j.ring;

/**
 * What went through a ring since it was opened.
 *
 * @param delivered records handed to a handler
 * @param discarded records that the program gave up after reserving them
 * @param bytes payload bytes of the delivered records
 */
public record RingCounts(long delivered, long discarded, long bytes) {}
