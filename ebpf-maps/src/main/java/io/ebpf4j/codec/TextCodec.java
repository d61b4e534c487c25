package io.ebpf4j.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A zero-terminated UTF-8 string in a fixed number of bytes. */
record TextCodec(int bytes) implements Codec<String> {
    TextCodec {
        if (bytes < 1) {
            throw new IllegalArgumentException("a string needs at least one byte, not " + bytes);
        }
    }

    @Override
    public boolean isContained() {
        return true;
    }

    @Override
    public Shape shape() {
        return new Shape.Bytes(bytes);
    }

    @Override
    public long size() {
        return bytes;
    }

    @Override
    public String decode(MemorySegment from, long offset) {
        int length = 0;
        while (length < bytes && from.get(ValueLayout.JAVA_BYTE, offset + length) != 0) {
            length++;
        }
        byte[] text = new byte[length];
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, text, 0, length);
        return new String(text, StandardCharsets.UTF_8);
    }

    @Override
    public void encode(String value, MemorySegment to, long offset) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        if (text.length >= bytes) {
            throw new IllegalArgumentException("\"" + value + "\" needs " + (text.length + 1)
                    + " bytes with its terminating zero, and the member has " + bytes);
        }
        MemorySegment.copy(text, 0, to, ValueLayout.JAVA_BYTE, offset, text.length);
        to.asSlice(offset + text.length, bytes - (long) text.length).fill((byte) 0);
    }
}
