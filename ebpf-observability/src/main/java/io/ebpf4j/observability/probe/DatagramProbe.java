package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.link.IteratorLink;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.DatagramFormat;
import io.ebpf4j.observability.event.DatagramReader;
import io.ebpf4j.observability.event.DatagramView;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.program.BpfProgram;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The programs that watch UDP and the ICMP errors that this host sends, loaded and attached, and the ring that they write
 * to. Needs Linux 6.3 with BTF, CAP_BPF and CAP_PERFMON; whom sendto and sendmsg name is known on x86-64 only.
 */
public final class DatagramProbe implements LayerProbe {
    private static final String SEND = "udp_send";
    private static final String RECEIVE = "udp_receive";

    private final AttachedObject object;
    private final DatagramReader reader;
    private final long interval;
    private long due;

    private DatagramProbe(AttachedObject object, long intervalNanos, Consumer<? super DatagramView> handler) {
        this.object = object;
        this.reader = new DatagramReader(DatagramFormat.bind(object.btf()), handler);
        this.interval = intervalNanos;
        this.due = System.nanoTime() + intervalNanos;
    }

    /**
     * Loads the programs and attaches them: what is sent and received from now on is told.
     *
     * @param options how to watch
     * @param handler takes the records, on the thread that drains the ring
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static DatagramProbe open(DatagramProbeOptions options, Consumer<? super DatagramView> handler) {
        return TransferChain.ofOne(chain -> open(options, handler, chain));
    }

    static DatagramProbe open(
            DatagramProbeOptions options, Consumer<? super DatagramView> handler, TransferChain chain) {
        long interval = options.flowInterval().toNanos();
        AttachedObject object = AttachedObject.load(
                BundledObject.UDP,
                LoadOptions.DEFAULTS
                        .withMaxEntries("events", options.ringBytes())
                        .withGlobal("only_netns", options.networkNamespace())
                        .withGlobal("flow_interval", interval)
                        .withOptional("icmp_error")); // its tracepoint came with Linux 6.10
        try {
            DatagramProbe probe = new DatagramProbe(object, interval, handler);
            object.attachAllBut(SEND, RECEIVE);
            chain.add(object, SEND, RECEIVE);
            return probe;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /** Tells the flows when it is time to. */
    @Override
    public void tend(long now) {
        if (now - due >= 0) {
            due = now + interval;
            flush();
        }
    }

    /** Tells all flows that have something to tell: the records are in the ring when this returns. For any thread. */
    public void flush() {
        SocketSweeper.walk(
                object.program("udp_flush"),
                new IteratorLink.Options(
                        new IteratorLink.Scope.MapElements(object.map("flows").fd())));
    }

    @Override
    public Layer layer() {
        return Layer.UDP;
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
    public DatagramReader reader() {
        return reader;
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
        flush(); // what flows have to tell still goes out
        object.detach();
    }

    @Override
    public void close() {
        object.close();
    }
}
