package io.ebpf4j.asm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code helpers.txt} is {@code enum bpf_func_id} of Linux 6.18, out of its BTF by bpftool: number and name. */
class HelperFunctionTest {
    @Test
    void hasEveryHelperOfLinux618ByNumberAndName() {
        List<String> rows = new String(LlvmObject.bytes("helpers.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(rows).hasSize(211);
        for (String row : rows) {
            String[] parts = row.split(" ", -1);
            assertThat(HelperFunction.of(Integer.parseInt(parts[0])).map(HelperFunction::functionName))
                    .contains(parts[1]);
        }
        assertThat(HelperFunction.values()).hasSize(rows.size() + 1);
    }

    @Test
    void doesNotKnowOthers() {
        assertThat(HelperFunction.of(0)).isEmpty();
        assertThat(HelperFunction.of(-1)).isEmpty();
        assertThat(HelperFunction.of(212)).isEmpty();
        assertThat(HelperFunction.of(0xbad2310)).isEmpty();
    }
}
