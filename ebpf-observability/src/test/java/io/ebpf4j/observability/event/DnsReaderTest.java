package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage.Truncation;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a run's records say, held against what dig and getent said in that run: recorded-dns.txt has both. */
class DnsReaderTest {
    private static final int DIG_FIRST = 18412;
    private static final int DNSMASQ = 18362;
    private static final int GETENT = 18425;
    private static final int A = 1;
    private static final int TXT = 16;
    private static final int AAAA = 28;
    private static final int ECONNREFUSED = 111;

    private final List<DnsTransaction> transactions = new ArrayList<>();
    private final DnsFormat format = DnsFormat.bind(BundledBtf.load("dns.bpf.o"));
    private final DnsReader reader = new DnsReader(format, DnsOptions.DEFAULTS, transactions::add);
    private final List<byte[]> recorded = RecordedLines.of("recorded-dns.txt");

    private List<DnsTransaction> of(String name, Direction direction) {
        return transactions.stream()
                .filter(one -> one.name().equals(name) && one.connection().direction() == direction)
                .toList();
    }

    @Test
    void aliasesAreFollowedInTheirOrder() throws UnknownHostException {
        RecordedLines.feed(recorded, reader);
        DnsTransaction client = of("alias.test", Direction.CLIENT).getFirst();
        assertThat(client.id()).isEqualTo(15216);
        assertThat(client.type()).isEqualTo(A);
        assertThat(client.outcome()).isEqualTo(DnsOutcome.ANSWERED);
        assertThat(client.responseCode()).isZero();
        assertThat(client.canonicalNames()).containsExactly("middle.test", "host.test");
        assertThat(client.addresses()).containsExactly(InetAddress.getByName("192.0.2.1"));
        assertThat(client.timeToLive()).isEqualTo(300);
        assertThat(client.latency().toNanos() / 1_000).isBetween(1L, 449L);
        assertThat(client.connection().process().pid()).isEqualTo(DIG_FIRST);
        assertThat(client.connection().process().comm()).isEqualTo("dig");
        assertThat(client.connection().remote()).hasToString("127.0.0.1:53");
        DnsTransaction served = of("alias.test", Direction.SERVER).getFirst();
        assertThat(served.connection().process().pid()).isEqualTo(DNSMASQ);
        assertThat(served.connection().remote()).isEqualTo(client.connection().local());
        assertThat(served.latency()).isLessThan(client.latency());
    }

    @Test
    void aNameThatDoesNotExist() {
        RecordedLines.feed(recorded, reader);
        DnsTransaction client = of("nothing.test", Direction.CLIENT).getFirst();
        assertThat(client.id()).isEqualTo(46751);
        assertThat(client.type()).isEqualTo(AAAA);
        assertThat(client.responseCode()).isEqualTo(3);
    }

    @Test
    void whatFitsNoDatagramComesOverTcp() {
        RecordedLines.feed(recorded, reader);
        List<DnsTransaction> both = of("big.test", Direction.CLIENT);
        assertThat(both)
                .extracting(
                        DnsTransaction::type,
                        DnsTransaction::transport,
                        DnsTransaction::truncation,
                        DnsTransaction::retry)
                .containsExactly(
                        tuple(TXT, DnsTransport.UDP, Truncation.TRUNCATED, DnsRetry.NONE),
                        tuple(TXT, DnsTransport.TCP, Truncation.NONE, DnsRetry.AFTER_TRUNCATION));
        assertThat(both.getLast().completeness()).isEqualTo(Completeness.WHOLE);
        assertThat(of("big.test", Direction.SERVER)).hasSize(2);
    }

    @Test
    void twoQuestionsOfOneCallAndARefusal() {
        RecordedLines.feed(recorded, reader);
        assertThat(of("host.test", Direction.CLIENT))
                .filteredOn(one -> one.connection().process().pid() == GETENT)
                .extracting(DnsTransaction::type)
                .containsExactlyInAnyOrder(A, AAAA);
        assertThat(of("host.test", Direction.CLIENT).getLast().outcome()).isEqualTo(DnsOutcome.FAILED);
        assertThat(of("host.test", Direction.CLIENT).getLast().error()).isEqualTo(ECONNREFUSED);
        assertThat(reader.messages()).isEqualTo(new MessageCounts(12, 1, 0, 0, 0));
        assertThat(reader.counts().questions()).isEqualTo(13);
        assertThat(reader.delivered()).isEqualTo(recorded.size());
        assertThat(reader.rejected()).isZero();
    }

    @Test
    void aRecordThatIsCutIsCountedAndNotRead() {
        byte[] record = recorded.getFirst();
        for (int length : new int[] {0, 1, 23, 135, 150}) {
            reader.handle(MemorySegment.ofArray(record).asSlice(0, length), 0, length);
        }
        byte[] unknown = record.clone();
        unknown[0] = 1;
        reader.handle(MemorySegment.ofArray(unknown), 0, unknown.length);
        assertThat(reader.rejected()).isEqualTo(6);
        assertThat(reader.delivered()).isZero();
    }

    /** No bytes that anyone sends make the reader fail or lose count. */
    @Test
    void takesAnyBytes() {
        long seed = Long.getLong("ebpf4j.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            for (byte[] original : recorded) {
                byte[] record = original.clone();
                for (int i = random.nextInt(8); i > 0; i--) {
                    // what the peer chose: the message, behind what the program wrote
                    record[136 + random.nextInt(Math.min(120, record.length - 136))] = (byte) random.nextInt();
                }
                reader.handle(MemorySegment.ofArray(record), 0, record.length);
            }
        }
        reader.finish();
        DnsCounts counts = reader.counts();
        assertThat(counts.pending()).as("seed %d", seed).isZero();
        assertThat(counts.questions())
                .as("seed %d", seed)
                .isEqualTo(counts.answered() + counts.unanswered() + counts.failed() + counts.evicted());
        assertThat(counts.malformed()).as("seed %d", seed).isPositive();
    }
}
