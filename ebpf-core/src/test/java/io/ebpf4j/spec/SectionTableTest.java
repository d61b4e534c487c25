package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table against a text list of libbpf's rows: name, program type, attach type, traits. */
class SectionTableTest {

    private static List<String> libbpfRows() throws IOException {
        try (InputStream in = SectionTableTest.class.getResourceAsStream("/spec/section-names.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void hasEveryRowOfLibbpfInItsOrder() throws IOException {
        List<String> rows = libbpfRows();
        assertThat(rows).hasSize(116);
        assertThat(SectionTable.rows().stream().map(SectionTableTest::text)).containsExactlyElementsOf(rows);
    }

    private static String text(SectionDefinition row) {
        String traits = row.traits().stream()
                .map(t -> t.name().toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(","));
        return row.name() + (row.form() == SectionDefinition.Form.OPTIONAL_TARGET ? "+" : "") + " " + row.programType()
                + " " + row.attachType() + " " + (traits.isEmpty() ? "-" : traits);
    }

    @Test
    void findsEveryRowByItsName() throws IOException {
        for (String row : libbpfRows()) {
            String name = row.substring(0, row.indexOf(' '));
            if (name.endsWith("+")) {
                String bare = name.substring(0, name.length() - 1);
                assertThat(SectionTable.find(bare)).map(SectionTableTest::text).contains(row);
                assertThat(SectionTable.find(bare + "/target"))
                        .map(SectionTableTest::text)
                        .contains(row);
                assertThat(SectionTable.find(bare + "x"))
                        .map(SectionTableTest::text)
                        .isNotEqualTo(row);
            } else {
                assertThat(SectionTable.find(name)).map(SectionTableTest::text).contains(row);
                assertThat(SectionTable.find(name + "/not/in/the/table")).isEmpty();
            }
        }
    }

    @Test
    void findsNothingForOtherNames() {
        assertThat(SectionTable.find("")).isEmpty();
        assertThat(SectionTable.find("xdp_drop")).isEmpty();
        assertThat(SectionTable.find("socket1")).isEmpty();
        assertThat(SectionTable.find("kprobes/foo")).isEmpty();
        assertThat(SectionTable.find("?kprobe/foo")).isEmpty();
        assertThat(SectionTable.find("lirc_mode2/grundig")).isEmpty();
    }

    @Test
    void keepsTheAttachTarget() {
        assertThat(target("kprobe/do_unlinkat+0x10")).isEqualTo("do_unlinkat+0x10");
        assertThat(target("uprobe//usr/bin/bash:readline+4")).isEqualTo("/usr/bin/bash:readline+4");
        assertThat(target("tracepoint/sched/sched_switch")).isEqualTo("sched/sched_switch");
        assertThat(target("fentry/nf_conntrack:nf_ct_alloc")).isEqualTo("nf_conntrack:nf_ct_alloc");
        assertThat(target("usdt/libc.so.6:libc:setjmp")).isEqualTo("libc.so.6:libc:setjmp");
        assertThat(target("iter.s/task_vma")).isEqualTo("task_vma");
        assertThat(target("lsm_cgroup/socket_bind")).isEqualTo("socket_bind");
        assertThat(target("struct_ops/init")).isEqualTo("init");
        assertThat(target("raw_tp.w/sys_enter")).isEqualTo("sys_enter");
        assertThat(target("kprobe")).isEmpty();
        assertThat(target("kprobe/")).isEmpty();
        assertThat(target("cgroup/connect4")).isEmpty();
        assertThat(target("xdp.frags/devmap")).isEmpty();
        assertThat(target("sk_reuseport/migrate")).isEmpty();
    }

    private static String target(String section) {
        return SectionTable.attachTarget(SectionTable.find(section).orElseThrow(), section);
    }
}
