package io.ebpf4j.observability.probe;

import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.observability.event.DnsCounts;
import io.ebpf4j.observability.event.DnsDecoder;
import io.ebpf4j.observability.event.DnsDemultiplexer;
import io.ebpf4j.observability.event.DnsFormat;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.RingPoller;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The programs that watch DNS over UDP and TCP, loaded and attached, and the ring that they write to. Needs Linux 6.3 with
 * BTF, x86-64, CAP_BPF, CAP_PERFMON and a mounted tracefs. What is not to be read there (io_uring, 32-bit processes) is
 * counted: see {@link DnsCounts#unreadable()}.
 *
 * <p>One thread polls; {@link #wakeup}, {@link #counts} and {@link #close} are for any thread, closing only after polling
 * has ended.
 */
public final class DnsProbe implements AutoCloseable {
    private static final int RECORDS_PER_TURN = 4096;

    private final AttachedObject object;
    private final DnsFormat format;
    private final DnsDecoder decoder;
    private final DnsDemultiplexer demultiplexer;
    private final RingPoller poller;

    private DnsProbe(AttachedObject object, DnsProbeOptions options, Consumer<? super DnsTransaction> handler) {
        this.object = object;
        format = DnsFormat.bind(object.btf());
        decoder = new DnsDecoder(options.transactions(), handler);
        demultiplexer = new DnsDemultiplexer(format, decoder);
        poller = RingPoller.create();
        try {
            poller.add(RingBuffer.open(object.events()), demultiplexer, RECORDS_PER_TURN);
        } catch (RuntimeException e) {
            poller.close();
            throw e;
        }
    }

    /**
     * Loads the programs and attaches them: what is asked and answered from now on is in the ring.
     *
     * @param options how to watch
     * @param handler takes the transactions, on the thread that polls
     * @return the probe, to be closed by the caller
     * @throws io.ebpf4j.kernel.BpfException when the kernel cannot or may not do this; the message says what is missing
     */
    public static DnsProbe open(DnsProbeOptions options, Consumer<? super DnsTransaction> handler) {
        AttachedObject object = AttachedObject.open(
                BundledObject.DNS,
                LoadOptions.DEFAULTS
                        .withMaxEntries("events", options.ringBytes())
                        .withGlobal("only_netns", options.networkNamespace())
                        .withGlobal("server_port", options.port()));
        try {
            return new DnsProbe(object, options, handler);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /**
     * Waits for records, hands the transactions that they complete to the handler, and gives up those that waited too long.
     *
     * @param timeout how long to wait for the first record
     * @return records taken from the ring
     */
    public long poll(Duration timeout) {
        long records = poller.poll(timeout);
        decoder.expire(System.nanoTime());
        return records;
    }

    /** Makes a waiting {@link #poll} return. */
    public void wakeup() {
        poller.wakeup();
    }

    /** {@return what became of the messages} */
    public DnsCounts counts() {
        return decoder.counts();
    }

    /** {@return what became of the records: written, lost, delivered} */
    public LossLedger.Counts records() {
        // delivered first: it cannot overtake what was attempted before it was read
        long delivered = demultiplexer.delivered();
        TallyReader.Tally tally = object.tally(format.number());
        return new LossLedger.Counts(tally.attempted(), tally.lost(), delivered);
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
