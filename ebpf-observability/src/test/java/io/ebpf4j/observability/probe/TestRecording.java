package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.EventDemultiplexer;
import io.ebpf4j.observability.event.EventFormat;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.MessageCounts;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.event.RecordReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A recording of TCP made of the records in recorded-events.txt, without a kernel. */
public final class TestRecording {
    /** What its ledger misses: three records lost, one rejected, two runs left out, three messages given up. */
    public static final long LOST = 3 + 1 + 2 + 3;

    private TestRecording() {}

    /** The layer's types and reader, without programs. */
    private record Types(Btf btf, RecordReader reader, List<EnumNames> names) implements LayerProbe {
        @Override
        public Layer layer() {
            return Layer.TCP;
        }

        @Override
        public BpfMap events() {
            throw new UnsupportedOperationException();
        }

        @Override
        public BpfMap tallies() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long missedRuns() {
            return 0;
        }

        @Override
        public List<Skipped> skipped() {
            return List.of();
        }

        @Override
        public void detach() {}

        @Override
        public void close() {}
    }

    public static Path write(Path file) throws IOException {
        Btf btf = BundledObject.TCP.spec().btf().orElseThrow();
        EnumNames reasons = new EnumNames(EventFormat.RESET_REASONS, Map.of(1L, "SK_RST_REASON_NO_SOCKET"));
        EventDemultiplexer reader =
                new EventDemultiplexer(EventFormat.bind(btf, reasons), EventHandler.events(event -> {}));
        TimeAnchor anchor = new TimeAnchor(Instant.ofEpochSecond(1_700_000_000), 6_526_009_000_000L);
        LossLedger ledger = new LossLedger(
                77,
                Map.of(
                        Layer.TCP,
                        new LossLedger.Account(
                                Map.of(new RecordKind(Layer.TCP, "closed"), new LossLedger.Counts(10, 3, 7, 1)),
                                2,
                                new MessageCounts(1, 2, 3, 4, 5))));
        try (RecordingWriter writer = RecordingWriter.create(file, anchor, "6.18.0-test", EnumSet.of(Layer.TCP));
                InputStream stream = EventFormat.class.getResourceAsStream("recorded-events.txt")) {
            int layer = writer.layer(new Types(btf, reader, List.of(reasons)), PayloadOptions.DEFAULTS);
            List<byte[]> records = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches("[0-9a-f]+"))
                    .map(HexFormat.of()::parseHex)
                    .toList();
            for (byte[] record : records) {
                writer.record(layer, MemorySegment.ofArray(record), 0, record.length);
            }
            writer.end(ledger);
        }
        return file;
    }
}
