package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.MessageCounts;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.RecordKind;
import io.ebpf4j.observability.event.RecordReader;
import io.ebpf4j.observability.protocol.Http1Connection.Queries;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A recording that {@link ConnectivityEvents} made ({@link ConnectivityOptions#withRecording}), read by the same readers:
 * they give the same events in the same order as they gave when it was made, on any machine and any operating system.
 *
 * <p>No byte of the file is trusted. What breaks the format, by a cut, a flipped bit or intent, ends in {@link
 * InvalidObjectException} with its place in the file; events that came before it have been handed on by then. Memory is
 * bounded by the longest section, 16 MiB, and by the readers' own bounds. One thread uses it.
 */
public final class Replay implements AutoCloseable {
    private static final String NO_SECTION = "";

    private final String origin;
    private final FileChannel file;
    private final long size;
    private final TimeAnchor anchor;
    private final String kernel;
    private final Set<Layer> layers;
    private long position;
    private @Nullable LossLedger ledger;

    private Replay(Path path, FileChannel file) throws IOException {
        this.origin = path.toString();
        this.file = file;
        this.size = file.size();
        ByteBuffer head = read(RecordingFormat.HEAD_BYTES, "the head");
        if (head.getLong() != RecordingFormat.MAGIC) {
            throw invalid(0, "this is no recording: it does not begin as one");
        }
        int version = head.getInt();
        if (version != RecordingFormat.VERSION) {
            throw invalid(
                    Long.BYTES,
                    "a recording of version " + Integer.toUnsignedString(version) + "; this reads version "
                            + RecordingFormat.VERSION);
        }
        Section section = section();
        if (section.kind != RecordingFormat.ANCHOR) {
            throw invalid(section.start, "a section of kind " + section.kind + " where the anchor has to be");
        }
        long second = section.i64();
        int nano = section.i32();
        try {
            anchor = new TimeAnchor(Instant.ofEpochSecond(second, nano), section.i64());
        } catch (DateTimeException e) {
            throw invalid(section.start, "no time: second " + second + " of the epoch");
        }
        kernel = section.text();
        Set<Layer> asked = EnumSet.noneOf(Layer.class);
        for (int left = section.u16(); left > 0; left--) {
            asked.add(section.constant(Layer.class));
        }
        layers = Collections.unmodifiableSet(asked);
        section.end();
    }

    /**
     * Opens a recording.
     *
     * @param path the file
     * @return the recording, to be closed by the caller
     * @throws IOException when the file cannot be read
     * @throws InvalidObjectException when it does not begin as a recording
     */
    public static Replay open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new Replay(path, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** {@return the wall clock when it was made} */
    public TimeAnchor anchor() {
        return anchor;
    }

    /** {@return the release of the kernel that it was made on, as {@code uname -r} tells it} */
    public String kernel() {
        return kernel;
    }

    /** {@return the layers that were asked for when it was made} */
    public Set<Layer> layers() {
        return layers;
    }

    /** {@return the ledger at the end of the recording; empty before {@link #run} has come there} */
    public Optional<LossLedger> ledger() {
        return Optional.ofNullable(ledger);
    }

    /**
     * Reads the recording to its end, once.
     *
     * @param consumer takes the events, in the order in which they were told; what it throws is thrown on
     * @throws IOException when the file cannot be read
     * @throws InvalidObjectException when the file is not what a recording has to be
     */
    public void run(Consumer<? super ConnectivityEvent> consumer) throws IOException {
        Guard guard = new Guard(LayerSelection.of(layers, consumer));
        List<RecordReader> readers = new ArrayList<>();
        List<Layer> names = new ArrayList<>();
        long entries = 0;
        while (true) {
            Section section = section();
            if (ledger != null && section.kind != RecordingFormat.END) {
                throw invalid(section.start, "a section of kind " + section.kind + " behind the ledger");
            }
            switch (section.kind) {
                case RecordingFormat.LAYER -> {
                    if (readers.size() == RecordingFormat.LAYERS) {
                        throw invalid(section.start, "more than " + RecordingFormat.LAYERS + " layers");
                    }
                    Layer layer = section.constant(Layer.class);
                    readers.add(reader(layer, section, guard));
                    names.add(layer);
                }
                case RecordingFormat.DATA -> entries += data(section, readers, names, guard);
                case RecordingFormat.LEDGER -> {
                    for (RecordReader reader : readers) {
                        guarded(section, guard, reader::finish);
                    }
                    ledger = ledger(section);
                }
                case RecordingFormat.END -> {
                    if (ledger == null) {
                        throw invalid(section.start, "an end without a ledger before it");
                    }
                    long written = section.i64();
                    if (written != entries) {
                        throw invalid(section.start, "there were " + written + " entries, here are " + entries);
                    }
                    section.end();
                    if (position != size) {
                        throw invalid(position, "there is more behind the end");
                    }
                    return;
                }
                default -> throw invalid(section.start, "a section of unknown kind " + section.kind);
            }
            section.end();
        }
    }

    private RecordReader reader(Layer layer, Section section, Guard guard) {
        Map<String, Long> options = new HashMap<>();
        for (int left = section.u16(); left > 0; left--) {
            options.put(section.text(), section.i64());
        }
        List<EnumNames> names = new ArrayList<>();
        for (int left = section.u16(); left > 0; left--) {
            String type = section.text();
            Map<Long, String> values = new HashMap<>();
            for (long more = Integer.toUnsignedLong(section.i32()); more > 0; more--) {
                values.put(section.i64(), section.text());
            }
            names.add(new EnumNames(type, values));
        }
        byte[] types = section.bytes(section.i32());
        return guarded(section, guard, () -> {
            Btf btf = Btf.parse(types, origin + ", types of layer " + layer);
            return LayerReaders.of(layer, btf, names, payload(section, options), guard);
        });
    }

    private PayloadOptions payload(Section section, Map<String, Long> options) {
        long connections = options.getOrDefault("connections", (long) PayloadOptions.DEFAULTS.connections());
        long queries = options.getOrDefault(
                "queries", (long) PayloadOptions.DEFAULTS.queries().ordinal());
        if (connections < 1 || connections > 1 << 24 || queries < 0 || queries >= Queries.values().length) {
            throw section.broken("options connections=" + connections + ", queries=" + queries);
        }
        return new PayloadOptions((int) connections, Queries.values()[(int) queries]);
    }

    private long data(Section section, List<RecordReader> readers, List<Layer> layerNames, Guard guard) {
        long entries = 0;
        try (Arena arena = Arena.ofConfined()) {
            // A ring's records are aligned to 8 bytes, and so is what the reader gets here.
            MemorySegment aligned = arena.allocate(Math.max(Long.BYTES, section.content.remaining()), Long.BYTES);
            while (section.content.hasRemaining()) {
                byte kind = section.i8();
                int index = section.i8() & 0xff;
                if (index >= readers.size()) {
                    throw section.broken("an entry of layer " + index + ", of which nothing was said");
                }
                RecordReader reader = readers.get(index);
                switch (kind) {
                    case RecordingFormat.RECORD -> {
                        int length = section.i32();
                        section.copy(length, aligned);
                        MemorySegment record = aligned.asSlice(0, length);
                        guarded(section, guard, () -> reader.handle(record, 0, length));
                    }
                    case RecordingFormat.ELAPSE -> {
                        long now = section.i64();
                        guarded(section, guard, () -> reader.elapse(now));
                    }
                    case RecordingFormat.GAP -> {
                        RecordKind gap = new RecordKind(layerNames.get(index), section.text());
                        GapEvent.Cause cause = section.constant(GapEvent.Cause.class);
                        long lost = section.i64();
                        long first = section.i64();
                        long last = section.i64();
                        guard.accept(new GapEvent(last, -1, gap, cause, lost, first, last));
                    }
                    default -> throw section.broken("an entry of unknown kind " + kind);
                }
                entries++;
            }
        }
        return entries;
    }

    private LossLedger ledger(Section section) {
        long timestamp = section.i64();
        Map<Layer, LossLedger.Account> accounts = new EnumMap<>(Layer.class);
        for (int left = section.u16(); left > 0; left--) {
            Layer layer = section.constant(Layer.class);
            long missed = section.i64();
            MessageCounts messages =
                    new MessageCounts(section.i64(), section.i64(), section.i64(), section.i64(), section.i64());
            Map<RecordKind, LossLedger.Counts> kinds = new HashMap<>();
            for (int more = section.u16(); more > 0; more--) {
                kinds.put(
                        new RecordKind(layer, section.text()),
                        new LossLedger.Counts(section.i64(), section.i64(), section.i64(), section.i64()));
            }
            accounts.put(layer, new LossLedger.Account(kinds, missed, messages));
        }
        return new LossLedger(timestamp, accounts);
    }

    private interface Step<T extends @Nullable Object> {
        T run();
    }

    private void guarded(Section section, Guard guard, Runnable step) {
        guarded(section, guard, () -> {
            step.run();
            return null;
        });
    }

    /** Readers were made for what our own programs write: whatever they make of other bytes is the file's fault. */
    @SuppressWarnings(
            "ReferenceEquality") // the very exception that the user's handler threw, not one that looks like it
    private <T extends @Nullable Object> T guarded(Section section, Guard guard, Step<T> step) {
        try {
            return step.run();
        } catch (InvalidObjectException e) {
            throw e;
        } catch (BpfException
                | IndexOutOfBoundsException
                | ArithmeticException
                | IllegalArgumentException
                | IllegalStateException
                | NegativeArraySizeException e) {
            if (guard.hasThrown) {
                throw e;
            }
            throw new InvalidObjectException(
                    origin, NO_SECTION, section.place(), "nothing that can be read: " + e.getMessage(), e);
        }
    }

    /** Knows what the consumer threw from what the readers did. */
    private static final class Guard implements Consumer<ConnectivityEvent> {
        private final Consumer<? super ConnectivityEvent> consumer;
        private boolean hasThrown;

        Guard(Consumer<? super ConnectivityEvent> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void accept(ConnectivityEvent event) {
            try {
                consumer.accept(event);
            } catch (RuntimeException e) {
                hasThrown = true;
                throw e;
            }
        }
    }

    private InvalidObjectException invalid(long offset, String problem) {
        return new InvalidObjectException(origin, NO_SECTION, offset, problem);
    }

    private ByteBuffer read(int bytes, String what) throws IOException {
        if (bytes > size - position) {
            throw invalid(
                    position,
                    "the file was cut: " + what + " is " + bytes + " bytes long, there are " + (size - position));
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            int count = file.read(buffer, position);
            if (count < 0) {
                throw invalid(position, "the file became shorter while it was read");
            }
            position += count;
        }
        return buffer.flip();
    }

    private Section section() throws IOException {
        if (position == size) {
            throw invalid(position, "the file was cut: there is no end");
        }
        long start = position;
        ByteBuffer head = read(RecordingFormat.SECTION_HEAD_BYTES, "a section's head");
        int kind = head.getInt();
        int length = head.getInt();
        int checksum = head.getInt();
        if (length < 0 || length > RecordingFormat.SECTION_BYTES) {
            throw invalid(start, "a section of " + Integer.toUnsignedString(length) + " bytes");
        }
        Section section = new Section(kind, start, read(length, "a section's content"));
        CRC32C found = new CRC32C();
        found.update(section.content.duplicate());
        if ((int) found.getValue() != checksum) {
            throw invalid(start, "the section's checksum is wrong");
        }
        return section;
    }

    /** The content of a section, read from its beginning to its end within its bounds. */
    private final class Section {
        private final int kind;
        private final long start;
        private final ByteBuffer content;

        Section(int kind, long start, ByteBuffer content) {
            this.kind = kind;
            this.start = start;
            this.content = content;
        }

        long place() {
            return start + RecordingFormat.SECTION_HEAD_BYTES + content.position();
        }

        InvalidObjectException broken(String problem) {
            return invalid(place(), problem);
        }

        private void need(int bytes) {
            if (bytes < 0 || bytes > content.remaining()) {
                throw broken("needs " + Integer.toUnsignedString(bytes) + " bytes, the section has "
                        + content.remaining() + " more");
            }
        }

        byte i8() {
            need(1);
            return content.get();
        }

        int u16() {
            need(Short.BYTES);
            return content.getShort() & 0xffff;
        }

        int i32() {
            need(Integer.BYTES);
            return content.getInt();
        }

        long i64() {
            need(Long.BYTES);
            return content.getLong();
        }

        byte[] bytes(int length) {
            need(length);
            byte[] bytes = new byte[length];
            content.get(bytes);
            return bytes;
        }

        void copy(int length, MemorySegment to) {
            need(length);
            MemorySegment.copy(
                    content.array(), content.arrayOffset() + content.position(), to, ValueLayout.JAVA_BYTE, 0, length);
            content.position(content.position() + length);
        }

        String text() {
            int length = u16();
            need(length);
            ByteBuffer text = content.slice(content.position(), length);
            try {
                String decoded =
                        StandardCharsets.UTF_8.newDecoder().decode(text).toString();
                content.position(content.position() + length);
                return decoded;
            } catch (CharacterCodingException e) {
                throw broken("a text that is not UTF-8");
            }
        }

        <E extends Enum<E>> E constant(Class<E> type) {
            String name = text();
            for (E constant : type.getEnumConstants()) {
                if (constant.name().equals(name)) {
                    return constant;
                }
            }
            throw broken("no " + type.getSimpleName() + " that this knows: " + name);
        }

        void end() {
            if (content.hasRemaining()) {
                throw broken(content.remaining() + " bytes behind what the section holds");
            }
        }
    }

    /** Closes the file. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
