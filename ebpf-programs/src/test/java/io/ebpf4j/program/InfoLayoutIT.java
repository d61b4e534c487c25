package io.ebpf4j.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.testing.RequiresKernel;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The offsets we read by, against the running kernel's own struct. */
@RequiresKernel(since = "5.17", feature = "all that we read of a program", config = "CONFIG_DEBUG_INFO_BTF")
class InfoLayoutIT {

    @Test
    void offsetsAreTheKernels() {
        Btf btf = Btf.vmlinux();
        int id = btf.find("bpf_prog_info", BtfKind.STRUCT).orElseThrow();
        Map<String, Long> kernel = new TreeMap<>();
        for (int i = 0; i < btf.vlen(id); i++) {
            kernel.put(btf.memberName(id, i), btf.memberBitOffset(id, i) / 8);
        }

        Map<String, Long> ours = Map.ofEntries(
                Map.entry("type", InfoReader.TYPE),
                Map.entry("id", InfoReader.ID),
                Map.entry("tag", InfoReader.TAG),
                Map.entry("jited_prog_len", InfoReader.JITED_PROG_LEN),
                Map.entry("xlated_prog_len", InfoReader.XLATED_PROG_LEN),
                Map.entry("xlated_prog_insns", InfoReader.XLATED_PROG_INSNS),
                Map.entry("load_time", InfoReader.LOAD_TIME),
                Map.entry("created_by_uid", InfoReader.CREATED_BY_UID),
                Map.entry("nr_map_ids", InfoReader.NR_MAP_IDS),
                Map.entry("map_ids", InfoReader.MAP_IDS),
                Map.entry("name", InfoReader.NAME),
                Map.entry("gpl_compatible", InfoReader.GPL_COMPATIBLE),
                Map.entry("btf_id", InfoReader.BTF_ID),
                Map.entry("run_time_ns", InfoReader.RUN_TIME_NS),
                Map.entry("run_cnt", InfoReader.RUN_CNT),
                Map.entry("recursion_misses", InfoReader.RECURSION_MISSES),
                Map.entry("verified_insns", InfoReader.VERIFIED_INSNS),
                Map.entry("attach_btf_obj_id", InfoReader.ATTACH_BTF_OBJ_ID),
                Map.entry("attach_btf_id", InfoReader.ATTACH_BTF_ID));

        assertThat(kernel).containsAllEntriesOf(ours);
        assertThat(btf.rawSize(id)).isGreaterThanOrEqualTo(InfoReader.SIZE);
    }
}
