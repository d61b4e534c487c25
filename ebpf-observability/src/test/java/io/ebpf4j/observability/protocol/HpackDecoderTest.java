package io.ebpf4j.observability.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The blocks of RFC 7541, appendix C, whose meaning the RFC itself spells out, and what becomes of them for somebody who joins late. */
class HpackDecoderTest {
    private static final String[] REQUESTS_PLAIN = {
        "828684410f7777772e6578616d706c652e636f6d",
        "828684be58086e6f2d6361636865",
        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"
    };
    private static final String[] REQUESTS_HUFFMAN = {
        "828684418cf1e3c2e5f23a6ba0ab90f4ff",
        "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"
    };
    private static final String[] RESPONSES_HUFFMAN = {
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007"
    };

    private static List<String> decode(HpackDecoder decoder, String hex) {
        byte[] block = HexFormat.of().parseHex(hex);
        List<String> said = new ArrayList<>();
        decoder.decode(MemorySegment.ofArray(block), 0, block.length, new HpackDecoder.Sink() {
            @Override
            public void header(String name, String value) {
                said.add(name + ": " + value);
            }

            @Override
            public void unknownValue(String name) {
                said.add(name + ": ?");
            }

            @Override
            public void unknown() {
                said.add("?");
            }
        });
        return said;
    }

    @Test
    void readsTheRequestsOfTheRfcWithAndWithoutHuffman() {
        for (String[] requests : List.of(REQUESTS_PLAIN, REQUESTS_HUFFMAN)) {
            HpackDecoder decoder = new HpackDecoder(name -> true);
            assertThat(decode(decoder, requests[0]))
                    .containsExactly(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com");
            assertThat(decode(decoder, requests[1]))
                    .containsExactly(
                            ":method: GET",
                            ":scheme: http",
                            ":path: /",
                            ":authority: www.example.com",
                            "cache-control: no-cache");
            assertThat(decode(decoder, requests[2]))
                    .containsExactly(
                            ":method: GET",
                            ":scheme: https",
                            ":path: /index.html",
                            ":authority: www.example.com",
                            "custom-key: custom-value");
            assertThat(decoder.knownEntries()).isEqualTo(3);
        }
    }

    @Test
    void evictsAsTheRfcDoesWithATableOf256Bytes() {
        HpackDecoder decoder = new HpackDecoder(name -> true);
        // 3fe101 sets the table's size to 256, which the RFC's example takes as given.
        decode(decoder, "3fe101");
        assertThat(decode(decoder, RESPONSES_HUFFMAN[0]))
                .containsExactly(
                        ":status: 302",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(decoder, RESPONSES_HUFFMAN[1]))
                .containsExactly(
                        ":status: 307",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(decoder, RESPONSES_HUFFMAN[2]))
                .containsExactly(
                        ":status: 200",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:22 GMT",
                        "location: https://www.example.com",
                        "content-encoding: gzip",
                        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
        assertThat(decoder.knownEntries()).isEqualTo(3);
    }

    @Test
    void aLateJoinerSaysUnknownAndRecovers() {
        HpackDecoder late = new HpackDecoder(name -> true);
        assertThat(decode(late, REQUESTS_PLAIN[1]))
                .containsExactly(":method: GET", ":scheme: http", ":path: /", "?", "cache-control: no-cache");
        // Index 63 is the entry before the one just seen: still unknown.
        assertThat(decode(late, REQUESTS_PLAIN[2])).contains("?", "custom-key: custom-value");
        assertThat(decode(late, "be")).containsExactly("custom-key: custom-value");
        assertThat(decode(late, "bf")).containsExactly("cache-control: no-cache");
        assertThat(decode(late, "c0")).containsExactly("?");
    }

    @Test
    void aNameFromBeforeMakesAnEntryWhoseNameStaysUnknown() {
        HpackDecoder late = new HpackDecoder(name -> true);
        // 7e: literal with indexing, name from dynamic entry 62.
        assertThat(decode(late, "7e0161")).containsExactly("?");
        assertThat(decode(late, "be")).containsExactly("?");
    }

    @Test
    void afterAMissedBlockNothingOldIsBelieved() {
        HpackDecoder decoder = new HpackDecoder(name -> true);
        decode(decoder, REQUESTS_PLAIN[0]);
        decoder.loseTrack();
        assertThat(decode(decoder, "be")).containsExactly("?");
    }

    @Test
    void valuesNobodyAskedForAreNotKept() {
        HpackDecoder decoder = new HpackDecoder(name -> name.startsWith(":"));
        assertThat(decode(decoder, REQUESTS_PLAIN[2])).doesNotContain("custom-key: custom-value");
        assertThat(decode(decoder, "be")).isEmpty();
    }

    @Test
    void refusesWhatBreaksTheRules() {
        assertThatThrownBy(() -> decode(new HpackDecoder(name -> true), "80")).hasMessageContaining("index 0");
        assertThatThrownBy(() -> decode(new HpackDecoder(name -> true), "ffffffffff0f"))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> decode(new HpackDecoder(name -> true), "400561"))
                .hasMessageContaining("a string of 5 bytes with 1 left");
        // Fourteen bits of padding behind the code of "0a".
        assertThatThrownBy(() -> decode(new HpackDecoder(name -> true), "448300ffff"))
                .isInstanceOf(MalformedMessageException.class);
    }
}
