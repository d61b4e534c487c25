package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.DropClass;
import io.ebpf4j.observability.event.DropFormat;
import io.ebpf4j.observability.event.DropReader;
import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PacketDroppedView;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The program that watches what the kernel drops, and the ring that it writes to. Needs Linux 5.11 with BTF, CAP_BPF and
 * CAP_PERFMON; before Linux 5.17 the kernel gives no reason, so that everything is {@link DropClass#UNEXPLAINED}.
 */
public final class DropProbe implements LayerProbe {
    private static final int REASONS = 256; // drop.bpf.c
    private static final EnumNames NO_REASONS =
            new EnumNames(DropFormat.REASONS, Map.of(0L, "SKB_DROP_REASON_NOT_SPECIFIED"));

    private final AttachedObject object;
    private final EnumNames reasons;
    private final DropFormat format;
    private final DropReader reader;

    private DropProbe(AttachedObject object, EnumNames reasons, Consumer<? super PacketDroppedView> handler) {
        this.object = object;
        this.reasons = reasons;
        this.format = DropFormat.bind(object.btf(), reasons);
        this.reader = new DropReader(format, handler);
    }

    /**
     * Loads the program and attaches it: what is dropped from now on is in the ring.
     *
     * @param options how to watch
     * @param handler takes the records, on the thread that drains the ring
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static DropProbe open(DropProbeOptions options, Consumer<? super PacketDroppedView> handler) {
        EnumNames named = EnumNames.of(Btf.vmlinux(), DropFormat.REASONS);
        EnumNames reasons = named.names().isEmpty() ? NO_REASONS : named;
        AttachedObject object = AttachedObject.open(
                BundledObject.DROP,
                LoadOptions.DEFAULTS
                        .withMaxEntries("events", options.ringBytes())
                        .withGlobal("only_netns", options.networkNamespace())
                        .withGlobal("only_counted", onlyCounted(reasons, options.told()))
                        .withGlobal("only_count_to_many", options.told().contains(DropClass.BENIGN) ? 0 : 1));
        try {
            return new DropProbe(object, reasons, handler);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /** One byte a reason, 1 where it is only counted. */
    private static byte[] onlyCounted(EnumNames reasons, Set<DropClass> told) {
        byte[] only = new byte[REASONS];
        List<DropClass> classes = DropFormat.classes(reasons, REASONS);
        for (int reason = 0; reason < only.length; reason++) {
            only[reason] = (byte) (told.contains(classes.get(reason)) ? 0 : 1);
        }
        return only;
    }

    /**
     * How many packets were dropped for each reason since the probe was opened, those that are only counted among them.
     *
     * @return the counts that are not 0, by the kernel's name; {@code OTHER} is of the reasons of modules
     */
    public Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        BpfMap map = object.map("reasons");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment values = arena.allocate(map.valueSpan(), Long.BYTES);
            for (int reason = 0; reason <= REASONS; reason++) {
                key.set(ValueLayout.JAVA_INT, 0, reason);
                long sum = 0;
                if (map.lookup(key, values)) {
                    for (long at = 0; at < values.byteSize(); at += Long.BYTES) {
                        sum += values.get(ValueLayout.JAVA_LONG, at);
                    }
                }
                if (sum != 0) {
                    counts.put(reason == REASONS ? "OTHER" : format.reason(reason), sum);
                }
            }
        }
        return counts;
    }

    @Override
    public Layer layer() {
        return Layer.DROPS;
    }

    @Override
    public Btf btf() {
        return object.btf();
    }

    @Override
    public BpfMap events() {
        return object.events();
    }

    @Override
    public BpfMap tallies() {
        return object.tallies();
    }

    @Override
    public DropReader reader() {
        return reader;
    }

    @Override
    public List<EnumNames> names() {
        return List.of(reasons);
    }

    /** {@return the programs, by name: what each costs is in their run statistics} */
    @Override
    public Map<String, BpfProgram> programs() {
        return object.programs();
    }

    @Override
    public long missedRuns() {
        return object.missedRuns();
    }

    @Override
    public List<Skipped> skipped() {
        return object.skipped();
    }

    @Override
    public void detach() {
        object.detach();
    }

    @Override
    public void close() {
        object.close();
    }
}
