package io.ebpf4j.samples.demo.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queries and answers as {@code dig} and a name server of another make put them on the wire (RFC 1035, section 4). */
class DnsAnswerTest {
    private static final String A_QUERY = "beef 0100 0001 0000 0000 0000 03415069 06747769 6c696f03 636f6d00 0001 0001";

    private Map<String, InetAddress> zone = Map.of();

    @BeforeEach
    void fill() throws UnknownHostException {
        zone = Map.of("api.twilio.com", InetAddress.getByName("198.51.100.80"));
    }

    private String answer(String query) {
        byte[] bytes = bytes(query);
        return HexFormat.of().formatHex(DnsAnswer.to(Arrays.copyOf(bytes, DnsAnswer.MAX_BYTES), bytes.length, zone));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void givesTheAddressWhateverTheCase() {
        assertThat(answer(A_QUERY))
                .isEqualTo(
                        "beef85800001000100000000" // QR AA RD RA, one answer
                                + "034150690674" + "77696c696f03636f6d0000010001" // the question as it was asked
                                + "c00c0001000100000005" + "0004c6336450");
    }

    @Test
    void aNameWithoutSuchARecordExistsAllTheSame() {
        assertThat(answer(A_QUERY.replace("00 0001 0001", "00 001c 0001"))).startsWith("beef85800001000000000000");
    }

    @Test
    void otherNamesDoNotExist() {
        assertThat(answer(A_QUERY.replace("03415069", "03415070"))).startsWith("beef85830001000000000000");
    }

    @Test
    void otherOperationsAreNotImplemented() {
        assertThat(answer(A_QUERY.replace("beef 0100", "beef 2100"))).startsWith("beefa584");
    }

    @Test
    void whatIsNoQueryIsNotAnswered() {
        byte[] query = bytes(A_QUERY);
        for (int length = 0; length < query.length; length++) {
            assertThat(DnsAnswer.to(Arrays.copyOf(query, DnsAnswer.MAX_BYTES), length, zone))
                    .as("the first %s bytes", length)
                    .isEmpty();
        }
        String label = "3f" + "61".repeat(63);
        assertThat(answer("beef 0100 0001 0000 0000 0000" + label.repeat(4) + "00 0001 0001"))
                .isEmpty(); // too long
        assertThat(answer("beef 0100 0001 0000 0000 0000" + label.repeat(3) + "00 0001 0001"))
                .isNotEmpty();
        assertThat(answer(A_QUERY.replace("beef 0100", "beef 8100"))).isEmpty(); // a response
        assertThat(answer(A_QUERY.replace("0001 0000 0000", "0002 0000 0000"))).isEmpty(); // two questions
        assertThat(answer(A_QUERY.replace("03415069", "c0415069"))).isEmpty(); // a pointer
    }
}
