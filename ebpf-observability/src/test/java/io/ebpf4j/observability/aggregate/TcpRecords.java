package io.ebpf4j.observability.aggregate;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.observability.event.EventFormat;
import io.ebpf4j.observability.event.EventType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Records of TCP of a real run, to be read by views and to be changed. */
final class TcpRecords {
    private static final String EVENTS = "/io/ebpf4j/observability/event/recorded-events.txt";
    private static final String OBJECT = "/io/ebpf4j/observability/probe/tcp.bpf.o";

    private final Btf btf;
    private final EventFormat format;

    TcpRecords() {
        ElfFile elf = ElfFile.parse(resource(OBJECT), OBJECT);
        btf = Btf.parse(elf.data(elf.section(".BTF").orElseThrow()).toArray(ValueLayout.JAVA_BYTE), OBJECT);
        format = EventFormat.bind(btf);
    }

    private static byte[] resource(String name) {
        try (InputStream stream = TcpRecords.class.getResourceAsStream(name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    EventFormat format() {
        return format;
    }

    /** All of them, each in memory of its own. */
    static List<MemorySegment> all() {
        List<String> lines = new String(resource(EVENTS), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
        return lines.stream()
                .filter(line -> !line.contains("="))
                .map(line -> {
                    byte[] bytes = HexFormat.of().parseHex(line);
                    MemorySegment segment = Arena.ofAuto().allocate(bytes.length, Long.BYTES);
                    return segment.copyFrom(MemorySegment.ofArray(bytes));
                })
                .toList();
    }

    /** A copy of the first record of a kind. */
    MemorySegment first(EventType type) {
        MemorySegment found = all().stream()
                .filter(record -> record.get(ValueLayout.JAVA_BYTE, 0) == format.number(type))
                .findFirst()
                .orElseThrow();
        return Arena.ofAuto().allocate(found.byteSize(), Long.BYTES).copyFrom(found);
    }

    /** Where a member is, by its path from a struct on. */
    long offset(String struct, String... path) {
        int type = btf.find(struct, BtfKind.STRUCT).orElseThrow();
        long bits = 0;
        for (String name : path) {
            int member = 0;
            while (!btf.memberName(type, member).equals(name)) {
                member++;
            }
            bits += btf.memberBitOffset(type, member);
            type = btf.memberType(type, member);
        }
        return bits / Byte.SIZE;
    }

    void cookie(MemorySegment record, long cookie) {
        record.set(ValueLayout.JAVA_LONG_UNALIGNED, offset("event_header", "cookie"), cookie);
    }
}
