package io.ebpf4j.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void textIsToTheLeftAndNumbersToTheRight() {
        TextTable table = new TextTable("SOURCE", ">REQ/S", "TRACE");
        table.row("resumes", "9.8", "0af7");
        table.row("µ", "110.25", "");
        assertThat(table.lines())
                .containsExactly(
                        "SOURCE    REQ/S  TRACE", //
                        "resumes     9.8  0af7",
                        "µ        110.25");
    }

    @Test
    void aRowHasAllColumns() {
        assertThatThrownBy(() -> new TextTable("A", "B").row("a")).isInstanceOf(IllegalArgumentException.class);
    }
}
