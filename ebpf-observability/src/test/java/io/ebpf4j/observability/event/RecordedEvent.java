package io.ebpf4j.observability.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A record of a real run and what a C program on libbpf read in it.
 *
 * @param expected the C program's reading, by name
 * @param hex the record
 */
record RecordedEvent(Map<String, String> expected, String hex) {

    static List<RecordedEvent> all() {
        try (InputStream stream = RecordedEvent.class.getResourceAsStream("recorded-events.txt")) {
            List<String> lines = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
            List<RecordedEvent> all = new ArrayList<>();
            for (int i = 0; i < lines.size(); i += 2) {
                Map<String, String> expected = new LinkedHashMap<>();
                for (String pair : lines.get(i).split(" ", -1)) {
                    expected.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
                }
                all.add(new RecordedEvent(expected, lines.get(i + 1)));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    long number(String name) {
        return Long.parseLong(expected.get(name));
    }

    /** The record in memory of its own, behind some other bytes as in a ring. */
    MemorySegment inRing(long offset) {
        byte[] bytes = bytes();
        MemorySegment ring = Arena.ofAuto().allocate(offset + bytes.length, Long.BYTES);
        MemorySegment.copy(bytes, 0, ring, ValueLayout.JAVA_BYTE, offset, bytes.length);
        return ring.asReadOnly();
    }
}
