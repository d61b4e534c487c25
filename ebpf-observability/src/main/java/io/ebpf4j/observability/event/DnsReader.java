package io.ebpf4j.observability.event;

import io.ebpf4j.ring.Verdict;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Makes transactions of the DNS records of a ring or a recording: a {@link DnsDemultiplexer} before a {@link DnsDecoder}. */
public final class DnsReader implements RecordReader {
    private final DnsDecoder decoder;
    private final DnsDemultiplexer demultiplexer;

    /**
     * A reader of one ring.
     *
     * @param format the records' format
     * @param options how transactions are made
     * @param consumer takes the transactions, on the thread that reads
     */
    public DnsReader(DnsFormat format, DnsOptions options, Consumer<? super DnsTransaction> consumer) {
        decoder = new DnsDecoder(options, consumer);
        demultiplexer = new DnsDemultiplexer(format, decoder);
    }

    @Override
    public Verdict handle(MemorySegment segment, long offset, int length) {
        return demultiplexer.handle(segment, offset, length);
    }

    /** {@return records that were read} */
    public long delivered() {
        return demultiplexer.delivered();
    }

    @Override
    public long rejected() {
        return demultiplexer.rejected();
    }

    /** {@return what became of the messages, in DNS's own terms} */
    public DnsCounts counts() {
        return decoder.counts();
    }

    @Override
    public MessageCounts messages() {
        DnsCounts counts = decoder.counts();
        long unpaired = counts.unanswered() + counts.failed() + counts.unasked();
        return new MessageCounts(counts.answered(), unpaired, counts.evicted(), counts.malformed(), counts.pending());
    }

    @Override
    public void elapse(long now) {
        decoder.expire(now);
    }

    @Override
    public void finish() {
        decoder.finish();
    }
}
