package io.ebpf4j.observability.event;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Records of a real run, one a line: the first bytes in hexadecimal, and the length where zeros follow. */
final class RecordedLines {
    private RecordedLines() {}

    static List<byte[]> of(String resource) {
        try (InputStream stream = RecordedLines.class.getResourceAsStream(resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(RecordedLines::record)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] record(String line) {
        int space = line.indexOf(' ');
        if (space < 0) {
            return HexFormat.of().parseHex(line);
        }
        byte[] first = HexFormat.of().parseHex(line, 0, space);
        byte[] record = new byte[Integer.parseInt(line.substring(space + 1))];
        System.arraycopy(first, 0, record, 0, first.length);
        return record;
    }

    static void feed(List<byte[]> records, RecordReader reader) {
        for (byte[] record : records) {
            reader.handle(MemorySegment.ofArray(record), 0, record.length);
        }
    }
}
