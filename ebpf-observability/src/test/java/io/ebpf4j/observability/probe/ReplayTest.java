package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.EventDemultiplexer;
import io.ebpf4j.observability.event.EventFormat;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.MessageCounts;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.event.RecordReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
    private static final int MUTATIONS = 1000;
    private static final TimeAnchor ANCHOR = new TimeAnchor(Instant.ofEpochSecond(1_700_000_000, 5), 42);
    private static final GapEvent GAP =
            new GapEvent(9, -1, new RecordKind(Layer.TCP, "closed"), GapEvent.Cause.RING_FULL, 3, 7, 9);

    @TempDir
    private Path folder;

    private Path file = Path.of("");
    private final List<ConnectivityEvent> told = new ArrayList<>();
    private final LossLedger ledger = new LossLedger(
            77,
            Map.of(
                    Layer.TCP,
                    new LossLedger.Account(
                            Map.of(new RecordKind(Layer.TCP, "closed"), new LossLedger.Counts(10, 3, 7, 1)),
                            2,
                            new MessageCounts(1, 2, 3, 4, 5))));

    /** The layer's types and readers, without programs. */
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
        public void detach() {} // there are no programs

        @Override
        public void close() {}
    }

    @BeforeEach
    void record() throws IOException {
        file = folder.resolve("recording");
        Btf btf = BundledObject.TCP.spec().btf().orElseThrow();
        EnumNames reasons = new EnumNames(EventFormat.RESET_REASONS, Map.of(1L, "SK_RST_REASON_NO_SOCKET"));
        EventDemultiplexer reader =
                new EventDemultiplexer(EventFormat.bind(btf, reasons), EventHandler.events(told::add));
        try (RecordingWriter writer = RecordingWriter.create(file, ANCHOR, "6.18.0-test", EnumSet.of(Layer.TCP))) {
            int layer = writer.layer(new Types(btf, reader, List.of(reasons)), PayloadOptions.DEFAULTS);
            for (byte[] bytes : records()) {
                MemorySegment segment = MemorySegment.ofArray(bytes);
                writer.record(layer, segment, 0, bytes.length);
                reader.handle(segment, 0, bytes.length);
                writer.elapse(layer, 1);
            }
            writer.gap(layer, GAP);
            told.add(GAP);
            writer.end(ledger);
        }
    }

    private static List<byte[]> records() throws IOException {
        try (InputStream stream = EventFormat.class.getResourceAsStream("recorded-events.txt")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches("[0-9a-f]+"))
                    .map(HexFormat.of()::parseHex)
                    .toList();
        }
    }

    private List<ConnectivityEvent> replay() throws IOException {
        List<ConnectivityEvent> replayed = new ArrayList<>();
        try (Replay replay = Replay.open(file)) {
            replay.run(replayed::add);
        }
        return replayed;
    }

    @Test
    void givesTheSameEvents() throws IOException {
        assertThat(told).hasSizeGreaterThan(10);
        assertThat(replay()).isEqualTo(told);
    }

    @Test
    void tellsWhenAndWhereItWasMade() throws IOException {
        try (Replay replay = Replay.open(file)) {
            assertThat(replay.anchor()).isEqualTo(ANCHOR);
            assertThat(replay.kernel()).isEqualTo("6.18.0-test");
            assertThat(replay.layers()).containsExactly(Layer.TCP);
            assertThat(replay.ledger()).isEmpty();
            replay.run(event -> {});
            assertThat(replay.ledger()).contains(ledger);
        }
    }

    @Test
    void aFileThatWasCutAnywhereIsSaidToBe() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length = length < 400 ? length + 1 : length + 997) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(this::replay)
                    .as("%d bytes", length)
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining(file.toString());
        }
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(this::replay).hasMessageContaining("cut");
    }

    @Test
    void anotherVersionAndAnotherFileAreNamed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        whole[8] = 9;
        Files.write(file, whole);
        assertThatThrownBy(this::replay).hasMessageContaining("version 9");
        whole[0] = 0;
        Files.write(file, whole);
        assertThatThrownBy(this::replay).hasMessageContaining("no recording");
    }

    @Test
    void whatTheConsumerThrowsIsItsOwn() throws IOException {
        IllegalStateException mine = new IllegalStateException("mine");
        try (Replay replay = Replay.open(file)) {
            assertThatThrownBy(() -> replay.run(event -> {
                        throw mine;
                    }))
                    .isSameAs(mine);
        }
    }

    /** With checksums made right again, so that what is behind them is reached. */
    @Test
    void hostileBytesEndInAnExceptionThatNamesTheirPlace() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        long seed = Long.getLong("ebpf4j.seed", 20_251_122L);
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = whole.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            repair(bytes);
            Files.write(file, bytes);
            try {
                replay();
            } catch (InvalidObjectException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %d, round %d", seed, i).contains(file.toString());
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive();
    }

    private static void repair(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int position = RecordingFormat.HEAD_BYTES;
        while (position + RecordingFormat.SECTION_HEAD_BYTES <= bytes.length) {
            int length = buffer.getInt(position + Integer.BYTES);
            int start = position + RecordingFormat.SECTION_HEAD_BYTES;
            if (length < 0 || length > bytes.length - start) {
                return;
            }
            CRC32C checksum = new CRC32C();
            checksum.update(bytes, start, length);
            buffer.putInt(position + 2 * Integer.BYTES, (int) checksum.getValue());
            position = start + length;
        }
    }
}
