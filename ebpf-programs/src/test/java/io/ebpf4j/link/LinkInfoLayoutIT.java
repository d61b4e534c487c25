package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Compares the offsets declared in {@link LinkInfoReader} with the running kernel's own description. */
@RequiresKernel(feature = "struct bpf_link_info with all members", since = "6.18")
class LinkInfoLayoutIT {

    @Test
    void everyOffsetIsTheKernels() throws Exception {
        Btf btf = Btf.vmlinux();
        int struct = btf.find("bpf_link_info", BtfKind.STRUCT).orElseThrow();
        Map<String, Long> kernel = new TreeMap<>();
        collect(btf, struct, "", 0, kernel);
        int compared = 0;
        for (Field field : LinkInfoReader.class.getDeclaredFields()) {
            if (!Modifier.isPrivate(field.getModifiers())
                    && Modifier.isStatic(field.getModifiers())
                    && field.getType() == long.class
                    && !field.getName().equals("SIZE")) {
                String name = kernelName(field.getName());
                assertThat(kernel).as(field.getName()).containsEntry(name, field.getLong(null));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(50);
        assertThat(LinkInfoReader.SIZE).isEqualTo(btf.sizeOf(struct));
    }

    /** All members by path, such as {@code perf_event_kprobe_addr}. */
    private static void collect(Btf btf, int struct, String prefix, long base, Map<String, Long> into) {
        for (int i = 0; i < btf.vlen(struct); i++) {
            String name = btf.memberName(struct, i);
            long offset = base + btf.memberBitOffset(struct, i) / 8;
            int type = btf.resolve(btf.memberType(struct, i));
            String path = name.isEmpty() ? prefix : prefix + name + "_";
            if (btf.kind(type) == BtfKind.STRUCT || btf.kind(type) == BtfKind.UNION) {
                collect(btf, type, path, offset, into);
            } else {
                into.put(path.substring(0, path.length() - 1), offset);
            }
        }
    }

    private static String kernelName(String constant) {
        String name = constant.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "raw_tracepoint_name" -> "raw_tracepoint_tp_name";
            case "raw_tracepoint_name_len" -> "raw_tracepoint_tp_name_len";
            case "cgroup_id" -> "cgroup_cgroup_id";
            case "iter_map_id" -> "iter_map_map_id";
            case "iter_cgroup_id" -> "iter_cgroup_cgroup_id";
            case "netns_ino" -> "netns_netns_ino";
            case "perf_event_tracepoint_name" -> "perf_event_tracepoint_tp_name";
            default -> name;
        };
    }
}
