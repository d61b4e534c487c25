package io.ebpf4j.ring;

import io.ebpf4j.map.BpfMap;

/** A ring buffer map's consumer. Bodies follow with the kernel door. */
public final class RingBuffer implements AutoCloseable {
    private RingBuffer() {}

    /**
     * {@return the consumer of a ring buffer map}
     *
     * @param map the map; it may be closed before this is
     */
    public static RingBuffer open(BpfMap map) {
        throw new UnsupportedOperationException("being written");
    }

    /**
     * Hands what is there to a handler.
     *
     * @param handler takes the records
     * @param budget records at most
     * @return records delivered
     */
    public long drain(RecordHandler handler, long budget) {
        throw new UnsupportedOperationException("being written");
    }

    /** {@return bytes between the consumer's and the producer's position} */
    public long available() {
        throw new UnsupportedOperationException("being written");
    }

    /** {@return what went through} */
    public RingCounts counts() {
        throw new UnsupportedOperationException("being written");
    }

    /** Ends the mapping. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("being written");
    }
}
