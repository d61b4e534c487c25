package io.ebpf4j.observability.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamStartTest {
    private static StreamStart of(byte[] bytes) {
        return StreamStart.of(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1|HTTP1_REQUEST",
                "PROPFIND /dav HTTP/1.1|HTTP1_REQUEST",
                "OPTIONS * HTTP/1.1|HTTP1_REQUEST",
                "CONNECT example.org:443 HTTP/1.1|HTTP1_REQUEST",
                "GET http://a/b HTTP/1.1|HTTP1_REQUEST",
                "HTTP/1.0 200 OK|HTTP1_RESPONSE",
                "PRI * HTTP/2.0|HTTP2_CLIENT",
                "HTTP/2 200|UNKNOWN",
                "EHLO example.org|UNKNOWN",
                "SSH-2.0-OpenSSH_9|UNKNOWN",
                "*1 $4 PING|UNKNOWN",
                "GET|UNKNOWN",
            })
    void ofText(String text, StreamStart expected) {
        assertThat(of(text.getBytes(ISO_8859_1))).isEqualTo(expected);
    }

    /** RFC 7541, C.4.1 and C.6.1, behind the header of a HEADERS frame; RFC 8446 for the hellos. */
    @ParameterizedTest
    @CsvSource({
        "00001101050000000182868441 8cf1e3c2e5f23a6ba0ab90f4ff, HTTP2_CLIENT",
        "0000050104000000038864025885, HTTP2_SERVER",
        "00000501040000000248 03333032, UNKNOWN",
        "0000080600000000000000000000000000, UNKNOWN",
        "16030100c801000000, TLS_CLIENT",
        "160303003d02000039, TLS_SERVER",
        "1703030020aabbccdd, UNKNOWN",
    })
    void ofBytes(String hex, StreamStart expected) {
        assertThat(of(HexFormat.of().parseHex(hex.replace(" ", "")))).isEqualTo(expected);
    }

    @Test
    void ofAnything() {
        Random random = new Random(Long.getLong("ebpf4j.seed", 42));
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            assertThat(of(bytes)).isNotNull();
        }
    }
}
