package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.ProcessDemultiplexer;
import io.ebpf4j.observability.event.ProcessFormat;
import io.ebpf4j.observability.event.ProcessType;
import io.ebpf4j.observability.event.ProcessView;
import io.ebpf4j.program.BpfProgram;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The programs that watch processes come and go, loaded and attached, and the ring that they write to. Needs Linux 5.11
 * with BTF, CAP_BPF and CAP_PERFMON.
 */
public final class ProcessProbe implements LayerProbe {
    private final AttachedObject object;
    private final ProcessFormat format;
    private final ProcessDemultiplexer reader;

    private ProcessProbe(AttachedObject object, ProcessFormat format, ProcessDemultiplexer reader) {
        this.object = object;
        this.format = format;
        this.reader = reader;
    }

    /**
     * Loads the programs and attaches them: what happens from now on is in the ring.
     *
     * @param options how to watch
     * @param handler takes the records, on the thread that drains the ring, as a view that is valid during the call only
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static ProcessProbe open(ProcessProbeOptions options, Consumer<? super ProcessView> handler) {
        AttachedObject object = AttachedObject.open(
                BundledObject.PROCESS, LoadOptions.DEFAULTS.withMaxEntries("events", options.ringBytes()));
        try {
            ProcessFormat format = ProcessFormat.bind(object.btf());
            return new ProcessProbe(object, format, new ProcessDemultiplexer(format, handler));
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    @Override
    public Layer layer() {
        return Layer.PROCESS;
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
    public ProcessDemultiplexer reader() {
        return reader;
    }

    /** {@return the programs, by name: what each costs is in their run statistics} */
    @Override
    public Map<String, BpfProgram> programs() {
        return object.programs();
    }

    /** {@return what became of the records of each kind: written, lost, delivered} */
    public Map<ProcessType, LossLedger.Counts> records() {
        return object.counts(ProcessType.class, reader::delivered, format::number);
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
