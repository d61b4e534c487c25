package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.RecordNames;
import io.ebpf4j.ring.RingBuffer;
import io.ebpf4j.ring.RingPoller;
import java.time.Duration;
import java.util.Map;

/** Drains the ring of one probe alone, for who does without {@link ConnectivityEvents}. */
final class ProbeDrain implements AutoCloseable {
    private static final int RECORDS_PER_TURN = 4096;

    private final ProbeAccount account;
    private final RingPoller poller;

    ProbeDrain(LayerProbe probe) {
        RecordNames names = new RecordNames(probe.layer(), probe.btf());
        RecordIntake intake = new RecordIntake(names, probe.reader(), RecordIntake.RecordTap.NONE);
        account = new ProbeAccount(probe, names, intake);
        poller = RingPoller.create();
        try {
            poller.add(RingBuffer.open(probe.events()), intake, RECORDS_PER_TURN);
        } catch (RuntimeException e) {
            poller.close();
            throw e;
        }
    }

    long poll(Duration timeout) {
        return poller.poll(timeout);
    }

    void wakeup() {
        poller.wakeup();
    }

    LossLedger ledger() {
        return new LossLedger(System.nanoTime(), Map.of(account.probe().layer(), account.read()));
    }

    @Override
    public void close() {
        poller.close();
    }
}
