package io.ebpf4j.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A ring in plain memory with both of its ends. */
final class PlainRing implements AutoCloseable {
    final Arena arena = Arena.ofShared();
    final MemorySegment consumer = arena.allocate(64, 64);
    final MemorySegment producer = arena.allocate(64, 64);
    final MemorySegment data;
    final RingBuffer ring;
    final RingProducer source;

    PlainRing(int size) {
        this(size, () -> {});
    }

    PlainRing(int size, Runnable wake) {
        data = arena.allocate(2L * size, 64);
        ring = RingBuffer.over("test", consumer, producer, data);
        source = new RingProducer(consumer, producer, data, wake);
    }

    @Override
    public void close() {
        ring.close();
        arena.close();
    }
}
