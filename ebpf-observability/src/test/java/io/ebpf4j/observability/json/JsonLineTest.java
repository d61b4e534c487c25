package io.ebpf4j.observability.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonLineTest {

    @Test
    void keepsTheOrderOfItsMembers() {
        assertThat(new JsonLine().put("b", 1).put("a", "x").putNull("c").put("d", 0.25))
                .hasToString("{\"b\":1,\"a\":\"x\",\"c\":null,\"d\":0.25}");
    }

    // RFC 8259, section 7: quotation mark, reverse solidus and U+0000 to U+001F must be escaped
    @Test
    void escapesWhatMustBeEscaped() {
        assertThat(new JsonLine().put("k", "a\"b\\c\n\r\t\u0000\u001f\u007f"))
                .hasToString("{\"k\":\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\\u007f\"}");
        assertThat(new JsonLine().put("\"", "")).hasToString("{\"\\\"\":\"\"}");
    }

    @Test
    void keepsOtherTextAsItIs() {
        assertThat(new JsonLine().put("k", "µs \ud83d\udc1d")).hasToString("{\"k\":\"µs \ud83d\udc1d\"}");
    }

    @Test
    void escapesALoneSurrogateThatUtf8CannotHold() {
        assertThat(new JsonLine().put("k", "\ud83d!\udc1d")).hasToString("{\"k\":\"\\ud83d!\\udc1d\"}");
    }

    @Test
    void nests() {
        assertThat(new JsonLine()
                        .put("o", new JsonLine())
                        .put("a", List.of(new JsonLine().put("n", -1), new JsonLine()))
                        .putStrings("s", List.of("x", "y"))
                        .putTruth("t", JsonLine.Truth.TRUE))
                .hasToString("{\"o\":{},\"a\":[{\"n\":-1},{}],\"s\":[\"x\",\"y\"],\"t\":true}");
    }

    @Test
    void refusesWhatJsonCannotSay() {
        assertThatThrownBy(() -> new JsonLine().put("k", Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
