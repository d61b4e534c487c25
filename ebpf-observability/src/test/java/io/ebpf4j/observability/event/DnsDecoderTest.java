package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ebpf4j.observability.protocol.Completeness;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages are written here as RFC 1035 lays them out, and put into records at the places that the object's types tell. */
class DnsDecoderTest {
    private static final int A = 1;
    private static final int CNAME = 5;
    private static final int UDP = 17;
    private static final int TCP = 6;
    private static final int SENT = 1;
    private static final int RECEIVED = 2;
    private static final int QUERY = 0x0100;
    private static final int RESPONSE = 0x8180;
    private static final int TRUNCATED = 0x0200;
    private static final long SECOND = 1_000_000_000L;

    private final DnsFormat format = DnsFormat.bind(BundledBtf.load("dns.bpf.o"));
    private final List<DnsTransaction> transactions = new ArrayList<>();
    private DnsReader reader = reader(DnsOptions.DEFAULTS);
    private long now = 1_000 * SECOND;

    private DnsReader reader(DnsOptions options) {
        return new DnsReader(format, options, transactions::add);
    }

    private static byte[] name(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String label : name.split("\\.", -1)) {
            bytes.write(label.length());
            bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    private static byte[] message(int id, int flags, String asked, byte[]... answers) {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        bytes.putShort((short) id).putShort((short) flags).putShort((short) 1).putShort((short) answers.length);
        bytes.putInt(0).put(name(asked)).putShort((short) A).putShort((short) 1);
        for (byte[] answer : answers) {
            bytes.put(answer);
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static byte[] answer(String name, int type, int timeToLive, byte[] data) {
        ByteBuffer bytes = ByteBuffer.allocate(512);
        bytes.put(name(name)).putShort((short) type).putShort((short) 1).putInt(timeToLive);
        bytes.putShort((short) data.length).put(data);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** A record of a call; each is a millisecond after the one before. */
    private void call(long cookie, int protocol, int flow, long position, byte[] bytes, int length, int error) {
        now += 1_000_000;
        ByteBuffer record = ByteBuffer.allocate(648).order(ByteOrder.nativeOrder());
        record.put((int) format.header.type, (byte) format.number());
        record.putLong((int) format.header.timestamp, now);
        record.putLong((int) format.header.cookie, cookie);
        record.putShort((int) format.connection.remotePort, (short) 53);
        record.putInt((int) format.connection.pid, 77);
        record.putLong((int) format.connection.started, 7_000);
        record.putLong((int) format.position, position);
        record.putInt((int) format.length, length);
        record.putInt((int) format.captured, bytes.length);
        record.putInt((int) format.error, error);
        record.put((int) format.flow, (byte) flow);
        record.put((int) format.protocol, (byte) protocol);
        record.put((int) format.bytes, bytes);
        reader.handle(MemorySegment.ofArray(record.array()), 0, record.capacity());
        assertThat(reader.rejected()).isZero();
    }

    private void send(long cookie, byte[] bytes) {
        call(cookie, UDP, SENT, 0, bytes, bytes.length, 0);
    }

    private void receive(long cookie, byte[] bytes) {
        call(cookie, UDP, RECEIVED, 0, bytes, bytes.length, 0);
    }

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(message.length + 2)
                .putShort((short) message.length)
                .put(message)
                .array();
    }

    @Test
    void aliasesThatComeInAnotherOrderAndALoopOfThem() {
        send(1, message(9, QUERY, "a.test"));
        receive(
                1,
                message(
                        9,
                        RESPONSE,
                        "a.test",
                        answer("b.test", CNAME, 60, name("c.test")),
                        answer("c.test", CNAME, 70, name("b.test")),
                        answer("a.test", CNAME, 50, name("b.test"))));
        assertThat(transactions.getFirst().canonicalNames()).containsExactly("b.test", "c.test");
        assertThat(transactions.getFirst().timeToLive()).isEqualTo(50);
    }

    @Test
    void namesAreComparedWithoutCaseAndToldAsAsked() {
        send(1, message(9, QUERY, "hOsT.test"));
        receive(1, message(9, RESPONSE, "host.TEST"));
        assertThat(transactions).hasSize(1);
        assertThat(transactions.getFirst().name()).isEqualTo("hOsT.test");
        assertThat(transactions.getFirst().outcome()).isEqualTo(DnsOutcome.ANSWERED);
        assertThat(transactions.getFirst().latency()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void oneNumberForTwoQuestionsAndForTwoSocketsIsNotMixedUp() {
        send(1, message(9, QUERY, "a.test"));
        send(1, message(9, QUERY, "b.test"));
        send(2, message(9, QUERY, "a.test"));
        receive(1, message(9, RESPONSE, "b.test"));
        receive(2, message(9, RESPONSE | 3, "a.test"));
        receive(1, message(9, RESPONSE, "a.test"));
        assertThat(transactions)
                .extracting(DnsTransaction::name, one -> one.connection().cookie(), DnsTransaction::responseCode)
                .containsExactly(tuple("b.test", 1L, 0), tuple("a.test", 2L, 3), tuple("a.test", 1L, 0));
    }

    @Test
    void aQuestionSentAgainIsOneTransactionFromItsFirstQueryOn() {
        send(1, message(9, QUERY, "a.test"));
        now += 3 * SECOND;
        send(1, message(9, QUERY, "a.test"));
        receive(1, message(9, RESPONSE, "a.test"));
        receive(1, message(9, RESPONSE, "a.test"));
        reader.elapse(now + SECOND);
        assertThat(transactions.getFirst().queries()).isEqualTo(2);
        assertThat(transactions.getFirst().latency()).isEqualTo(Duration.ofMillis(3_002));
        // the answer to the second query
        assertThat(transactions.getLast().outcome()).isEqualTo(DnsOutcome.UNASKED);
        assertThat(transactions.getLast().queries()).isZero();
        assertThat(transactions.getLast().latency()).isZero();
        assertThat(reader.counts().questions()).isEqualTo(1);
        assertThat(reader.counts().repeats()).isEqualTo(1);
        assertThat(reader.counts().unasked()).isEqualTo(1);
    }

    @Test
    void anAnswerThatIsToldBeforeItsQueryIsItsAnswer() {
        receive(1, message(9, RESPONSE | 3, "a.test"));
        send(1, message(9, QUERY, "A.test"));
        reader.elapse(now + SECOND);
        assertThat(transactions).hasSize(1);
        assertThat(transactions.getFirst().outcome()).isEqualTo(DnsOutcome.ANSWERED);
        assertThat(transactions.getFirst().name()).isEqualTo("A.test");
        assertThat(transactions.getFirst().responseCode()).isEqualTo(3);
        assertThat(transactions.getFirst().queries()).isEqualTo(1);
        assertThat(transactions.getFirst().latency()).isZero();
        assertThat(reader.counts().questions()).isEqualTo(1);
        assertThat(reader.counts().answered()).isEqualTo(1);
        assertThat(reader.counts().unasked()).isZero();
    }

    @Test
    void anAnswerLongBeforeAQueryIsNone() {
        receive(1, message(9, RESPONSE, "a.test"));
        now += SECOND;
        send(1, message(9, QUERY, "a.test"));
        reader.finish();
        assertThat(transactions)
                .extracting(DnsTransaction::outcome)
                .containsExactly(DnsOutcome.UNASKED, DnsOutcome.UNANSWERED);
    }

    @Test
    void aServerAnswersEachOfTwoThatAskTheSame() {
        receive(1, message(9, QUERY, "a.test"));
        receive(1, message(9, QUERY, "a.test"));
        send(1, message(9, RESPONSE, "a.test"));
        send(1, message(9, RESPONSE, "a.test"));
        assertThat(transactions)
                .hasSize(2)
                .allMatch(one -> one.outcome() == DnsOutcome.ANSWERED)
                .allMatch(one -> one.connection().direction() == Direction.SERVER)
                .allMatch(one -> one.latency().equals(Duration.ofMillis(2)));
        assertThat(reader.counts().answered()).isEqualTo(2);
        assertThat(reader.counts().pending()).isZero();
    }

    @Test
    void whatIsNotAnsweredInTimeIsGivenUp() {
        send(1, message(9, QUERY, "a.test"));
        now += SECOND;
        send(1, message(10, QUERY, "b.test"));
        reader.elapse(now + 9 * SECOND);
        assertThat(transactions)
                .extracting(DnsTransaction::name, DnsTransaction::outcome)
                .containsExactly(tuple("a.test", DnsOutcome.UNANSWERED));
        assertThat(transactions.getFirst().responseCode()).isEqualTo(-1);
        assertThat(reader.counts().pending()).isEqualTo(1);
        reader.finish();
        assertThat(transactions).hasSize(2);
        assertThat(reader.counts().unanswered()).isEqualTo(2);
        assertThat(reader.counts().pending()).isZero();
    }

    @Test
    void theTableIsBoundedAndTheOldestGoes() {
        reader = reader(DnsOptions.DEFAULTS.withPending(2));
        send(1, message(1, QUERY, "a.test"));
        send(1, message(2, QUERY, "b.test"));
        send(1, message(3, QUERY, "c.test"));
        receive(1, message(1, RESPONSE, "a.test"));
        receive(1, message(3, RESPONSE, "c.test"));
        reader.elapse(now + SECOND);
        assertThat(transactions)
                .extracting(DnsTransaction::outcome)
                .containsExactly(DnsOutcome.ANSWERED, DnsOutcome.UNASKED);
        DnsCounts counts = reader.counts();
        assertThat(counts.evicted()).isEqualTo(1);
        assertThat(counts.questions()).isEqualTo(counts.answered() + counts.evicted() + counts.pending());
    }

    @Test
    void theSameQuestionOverAndOverIsBoundedToo() {
        for (int i = 0; i < 1_000; i++) {
            receive(1, message(9, QUERY, "a.test"));
        }
        assertThat(reader.counts().evicted()).isEqualTo(1_000 - 64);
        reader.finish();
        assertThat(transactions).hasSize(64);
        assertThat(reader.counts().pending()).isZero();
    }

    @Test
    void aStreamMayBeCutAnywhere() {
        byte[] query = framed(message(9, QUERY, "a.test"));
        byte[] response = framed(message(9, RESPONSE, "a.test", answer("a.test", A, 5, new byte[] {1, 2, 3, 4})));
        for (int i = 0; i < query.length; i++) {
            call(1, TCP, SENT, i, new byte[] {query[i]}, 1, 0);
        }
        for (int i = 0; i < response.length; i++) {
            call(1, TCP, RECEIVED, i, new byte[] {response[i]}, 1, 0);
        }
        assertThat(transactions).hasSize(1);
        assertThat(transactions.getFirst().transport()).isEqualTo(DnsTransport.TCP);
        assertThat(transactions.getFirst().addresses()).hasSize(1);
        assertThat(transactions.getFirst().latency()).isEqualTo(Duration.ofMillis(response.length));
        assertThat(reader.counts().lostStreams()).isZero();
    }

    @Test
    void twoMessagesInOneCall() {
        byte[] first = framed(message(1, QUERY, "a.test"));
        byte[] second = framed(message(2, QUERY, "b.test"));
        byte[] both = ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
        call(1, TCP, SENT, 0, both, both.length, 0);
        assertThat(reader.counts().pending()).isEqualTo(2);
    }

    @Test
    void aStreamWithAHoleIsCounted() {
        byte[] query = framed(message(1, QUERY, "a.test"));
        call(1, TCP, SENT, 0, query, query.length, 0);
        call(1, TCP, SENT, query.length + 10L, query, query.length, 0);
        assertThat(reader.counts().lostStreams()).isEqualTo(1);
    }

    @Test
    void aStreamThatThePeerEndsLeavesNothingWaiting() {
        byte[] query = framed(message(1, QUERY, "a.test"));
        call(1, TCP, SENT, 0, query, query.length, 0);
        call(1, TCP, RECEIVED, 0, new byte[0], 0, 0);
        assertThat(transactions).extracting(DnsTransaction::outcome).containsExactly(DnsOutcome.UNANSWERED);
    }

    @Test
    void anErrorOfTheSocketIsOneOfAllThatWasAskedOverIt() {
        send(1, message(1, QUERY, "a.test"));
        send(1, message(2, QUERY, "b.test"));
        send(2, message(3, QUERY, "c.test"));
        call(1, UDP, RECEIVED, 0, new byte[0], 0, 111);
        assertThat(transactions)
                .extracting(DnsTransaction::name, DnsTransaction::outcome, DnsTransaction::error)
                .containsExactly(tuple("a.test", DnsOutcome.FAILED, 111), tuple("b.test", DnsOutcome.FAILED, 111));
        assertThat(reader.counts().pending()).isEqualTo(1);
    }

    @Test
    void aQueryThatCouldNotBeSentFailsAtOnce() {
        byte[] query = message(1, QUERY, "a.test");
        call(1, UDP, SENT, 0, query, query.length, 101);
        assertThat(transactions.getFirst().outcome()).isEqualTo(DnsOutcome.FAILED);
        assertThat(transactions.getFirst().error()).isEqualTo(101);
        assertThat(reader.counts().pending()).isZero();
    }

    @Test
    void aTruncatedAnswerIsRememberedForItsProcessAndName() {
        send(1, message(1, QUERY, "a.test"));
        receive(1, message(1, RESPONSE | TRUNCATED, "a.test"));
        byte[] other = framed(message(2, QUERY, "b.test"));
        byte[] same = framed(message(3, QUERY, "a.test"));
        call(2, TCP, SENT, 0, other, other.length, 0);
        call(3, TCP, SENT, 0, same, same.length, 0);
        reader.finish();
        assertThat(transactions)
                .extracting(DnsTransaction::name, DnsTransaction::retry)
                .containsExactly(
                        tuple("a.test", DnsRetry.NONE),
                        tuple("b.test", DnsRetry.NONE),
                        tuple("a.test", DnsRetry.AFTER_TRUNCATION));
    }

    @Test
    void anAnswerLongerThanItsCaptureIsSaidToBe() {
        byte[] response = message(1, RESPONSE, "a.test", answer("a.test", A, 5, new byte[] {1, 2, 3, 4}));
        send(1, message(1, QUERY, "a.test"));
        call(1, UDP, RECEIVED, 0, Arrays.copyOf(response, response.length - 2), response.length, 0);
        assertThat(transactions.getFirst().completeness()).isEqualTo(Completeness.CUT);
        assertThat(transactions.getFirst().addresses()).isEmpty();
    }

    @Test
    void whatCannotBeReadIsCounted() {
        call(1, UDP, SENT, 0, new byte[0], 40, 0);
        call(1, UDP, SENT, 0, new byte[] {1, 2, 3}, 3, 0);
        assertThat(reader.counts().unreadable()).isEqualTo(1);
        assertThat(reader.counts().malformed()).isEqualTo(1);
        assertThat(transactions).isEmpty();
    }
}
