package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.link.IteratorLink;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.EventDemultiplexer;
import io.ebpf4j.observability.event.EventFormat;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.RecordReader;
import io.ebpf4j.program.BpfProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The programs that watch TCP connections, loaded and attached, and the ring that they write to. Needs Linux 5.12 with
 * BTF, CAP_BPF, CAP_PERFMON and a mounted tracefs; from Linux 6.3 on also accepts without a system call (io_uring) are
 * seen. Sockets and listeners that are older than the probe get their owner when it opens; which end they are stays unknown.
 *
 * <p>One thread polls; {@link #wakeup}, {@link #ledger} and {@link #close} are for any thread, closing only after polling
 * has ended. {@link ConnectivityEvents} does all of this on a thread of its own.
 */
public final class TcpProbe implements LayerProbe {
    private static final String SEND = "tcp_send";
    private static final String RECEIVE = "tcp_receive";

    private final AttachedObject object;
    private final EventFormat format;
    private final EventDemultiplexer demultiplexer;
    private final EnumNames resetReasons;
    private final SocketSweeper sweeper;
    private @Nullable ProbeDrain drain;

    private TcpProbe(AttachedObject object, TcpProbeOptions options, EventHandler handler) {
        this.object = object;
        resetReasons = EnumNames.of(Btf.vmlinux(), EventFormat.RESET_REASONS);
        format = EventFormat.bind(object.btf(), resetReasons);
        demultiplexer = new EventDemultiplexer(format, handler);
        sweeper = new SocketSweeper(
                object.program("tcp_sweep"),
                options.networkNamespace(),
                options.sweepInterval().toNanos());
    }

    /**
     * Loads the programs and attaches them: what happens from now on is in the ring.
     *
     * @param options how to watch
     * @param handler takes the records, on the thread that polls
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static TcpProbe open(TcpProbeOptions options, EventHandler handler) {
        return TransferChain.ofOne(chain -> open(options, handler, chain));
    }

    static TcpProbe open(TcpProbeOptions options, EventHandler handler, TransferChain chain) {
        AttachedObject object = AttachedObject.load(BundledObject.TCP, loadOptions(options));
        try {
            TcpProbe probe = new TcpProbe(object, options, handler);
            object.attachAllBut(SEND, RECEIVE);
            chain.addForFirstCalls(object, SEND, RECEIVE);
            // behind the programs: a socket is either found here or has its owner from its own events
            SocketSweeper.walk(object.program("tcp_owners"), IteratorLink.Options.EVERYTHING);
            return probe;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private static LoadOptions loadOptions(TcpProbeOptions options) {
        return LoadOptions.DEFAULTS
                .withMaxEntries("events", options.ringBytes())
                .withGlobal("only_netns", options.networkNamespace())
                .withGlobal("sample_interval", options.sampleInterval().toNanos())
                // their tracepoints came with Linux 6.3 and 5.19
                .withOptional("tcp_send", "tcp_receive", "tcp_congestion");
    }

    @Override
    public Layer layer() {
        return Layer.TCP;
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
    public List<EnumNames> names() {
        return List.of(resetReasons);
    }

    /**
     * Sweeps the sockets when it is time to. The first sweep tells the sockets that are older than the probe.
     *
     * @throws io.ebpf4j.kernel.BpfException what ended the sweep before
     */
    @Override
    public void tend(long now) {
        sweeper.tend(now);
    }

    /**
     * Tells of all live sockets and listeners now, in the namespaces that are watched and visible in /proc or /run/netns.
     * The samples are in the ring when this returns; somebody else has to drain it. For any thread.
     *
     * @return what was reached
     */
    public Sweep sweep() {
        return sweeper.sweep();
    }

    /** {@return what the sweep before reached} */
    public Sweep lastSweep() {
        return sweeper.last();
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

    /** {@return the format of the records} */
    public EventFormat format() {
        return format;
    }

    /**
     * Waits for records and hands them to the handler.
     *
     * @param timeout how long to wait for the first one
     * @return records taken from the ring
     */
    public long poll(Duration timeout) {
        return drain().poll(timeout);
    }

    /** Makes a waiting {@link #poll} return. */
    public void wakeup() {
        drain().wakeup();
    }

    /** {@return what became of every record so far} */
    public LossLedger ledger() {
        return drain().ledger();
    }

    @Override
    public void detach() {
        sweeper.close();
        object.detach();
    }

    /** Detaches and unloads the programs. Records that were not polled are gone. Closing again does nothing. */
    @Override
    public void close() {
        sweeper.close();
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
