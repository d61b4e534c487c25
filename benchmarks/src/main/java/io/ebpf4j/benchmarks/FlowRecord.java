package io.ebpf4j.benchmarks;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.ring.Flyweight;
import java.lang.invoke.MethodHandles;

/**
 * The record of 48 bytes that the benchmarks' programs send, as a value.
 *
 * @param sequence its number
 * @param addressHigh first half of an address
 * @param addressLow second half of an address
 * @param bytes how many
 * @param type which kind
 * @param process whose
 * @param time when
 */
record FlowRecord(long sequence, long addressHigh, long addressLow, long bytes, int type, int process, long time) {
    static final Codec<FlowRecord> CODEC = Codec.of(MethodHandles.lookup(), FlowRecord.class);
    static final int SIZE = 48;
    static final long BYTES = 24;
    static final long TYPE = 32;
    static final long TIME = 40;

    /** The same by named accessors, read where it lies. */
    static final class Flow extends Flyweight {
        Flow() {
            super(SIZE);
        }

        long bytes() {
            return getLong(BYTES);
        }

        int type() {
            return getInt(TYPE);
        }
    }
}
