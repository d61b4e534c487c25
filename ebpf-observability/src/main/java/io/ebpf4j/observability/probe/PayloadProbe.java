package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.link.AutoAttach;
import io.ebpf4j.link.Link;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadDemultiplexer;
import io.ebpf4j.observability.event.PayloadFormat;
import io.ebpf4j.observability.event.PayloadHandler;
import io.ebpf4j.observability.event.PayloadProtocol;
import io.ebpf4j.observability.event.PayloadType;
import io.ebpf4j.observability.event.RecordReader;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.ObjectSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The programs that capture payload of TCP connections, loaded and attached, and the ring that they write to. Needs Linux 6.3 with BTF, CAP_BPF and CAP_PERFMON. Buffers are
 * found on x86-64.
 *
 * <p>Both ends of a connection within this host are two reports, one a socket. What a call carries without a buffer of
 * the process (sendfile, splice, io_uring) is told by its length alone, so a message's framing holds; a head that goes so
 * is not read.
 *
 * <p>One thread polls; {@link #wakeup}, {@link #counts} and {@link #close} are for any thread, closing only after polling
 * has ended.
 */
public final class PayloadProbe implements LayerProbe {
    private static final int BYTES_PER_WAKE = 8192;
    private static final int MOST_PER_WAKE = 256;
    private static final long LONGEST_WAIT = 100_000_000; // nanoseconds

    private final BpfObject object;
    private final Btf btf;
    private final PayloadFormat format;
    private final PayloadDemultiplexer demultiplexer;
    private final TallyReader counts;
    private final List<Link> links = new ArrayList<>();
    private @Nullable ProbeDrain drain;
    private volatile boolean woken;

    private PayloadProbe(BpfObject object, Btf btf, PayloadHandler handler) {
        this.object = object;
        this.btf = btf;
        format = PayloadFormat.bind(btf);
        demultiplexer = new PayloadDemultiplexer(format, handler);
        counts = new TallyReader(object.map("tallies"), btf);
        try {
            for (BpfProgram program : object.programs().values()) {
                links.add(attach(program));
            }
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    /**
     * Loads the programs and attaches them: what passes from now on is in the ring.
     *
     * @param options what to capture
     * @param handler takes the records, on the thread that polls; a {@link
     *     io.ebpf4j.observability.event.PayloadDecoder} makes messages of them
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static PayloadProbe open(PayloadProbeOptions options, PayloadHandler handler) {
        ObjectSpec spec = BundledObject.PAYLOAD.spec();
        Btf btf = spec.btf().orElseThrow(() -> new IllegalStateException(spec.origin() + " has no BTF"));
        PayloadFormat format = PayloadFormat.bind(btf);
        BpfObject object = BpfObject.open(spec, loadOptions(options, format)).load();
        try {
            return new PayloadProbe(object, btf, handler);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private static LoadOptions loadOptions(PayloadProbeOptions options, PayloadFormat format) {
        long own = options.ownProcess() == PayloadProbeOptions.OwnProcess.LEFT_OUT
                ? ProcessHandle.current().pid()
                : 0;
        return LoadOptions.DEFAULTS
                .withMaxEntries("events", options.ringBytes())
                .withGlobal("only_netns", options.networkNamespace())
                .withGlobal("excluded_pid", own)
                .withGlobal("capture_bytes", options.captureBytes())
                .withGlobal("capture_frames", options.captureFrameBytes())
                .withGlobal("wake_interval", wakeInterval(options.ringBytes()))
                .withGlobal("protocols", bits(options.protocols(), format));
    }

    /** A wake-up is an interrupt that the writer sends itself, so it waits for some records, but never for much of the ring. */
    private static long wakeInterval(int ringBytes) {
        return Math.clamp(Integer.highestOneBit(ringBytes / BYTES_PER_WAKE), 1, MOST_PER_WAKE);
    }

    private static long bits(Set<PayloadProtocol> protocols, PayloadFormat format) {
        return protocols.stream()
                .mapToLong(protocol -> 1L << format.number(protocol))
                .sum();
    }

    private static Link attach(BpfProgram program) {
        return switch (AutoAttach.attach(program)) {
            case AutoAttach.Outcome.Attached attached -> attached.link();
            case AutoAttach.Outcome.Manual manual ->
                throw new IllegalStateException("program " + program.name() + ": " + manual.reason());
        };
    }

    /** {@return the programs, by name: what each costs is in their run statistics} */
    @Override
    public Map<String, BpfProgram> programs() {
        return object.programs();
    }

    /** {@return the format of the records} */
    public PayloadFormat format() {
        return format;
    }

    @Override
    public Layer layer() {
        return Layer.HTTP;
    }

    @Override
    public Btf btf() {
        return btf;
    }

    @Override
    public BpfMap events() {
        return object.map("events");
    }

    @Override
    public BpfMap tallies() {
        return object.map("tallies");
    }

    @Override
    public RecordReader reader() {
        return demultiplexer;
    }

    @Override
    public List<Skipped> skipped() {
        return object.skipped();
    }

    @Override
    public void detach() {
        links.reversed().forEach(Link::close);
        links.clear();
    }

    /**
     * Waits for records and hands them on. The programs wake a reader once in many records only; what came since is found
     * after a tenth of a second at most.
     *
     * @param timeout how long to wait for the first one at most
     * @return records taken from the ring
     */
    public long poll(Duration timeout) {
        long start = System.nanoTime();
        long most = timeout.compareTo(Duration.ofDays(1)) >= 0 ? Long.MAX_VALUE : timeout.toNanos();
        while (true) {
            long left = most - (System.nanoTime() - start);
            long taken = drain().poll(Duration.ofNanos(Math.clamp(left, 0, LONGEST_WAIT)));
            if (taken > 0 || left <= LONGEST_WAIT || woken) {
                woken = false;
                return taken;
            }
        }
    }

    /** Makes a waiting {@link #poll} return. */
    public void wakeup() {
        woken = true;
        drain().wakeup();
    }

    /** {@return what became of every record so far, by kind} */
    public Map<PayloadType, LossLedger.Counts> counts() {
        Map<PayloadType, LossLedger.Counts> kinds = new EnumMap<>(PayloadType.class);
        for (PayloadType type : PayloadType.values()) {
            // delivered first: it cannot overtake what was attempted before it was read
            long delivered = demultiplexer.delivered(type);
            TallyReader.Tally tally = counts.read(format.number(type));
            kinds.put(type, new LossLedger.Counts(tally.attempted(), tally.lost(), delivered));
        }
        return kinds;
    }

    /** {@return records that reached the reader and were of an unknown kind or a wrong length} */
    public long rejected() {
        return demultiplexer.rejected();
    }

    @Override
    public long missedRuns() {
        return object.programs().values().stream()
                .mapToLong(program -> program.info().recursionMisses())
                .sum();
    }

    /** Detaches and unloads the programs. Records that were not polled are gone. Closing again does nothing. */
    @Override
    public void close() {
        release();
        object.close();
    }

    private void release() {
        detach();
        endDrain();
    }

    private synchronized ProbeDrain drain() {
        if (drain == null) {
            drain = new ProbeDrain(this);
        }
        return drain;
    }

    private synchronized void endDrain() {
        if (drain != null) {
            drain.close();
        }
    }
}
