package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.MessageCounts;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.RecordKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Writes a recording ({@link RecordingFormat}). One thread uses it, the one that reads the rings: while the disk is slow
 * the rings fill, and what they lose is counted and recorded as any loss. A record allocates nothing.
 */
final class RecordingWriter implements AutoCloseable {
    private static final int DATA_BYTES = 1 << 20;
    private static final int RECORD_HEAD_BYTES = 2 + Integer.BYTES;

    private final Path path;
    private final FileChannel file;
    private final ByteBuffer data = buffer(DATA_BYTES);
    private final MemorySegment dataSegment = MemorySegment.ofBuffer(data);
    private final ByteBuffer head = buffer(RecordingFormat.SECTION_HEAD_BYTES);
    private long entries;
    private int layers;

    private RecordingWriter(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    /** Makes the file anew. */
    static RecordingWriter create(Path path, TimeAnchor anchor, String kernel, Set<Layer> layers) {
        try {
            FileChannel file = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            RecordingWriter writer = new RecordingWriter(path, file);
            try {
                writer.begin(anchor, kernel, layers);
                return writer;
            } catch (RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot record to " + path + ": " + e, e);
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void begin(TimeAnchor anchor, String kernel, Set<Layer> asked) {
        ByteBuffer start = buffer(RecordingFormat.HEAD_BYTES);
        start.putLong(RecordingFormat.MAGIC).putInt(RecordingFormat.VERSION).flip();
        write(start);
        ByteBuffer content = buffer(4096);
        Instant wall = anchor.wall();
        content.putLong(wall.getEpochSecond()).putInt(wall.getNano());
        content.putLong(anchor.monotonic());
        text(content, kernel);
        content.putShort((short) asked.size());
        asked.forEach(layer -> text(content, layer.name()));
        section(RecordingFormat.ANCHOR, content);
    }

    /** {@return the number of the layer in what follows} */
    int layer(LayerProbe probe, PayloadOptions options) {
        ByteBuffer content = buffer(RecordingFormat.SECTION_BYTES);
        text(content, probe.layer().name());
        content.putShort((short) 2);
        text(content, "connections");
        content.putLong(options.connections());
        text(content, "queries");
        content.putLong(options.queries().ordinal());
        content.putShort((short) probe.names().size());
        for (EnumNames names : probe.names()) {
            text(content, names.type());
            content.putInt(names.names().size());
            names.names().forEach((value, name) -> {
                content.putLong(value);
                text(content, name);
            });
        }
        ByteBuffer btf = probe.btf().bytes().asByteBuffer();
        content.putInt(btf.remaining()).put(btf);
        flush();
        section(RecordingFormat.LAYER, content);
        return layers++;
    }

    void record(int layer, MemorySegment segment, long offset, int length) {
        need(RECORD_HEAD_BYTES + length);
        data.put(RecordingFormat.RECORD).put((byte) layer).putInt(length);
        MemorySegment.copy(
                segment, ValueLayout.JAVA_BYTE, offset, dataSegment, ValueLayout.JAVA_BYTE, data.position(), length);
        data.position(data.position() + length);
        entries++;
    }

    void elapse(int layer, long now) {
        need(2 + Long.BYTES);
        data.put(RecordingFormat.ELAPSE).put((byte) layer).putLong(now);
        entries++;
    }

    void gap(int layer, GapEvent gap) {
        need(4096);
        data.put(RecordingFormat.GAP).put((byte) layer);
        text(data, gap.kind().name());
        text(data, gap.cause().name());
        data.putLong(gap.lost()).putLong(gap.first()).putLong(gap.last());
        entries++;
    }

    /** Ends the file. */
    void end(LossLedger ledger) {
        flush();
        ByteBuffer content = buffer(1 << 20);
        content.putLong(ledger.timestamp()).putShort((short) ledger.accounts().size());
        ledger.accounts().forEach((layer, account) -> {
            text(content, layer.name());
            MessageCounts messages = account.messages();
            content.putLong(account.missedRuns())
                    .putLong(messages.paired())
                    .putLong(messages.unpaired())
                    .putLong(messages.evicted())
                    .putLong(messages.malformed())
                    .putLong(messages.pending())
                    .putShort((short) account.kinds().size());
            for (Map.Entry<RecordKind, LossLedger.Counts> kind : account.kinds().entrySet()) {
                text(content, kind.getKey().name());
                LossLedger.Counts counts = kind.getValue();
                content.putLong(counts.attempted())
                        .putLong(counts.lost())
                        .putLong(counts.delivered())
                        .putLong(counts.rejected());
            }
        });
        section(RecordingFormat.LEDGER, content);
        section(RecordingFormat.END, buffer(Long.BYTES).putLong(entries));
    }

    private void need(int bytes) {
        if (bytes > data.capacity()) {
            throw new IllegalStateException("a record of " + bytes + " bytes does not fit into a recording");
        }
        if (bytes > data.remaining()) {
            flush();
        }
    }

    private void flush() {
        if (data.position() > 0) {
            section(RecordingFormat.DATA, data);
            data.clear();
        }
    }

    private void section(int kind, ByteBuffer content) {
        content.flip();
        CRC32C checksum = new CRC32C();
        checksum.update(content.duplicate());
        head.clear()
                .putInt(kind)
                .putInt(content.remaining())
                .putInt((int) checksum.getValue())
                .flip();
        write(head);
        write(content);
    }

    private void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot record to " + path + ": " + e, e);
        }
    }

    private static void text(ByteBuffer content, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        content.putShort((short) bytes.length).put(bytes);
    }

    /** Closes the file; without {@link #end} before, it is a recording that was cut. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot record to " + path + ": " + e, e);
        }
    }
}
