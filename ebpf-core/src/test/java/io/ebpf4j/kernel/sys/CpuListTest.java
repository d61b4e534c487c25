package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuListTest {
    @Test
    void readsRangesAndSingles() {
        assertThat(CpuList.parse("0-3,8,10-11\n")).containsExactly(0, 1, 2, 3, 8, 10, 11);
        assertThat(CpuList.parse("0")).containsExactly(0);
        assertThat(CpuList.parse("\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "3-1", "0-99999999", "1,,2", "-1", "0-"})
    void refusesWhatIsNoList(String text) {
        assertThatThrownBy(() -> CpuList.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
