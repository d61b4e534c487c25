package io.ebpf4j.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The event source of kprobes or uprobes, as {@code /sys/bus/event_source/devices} describes it. Since 4.17.
 *
 * @param type {@code perf_event_attr.type}
 * @param returnBit the bit of {@code perf_event_attr.config} that asks for return probes
 */
record ProbePmu(int type, int returnBit) {
    /** Where a uprobe's reference counter offset starts in {@code perf_event_attr.config}; it has 32 bits. */
    static final int REFERENCE_COUNTER_SHIFT = 32;

    private static final Path DEVICES = Path.of("/sys/bus/event_source/devices");

    /** {@return the source, empty where the kernel has none} */
    static Optional<ProbePmu> find(String name) {
        return find(DEVICES.resolve(name));
    }

    static Optional<ProbePmu> find(Path device) {
        OptionalInt type = number(device.resolve("type"), "");
        OptionalInt bit = number(device.resolve("format/retprobe"), "config:");
        return type.isPresent() && bit.isPresent()
                ? Optional.of(new ProbePmu(type.getAsInt(), bit.getAsInt()))
                : Optional.empty();
    }

    long config(ProbePoint point, long referenceCounterOffset) {
        return (point == ProbePoint.RETURN ? 1L << returnBit : 0) | referenceCounterOffset << REFERENCE_COUNTER_SHIFT;
    }

    private static OptionalInt number(Path file, String prefix) {
        try {
            String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
            return OptionalInt.of(Integer.parseInt(text.substring(prefix.length())));
        } catch (NoSuchFileException e) {
            return OptionalInt.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file, e);
        }
    }
}
