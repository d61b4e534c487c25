package io.ebpf4j.observability.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Hellos as OpenSSL 3 sent them, asked for TLS 1.3 with two protocols and for TLS 1.2 with one. */
class TlsHelloTest {
    private static final byte[] CLIENT_13 = padded(
            HexFormat.of()
                    .parseHex(
                            "1603010200010001fc03037dbc9f25731b01530905711b2e5d3bc53287d69dd0c7276596a924cf6f12049f2012d18c62"
                                    + "9b1b26df412df02177320a96df8744d74daa0c52f4c6e2d66f72928e0024130213031301c02cc030c02bc02fcca9cca8"
                                    + "c024c028c023c027009f009e006b006700ff0100018f00000014001200000f6170692e6578616d706c652e636f6d000b"
                                    + "000403000102000a00160014001d0017001e0019001801000101010201030104002300000010000e000c026832086874"
                                    + "74702f312e310016000000170000000d002a0028040305030603080708080809080a080b080408050806040105010601"
                                    + "030303010302040205020602002b00050403040303002d00020101003300260024001d0020436e134d401901044c0264"
                                    + "83932109db8d1dde2050674b435aaabe8ea9af2142001500cc"),
            517);
    private static final byte[] SERVER_13 = HexFormat.of()
            .parseHex("160303007a0200007603031363857c02d44180f5e2738653c8efcf10af74a941af73bfe4794e0ec5b371382012d18c62"
                    + "9b1b26df412df02177320a96df8744d74daa0c52f4c6e2d66f72928e130200002e002b0002030400330024001d0020b3"
                    + "f629d9ed480a8f681b7e3b19a7639b8fa0a397159d1ab0eff47df0d7ed8535");
    private static final byte[] CLIENT_12 = HexFormat.of()
            .parseHex("16030100be010000ba03036f760f9d7d2b1246cd60381a3716556a787ec50a97e6c123fe291d65a91539bd00001ec02c"
                    + "c030c02bc02fcca9cca8c024c028c023c027009f009e006b006700ff0100007300000014001200000f6f6c642e657861"
                    + "6d706c652e636f6d000b000403000102000a000c000a001d0017001e0019001800230000001000050003026832001600"
                    + "0000170000000d002a0028040305030603080708080809080a080b080408050806040105010601030303010302040205"
                    + "020602");
    private static final byte[] SERVER_12 = HexFormat.of()
            .parseHex("160303004a02000046030304f454fd70928bebfbaf64eeaf3af7d4a2504f4637b7e66a444f574e4752440100c0300000"
                    + "1eff01000100000b0004030001020023000000100005000302683200170000");

    /** The client fills its hello up with zeros. */
    private static byte[] padded(byte[] beginning, int length) {
        return Arrays.copyOf(beginning, length);
    }

    private static TlsHello parse(byte[] stream) {
        return TlsHello.parse(MemorySegment.ofArray(stream), 0, stream.length);
    }

    @Test
    void readsTls13() {
        assertThat(parse(CLIENT_13))
                .isEqualTo(
                        new TlsHello.Client(0x0304, "api.example.com", List.of("h2", "http/1.1"), Completeness.WHOLE));
        assertThat(parse(SERVER_13)).isEqualTo(new TlsHello.Server(0x0304, 0x1302, "", Completeness.WHOLE));
        assertThat(TlsHello.versionName(0x0304)).isEqualTo("TLS 1.3");
    }

    @Test
    void readsTls12() {
        assertThat(parse(CLIENT_12))
                .isEqualTo(new TlsHello.Client(0x0303, "old.example.com", List.of("h2"), Completeness.WHOLE));
        assertThat(parse(SERVER_12)).isEqualTo(new TlsHello.Server(0x0303, 0xc030, "h2", Completeness.WHOLE));
    }

    @Test
    void aHelloSpreadOverRecordsIsPutTogether() {
        int cut = 100;
        byte[] spread = new byte[CLIENT_12.length + 5];
        System.arraycopy(CLIENT_12, 0, spread, 0, 5 + cut);
        spread[3] = 0;
        spread[4] = (byte) cut;
        int rest = CLIENT_12.length - 5 - cut;
        System.arraycopy(CLIENT_12, 0, spread, 5 + cut, 3);
        spread[5 + cut + 3] = 0;
        spread[5 + cut + 4] = (byte) rest;
        System.arraycopy(CLIENT_12, 5 + cut, spread, 5 + cut + 5, rest);
        assertThat(parse(spread)).isEqualTo(parse(CLIENT_12));
    }

    @Test
    void aCutCaptureGivesWhatWasThere() {
        TlsHello.Client whole = (TlsHello.Client) parse(CLIENT_13);
        for (int captured = 9; captured < CLIENT_13.length; captured++) {
            TlsHello.Client cut = (TlsHello.Client) TlsHello.parse(MemorySegment.ofArray(CLIENT_13), 0, captured);
            assertThat(cut.completeness()).isEqualTo(Completeness.CUT);
            assertThat(cut.serverName()).isIn("", whole.serverName());
        }
        TlsHello.Client early = (TlsHello.Client) TlsHello.parse(MemorySegment.ofArray(CLIENT_13), 0, 200);
        assertThat(early.serverName()).isEqualTo("api.example.com");
    }

    @Test
    void mutatedHellosAreReadOrRefused() {
        Random random = new Random(Long.getLong("ebpf4j.seed", 42));
        for (int i = 0; i < 50_000; i++) {
            byte[] mutant = (i % 2 == 0 ? CLIENT_13 : SERVER_12).clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(parse(mutant).version()).isNotNegative();
            } catch (MalformedMessageException declared) {
                assertThat(declared).hasMessageStartingWith("TLS: byte");
            }
        }
    }

    @Test
    void refusesWhatIsNoHello() {
        byte[] request = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(TlsHello.looksLike(MemorySegment.ofArray(request), 0, request.length))
                .isFalse();
        assertThat(TlsHello.looksLike(MemorySegment.ofArray(CLIENT_12), 0, CLIENT_12.length))
                .isTrue();
        assertThatThrownBy(() -> parse(request)).hasMessageContaining("no handshake record");
    }
}
