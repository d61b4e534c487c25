package io.ebpf4j.observability.probe;

import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.observability.event.ProcessDemultiplexer;
import io.ebpf4j.observability.event.ProcessFormat;
import io.ebpf4j.observability.event.ProcessType;
import io.ebpf4j.observability.event.ProcessView;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.RingPoller;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The programs that watch processes come and go, loaded and attached, and the ring that they write to. Needs Linux 5.11
 * with BTF, CAP_BPF and CAP_PERFMON.
 *
 * <p>One thread polls; {@link #wakeup}, {@link #records} and {@link #close} are for any thread, closing only after polling
 * has ended.
 */
public final class ProcessProbe implements AutoCloseable {
    private static final int RECORDS_PER_TURN = 4096;

    private final AttachedObject object;
    private final ProcessFormat format;
    private final ProcessDemultiplexer demultiplexer;
    private final RingPoller poller;

    private ProcessProbe(AttachedObject object, Consumer<? super ProcessView> handler) {
        this.object = object;
        format = ProcessFormat.bind(object.btf());
        demultiplexer = new ProcessDemultiplexer(format, handler);
        poller = RingPoller.create();
        try {
            poller.add(RingBuffer.open(object.events()), demultiplexer, RECORDS_PER_TURN);
        } catch (RuntimeException e) {
            poller.close();
            throw e;
        }
    }

    /**
     * Loads the programs and attaches them: what happens from now on is in the ring.
     *
     * @param options how to watch
     * @param handler takes the records, on the thread that polls, as a view that is valid during the call only
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static ProcessProbe open(ProcessProbeOptions options, Consumer<? super ProcessView> handler) {
        AttachedObject object = AttachedObject.open(
                BundledObject.PROCESS, LoadOptions.DEFAULTS.withMaxEntries("events", options.ringBytes()));
        try {
            return new ProcessProbe(object, handler);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /**
     * Waits for records and hands them to the handler.
     *
     * @param timeout how long to wait for the first one
     * @return records taken from the ring
     */
    public long poll(Duration timeout) {
        return poller.poll(timeout);
    }

    /** Makes a waiting {@link #poll} return. */
    public void wakeup() {
        poller.wakeup();
    }

    /** {@return what became of the records of each kind: written, lost, delivered} */
    public Map<ProcessType, LossLedger.Counts> records() {
        Map<ProcessType, LossLedger.Counts> kinds = new EnumMap<>(ProcessType.class);
        for (ProcessType type : ProcessType.values()) {
            // delivered first: it cannot overtake what was attempted before it was read
            long delivered = demultiplexer.delivered(type);
            TallyReader.Tally tally = object.tally(format.number(type));
            kinds.put(type, new LossLedger.Counts(tally.attempted(), tally.lost(), delivered));
        }
        return kinds;
    }

    /** {@return records of an unknown kind or with a wrong length} */
    public long rejected() {
        return demultiplexer.rejected();
    }

    /** {@return runs of a program that the kernel left out because an interrupt hit a CPU where it was running} */
    public long missedRuns() {
        return object.missedRuns();
    }

    /** Detaches and unloads the programs. Records that were not polled are gone. Closing again does nothing. */
    @Override
    public void close() {
        poller.close();
        object.close();
    }
}
