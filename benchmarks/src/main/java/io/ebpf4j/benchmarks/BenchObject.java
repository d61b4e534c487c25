package io.ebpf4j.benchmarks;

import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The benchmarks' own BPF objects, out of the jar. */
final class BenchObject {
    private BenchObject() {}

    static byte[] bytes(String name) {
        try (InputStream bytes = BenchObject.class.getResourceAsStream(name + ".bpf.o")) {
            if (bytes == null) {
                throw new IllegalStateException("no object " + name);
            }
            return bytes.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static ObjectSpec spec(String name) {
        return ObjectSpec.parse(bytes(name), name + ".bpf.o");
    }

    /** The context of the programs named fill: how many records, and room for how many were written. */
    static byte[] fillArguments(int records) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt(records)
                .array();
    }
}
