package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.DnsCounts;
import io.ebpf4j.observability.event.DnsFormat;
import io.ebpf4j.observability.event.DnsReader;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.program.BpfProgram;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The programs that watch DNS over UDP and TCP, loaded and attached, and the ring that they write to. Needs Linux 6.3 with
 * BTF, x86-64, CAP_BPF and CAP_PERFMON. What is not to be read there (io_uring, 32-bit processes) is counted: see {@link
 * DnsCounts#unreadable()}.
 */
public final class DnsProbe implements LayerProbe {
    private static final String SEND = "dns_send";
    private static final String RECEIVE = "dns_receive";

    private final AttachedObject object;
    private final DnsFormat format;
    private final DnsReader reader;

    private DnsProbe(AttachedObject object, DnsFormat format, DnsReader reader) {
        this.object = object;
        this.format = format;
        this.reader = reader;
    }

    /**
     * Loads the programs and attaches them: what is asked and answered from now on is in the ring.
     *
     * @param options how to watch
     * @param consumer takes the transactions, on the thread that drains the ring
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static DnsProbe open(DnsProbeOptions options, Consumer<? super DnsTransaction> consumer) {
        return TransferChain.ofOne(chain -> open(options, consumer, chain));
    }

    static DnsProbe open(DnsProbeOptions options, Consumer<? super DnsTransaction> consumer, TransferChain chain) {
        AttachedObject object = AttachedObject.load(
                BundledObject.DNS,
                LoadOptions.DEFAULTS
                        .withMaxEntries("events", options.ringBytes())
                        .withGlobal("only_netns", options.networkNamespace())
                        .withGlobal("server_port", options.port()));
        try {
            DnsFormat format = DnsFormat.bind(object.btf());
            DnsProbe probe = new DnsProbe(object, format, new DnsReader(format, options.transactions(), consumer));
            object.attachAllBut(SEND, RECEIVE);
            chain.add(object, SEND, RECEIVE);
            return probe;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    @Override
    public Layer layer() {
        return Layer.DNS;
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
    public DnsReader reader() {
        return reader;
    }

    /** {@return the programs, by name: what each costs is in their run statistics} */
    @Override
    public Map<String, BpfProgram> programs() {
        return object.programs();
    }

    /** {@return what became of the records: written, lost, delivered} */
    public LossLedger.Counts records() {
        return object.counts(reader::delivered, format.number());
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
