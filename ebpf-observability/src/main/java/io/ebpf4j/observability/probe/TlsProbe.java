package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadDemultiplexer;
import io.ebpf4j.observability.event.PayloadFormat;
import io.ebpf4j.observability.event.PayloadHandler;
import io.ebpf4j.observability.event.PayloadType;
import io.ebpf4j.observability.event.RecordReader;
import io.ebpf4j.program.BpfProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The programs that read the plaintext of TLS where libssl takes and gives it, in whatever process has loaded it, and the
 * ring that they write to. Libraries are found through /proc: at the start, and about every second from then on. Needs
 * Linux 5.12 with BTF, CAP_BPF, CAP_PERFMON, and CAP_SYS_PTRACE to look at others' processes; x86-64 or aarch64. Before
 * Linux 6.3 the records carry no socket.
 *
 * <p>Seen are HTTP/1 and HTTP/2. Other protocols within TLS are recognized as neither, and not told of. Programs that
 * bring OpenSSL or BoringSSL in themselves (Node.js), Go programs, GnuTLS and Java's own TLS are not seen; {@link
 * #status()} names those that were met. A probe in libssl costs its callers about a microsecond a call: it is a trap.
 *
 * <p>What an application encrypts in memory and sends by itself (Python's asyncio) is seen, but not over which socket: the
 * records' cookie is 0, and their {@linkplain io.ebpf4j.observability.event.PayloadView#stream() stream} names the
 * connection.
 *
 * <p>One thread polls; {@link #wakeup}, {@link #status}, {@link #counts} and {@link #close} are for any thread, closing
 * only after polling has ended.
 */
public final class TlsProbe implements LayerProbe {
    private static final int MOST_PER_WAKE = 64;
    private static final int PARTS_OF_RING = 8;
    private static final int BYTES_BESIDE_CAPTURE = 256;
    private static final long LONGEST_WAIT = Duration.ofMillis(100).toNanos();
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final String SEND = "tls_socket_send";
    private static final String RECEIVE = "tls_socket_receive";

    private final AttachedObject object;
    private final PayloadFormat format;
    private final PayloadDemultiplexer demultiplexer;
    private final TlsLibraries libraries;
    private @Nullable ProbeDrain drain;
    private long nextLook = System.nanoTime();
    private volatile boolean woken;

    private TlsProbe(AttachedObject object, TlsProbeOptions options, PayloadHandler handler, TransferChain chain) {
        this.object = object;
        format = PayloadFormat.bind(object.btf());
        demultiplexer = new PayloadDemultiplexer(format, handler);
        libraries = new TlsLibraries(object.object(), options.processes());
        try {
            chain.add(object, SEND, RECEIVE);
            libraries.addInstalled(System.nanoTime());
            libraries.lookAtAll(System.nanoTime());
        } catch (RuntimeException e) {
            libraries.close();
            throw e;
        }
    }

    /**
     * Loads the programs and attaches them to the libraries that are there: what passes from now on is in the ring.
     *
     * @param options what to watch, and how
     * @param handler takes the records, on the thread that polls
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing.
     *     That it cannot be done in one library is no exception: {@link #status()} says so
     */
    public static TlsProbe open(TlsProbeOptions options, PayloadHandler handler) {
        return TransferChain.ofOne(chain -> open(options, handler, chain));
    }

    static TlsProbe open(TlsProbeOptions options, PayloadHandler handler, TransferChain chain) {
        AttachedObject object = AttachedObject.load(BundledObject.TLS, loadOptions(options));
        try {
            return new TlsProbe(object, options, handler, chain);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private static LoadOptions loadOptions(TlsProbeOptions options) {
        return LoadOptions.DEFAULTS
                .withMaxEntries("events", options.ringBytes())
                .withGlobal("capture_bytes", options.captureBytes())
                .withGlobal("wake_interval", wakeInterval(options))
                .withGlobal("only_netns", options.networkNamespace())
                .withOptional(SEND, RECEIVE); // their tracepoints came with Linux 6.3
    }

    /** A wake-up is an interrupt that the writer sends itself, so it waits for some records, but never for much of the ring. */
    private static long wakeInterval(TlsProbeOptions options) {
        int records = options.ringBytes() / PARTS_OF_RING / (options.captureBytes() + BYTES_BESIDE_CAPTURE);
        return Math.clamp(Integer.highestOneBit(records), 1, MOST_PER_WAKE);
    }

    @Override
    public List<Skipped> skipped() {
        return object.skipped();
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

    /** {@return whose plaintext is seen, and whose was found not to be} */
    public TlsProbeStatus status() {
        return libraries.status();
    }

    @Override
    public Layer layer() {
        return Layer.TLS;
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
    public long missedRuns() {
        return object.missedRuns();
    }

    /**
     * Looks for libraries that processes have loaded since, and probes them; about once a second, however often it is
     * called. {@link #poll} does so by itself.
     */
    @Override
    public void tend(long now) {
        if (now - nextLook >= 0) {
            nextLook = now + LOOK_INTERVAL.toNanos();
            libraries.look(now);
        }
    }

    @Override
    public void detach() {
        libraries.close();
        object.detach();
    }

    /**
     * Waits for records and hands them to the handler; looks for new libraries when that is due. The programs wake a reader
     * once in many records only; what came since is found after a tenth of a second at most.
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

    /** {@return what became of the records of each kind so far} */
    public Map<PayloadType, LossLedger.Counts> counts() {
        return object.counts(PayloadType.class, demultiplexer::delivered, format::number);
    }

    /** {@return records that reached the reader and were of an unknown kind or a wrong length} */
    public long rejected() {
        return demultiplexer.rejected();
    }

    /** Takes the probes out of all libraries and unloads the programs. Closing again does nothing. */
    @Override
    public void close() {
        libraries.close();
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
