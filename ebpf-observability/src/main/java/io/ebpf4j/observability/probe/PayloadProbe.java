package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.map.BpfMap;
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
import io.ebpf4j.program.TestRun;
import java.time.Duration;
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
 * <p>Of HTTP/1 a record tells exchanges, not calls: they are gathered in the kernel, by CPU, until a response begins and
 * none did for a millisecond, until 16 KiB are full, or until the connection ends; and where nothing follows a tenth of a second
 * at most, if somebody {@linkplain #tend tends} or {@linkplain #poll polls} the probe. The kernel keeps 18 KiB a CPU for it. So a record that is lost may be of many
 * exchanges; how many bytes of them were missed, {@link io.ebpf4j.observability.event.PayloadCounts} tell.
 *
 * <p>One thread polls; {@link #wakeup}, {@link #counts} and {@link #close} are for any thread, closing only after polling
 * has ended.
 */
public final class PayloadProbe implements LayerProbe {
    private static final int BYTES_PER_WAKE = 4096;
    private static final int MOST_PER_WAKE = 1024;
    private static final int BATCH_BYTES = 16 << 10; // BATCH_MOST of payload.bpf.c
    private static final int BATCHES_OF_A_RING = 8;
    private static final long LONGEST_WAIT = 100_000_000; // nanoseconds

    private static final long SWEEP_INTERVAL = 100_000_000;

    private final AttachedObject object;
    private final PayloadFormat format;
    private final PayloadDemultiplexer demultiplexer;
    private @Nullable ProbeDrain drain;
    private volatile boolean woken;
    private long nextSweep = System.nanoTime();

    private PayloadProbe(AttachedObject object, PayloadFormat format, PayloadHandler handler) {
        this.object = object;
        this.format = format;
        demultiplexer = new PayloadDemultiplexer(format, handler);
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
        return TransferChain.ofOne(chain -> open(options, handler, chain));
    }

    static PayloadProbe open(PayloadProbeOptions options, PayloadHandler handler, TransferChain chain) {
        BundledObject bundled = BundledObject.PAYLOAD;
        PayloadFormat format = PayloadFormat.bind(bundled.spec().btf().orElseThrow());
        AttachedObject object = AttachedObject.load(bundled, loadOptions(options, format));
        try {
            PayloadProbe probe = new PayloadProbe(object, format, handler);
            chain.lead(object, "payload_sent", "payload_received");
            object.attach(_ -> true);
            return probe;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private static LoadOptions loadOptions(PayloadProbeOptions options, PayloadFormat format) {
        long own = options.ownProcess() == PayloadProbeOptions.OwnProcess.LEFT_OUT
                ? ProcessHandle.current().pid()
                : 0;
        int batch = Math.min(BATCH_BYTES, options.ringBytes() / BATCHES_OF_A_RING);
        return LoadOptions.DEFAULTS
                .withMaxEntries("events", options.ringBytes())
                .withMaxEntries("batches", Kernel.system().possibleCpus())
                .withGlobal("batch_bytes", batch)
                .withGlobal("wake_batches", wakeInterval(options.ringBytes(), BATCHES_OF_A_RING * batch))
                .withGlobal("only_netns", options.networkNamespace())
                .withGlobal("excluded_pid", own)
                .withGlobal("capture_bytes", options.captureBytes())
                .withGlobal("capture_frames", options.captureFrameBytes())
                .withGlobal("wake_interval", wakeInterval(options.ringBytes(), BYTES_PER_WAKE))
                .withGlobal("protocols", bits(options.protocols(), format));
    }

    /** A wake-up is an interrupt that the writer sends itself, so it waits for some records, but never for much of the ring. */
    private static long wakeInterval(int ringBytes, int bytesPerWake) {
        return Math.clamp(Integer.highestOneBit(ringBytes / bytesPerWake), 1, MOST_PER_WAKE);
    }

    private static long bits(Set<PayloadProtocol> protocols, PayloadFormat format) {
        return protocols.stream()
                .mapToLong(protocol -> 1L << format.number(protocol))
                .sum();
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
    public RecordReader reader() {
        return demultiplexer;
    }

    @Override
    public List<Skipped> skipped() {
        return object.skipped();
    }

    /**
     * Tells what is held and waits for more since a tenth of a second: a request whose answer does not come, the end of a
     * response behind which nothing follows. {@link #poll} does so by itself.
     */
    @Override
    public void tend(long now) {
        if (now - nextSweep >= 0) {
            nextSweep = now + SWEEP_INTERVAL;
            sweep();
        }
    }

    private void sweep() {
        object.program("payload_sweep").testRun(TestRun.once());
    }

    /** Also tells what is held, which nothing follows any more. */
    @Override
    public void detach() {
        if (object.detach()) {
            sweep();
        }
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
            tend(System.nanoTime());
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
        return object.counts(PayloadType.class, demultiplexer::delivered, format::number);
    }

    /** {@return records that reached the reader and were of an unknown kind or a wrong length} */
    public long rejected() {
        return demultiplexer.rejected();
    }

    @Override
    public long missedRuns() {
        return object.missedRuns();
    }

    /** Detaches and unloads the programs. Records that were not polled are gone. Closing again does nothing. */
    @Override
    public void close() {
        endDrain();
        object.close();
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
