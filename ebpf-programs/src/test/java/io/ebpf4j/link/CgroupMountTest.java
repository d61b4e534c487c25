package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines as proc_pid_mountinfo(5) shows them. */
class CgroupMountTest {

    @Test
    void theVersionTwoHierarchyIsFoundBesideVersionOne() {
        assertThat(CgroupMount.find(List.of(
                        "30 25 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755",
                        "31 30 0:27 / /sys/fs/cgroup/cpu rw shared:10 - cgroup cgroup rw,cpu",
                        "32 30 0:28 / /sys/fs/cgroup/unified rw shared:11 - cgroup2 cgroup2 rw")))
                .contains(Path.of("/sys/fs/cgroup/unified"));
    }

    @Test
    void escapedNamesAreRead() {
        assertThat(CgroupMount.find(List.of("32 30 0:28 / /mnt/a\\040b rw - cgroup2 none rw")))
                .contains(Path.of("/mnt/a b"));
    }

    @Test
    void noneIsFoundWhereThereIsNone() {
        assertThat(CgroupMount.find(List.of("31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "broken")))
                .isEmpty();
    }
}
