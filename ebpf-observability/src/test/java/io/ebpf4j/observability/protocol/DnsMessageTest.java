package io.ebpf4j.observability.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DnsMessageTest {
    private static final byte[] QUERY =
            HexFormat.of().parseHex("12340100000100000000000003777777074578616d706c6503636f6d00001c0001");

    // An alias to cdn.example.com by a compressed name, its two addresses, and an OPT record whose upper response code
    // is 1.
    private static final byte[] RESPONSE = HexFormat.of()
            .parseHex("12348180000100030000000103777777076578616d706c6503636f6d0000010001c00c000500010000012c000603"
                    + "63646ec010c02d000100010000003c0004c0000207c02d001c00010000003c001020010db8000000000000000000000001"
                    + "00002904d0010000000000");

    @Test
    void readsAQuery() {
        DnsMessage query = DnsMessage.parse(QUERY);
        assertThat(query.kind()).isEqualTo(DnsMessage.Kind.QUERY);
        assertThat(query.id()).isEqualTo(0x1234);
        assertThat(query.questions()).containsExactly(new DnsMessage.Question("www.Example.com", 28));
        assertThat(query.answers()).isEmpty();
        assertThat(query.completeness()).isEqualTo(Completeness.WHOLE);
    }

    @Test
    void readsAnAliasAndBothKindsOfAddress() throws Exception {
        DnsMessage response = DnsMessage.parse(RESPONSE);
        assertThat(response.kind()).isEqualTo(DnsMessage.Kind.RESPONSE);
        assertThat(response.answers())
                .containsExactly(
                        new DnsMessage.CanonicalName("www.example.com", 300, "cdn.example.com"),
                        new DnsMessage.Address("cdn.example.com", 60, InetAddress.getByName("192.0.2.7")),
                        new DnsMessage.Address("cdn.example.com", 60, InetAddress.getByName("2001:db8::1")));
        assertThat(response.responseCode()).as("extended by the OPT record").isEqualTo(16);
        assertThat(DnsMessage.responseCodeName(16)).isEqualTo("Bad OPT Version");
    }

    @Test
    void aCutCaptureGivesWhatWasThere() {
        for (int captured = 12; captured < RESPONSE.length; captured++) {
            DnsMessage cut = DnsMessage.parse(MemorySegment.ofArray(RESPONSE), 0, captured, RESPONSE.length);
            assertThat(cut.completeness()).isEqualTo(Completeness.CUT);
            assertThat(cut.answers().size()).isLessThanOrEqualTo(3);
        }
        DnsMessage early = DnsMessage.parse(MemorySegment.ofArray(RESPONSE), 0, 60, RESPONSE.length);
        assertThat(early.answers()).hasSize(1);
    }

    @Test
    void bytesThatNoTerminalShouldSeeAreEscaped() {
        byte[] hostile = QUERY.clone();
        hostile[13] = 0x1b;
        hostile[14] = '.';
        assertThat(DnsMessage.parse(hostile).questions().getFirst().name()).isEqualTo("\\027\\.w.Example.com");
    }

    @Test
    void aPointerThatLeadsForwardsOrToItselfIsRefused() {
        byte[] loop = RESPONSE.clone();
        loop[33] = (byte) 0xc0;
        loop[34] = 33;
        assertThatThrownBy(() -> DnsMessage.parse(loop))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("compression pointer to 33");
    }

    @Test
    void mutatedMessagesAreReadOrRefused() {
        long seed = Long.getLong("ebpf4j.seed", 42);
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] mutant = RESPONSE.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            }
            int captured = random.nextInt(mutant.length + 1);
            try {
                DnsMessage.parse(MemorySegment.ofArray(mutant), 0, captured, mutant.length);
                read++;
            } catch (MalformedMessageException declared) {
                assertThat(declared.offset()).as("seed %d", seed).isNotNegative();
            }
        }
        assertThat(read).isPositive();
    }

    @Test
    void aStreamIsPutTogetherHoweverItWasCut() {
        byte[] wire = new byte[2 * (RESPONSE.length + 2) + QUERY.length + 2];
        int at = 0;
        for (byte[] message : List.of(RESPONSE, QUERY, RESPONSE)) {
            wire[at++] = (byte) (message.length >> 8);
            wire[at++] = (byte) message.length;
            System.arraycopy(message, 0, wire, at, message.length);
            at += message.length;
        }
        for (int piece = 1; piece <= wire.length; piece++) {
            DnsStream stream = new DnsStream();
            List<DnsMessage> messages = new ArrayList<>();
            for (int start = 0; start < wire.length; start += piece) {
                int length = Math.min(piece, wire.length - start);
                stream.accept(MemorySegment.ofArray(wire), start, length, length, messages::add);
            }
            assertThat(messages)
                    .as("pieces of %d", piece)
                    .containsExactly(DnsMessage.parse(RESPONSE), DnsMessage.parse(QUERY), DnsMessage.parse(RESPONSE));
        }
    }

    @Test
    void aStreamWithAGapGivesTheCutMessageAndGoesOnBehindIt() {
        byte[] first = new byte[RESPONSE.length + 2];
        first[1] = (byte) RESPONSE.length;
        System.arraycopy(RESPONSE, 0, first, 2, RESPONSE.length);
        byte[] second = new byte[QUERY.length + 2];
        second[1] = (byte) QUERY.length;
        System.arraycopy(QUERY, 0, second, 2, QUERY.length);
        DnsStream stream = new DnsStream();
        List<DnsMessage> messages = new ArrayList<>();
        stream.accept(MemorySegment.ofArray(first), 0, 62, first.length, messages::add);
        stream.accept(MemorySegment.ofArray(second), 0, second.length, second.length, messages::add);
        assertThat(messages).hasSize(2);
        assertThat(messages.get(0).completeness()).isEqualTo(Completeness.CUT);
        assertThat(messages.get(0).answers()).hasSize(1);
        assertThat(messages.get(1)).isEqualTo(DnsMessage.parse(QUERY));
    }
}
