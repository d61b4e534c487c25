package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.KeyExistsException;
import io.ebpf4j.kernel.KeyNotFoundException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class FailureTest {
    private final MemorySegment attr = Arena.ofAuto().allocate(BpfAttr.SIZE, 8);

    @Test
    void saysCallErrorAndSubject() {
        assertThat(Failure.of("mmap", -12, "ring of 4096 bytes"))
                .isInstanceOf(SystemCallException.class)
                .hasMessage("mmap failed with ENOMEM (Cannot allocate memory): ring of 4096 bytes");
    }

    @Test
    void anAnswerThatMeansNotSupportedIsOne() {
        assertThat(Failure.of("bpf(BPF_LINK_CREATE)", -524, "")).isInstanceOf(NotSupportedException.class);
        assertThat(Failure.of("bpf(BPF_LINK_CREATE)", -95, "")).isInstanceOf(NotSupportedException.class);
        assertThat(Failure.of("bpf(BPF_LINK_CREATE)", -38, "")).isInstanceOf(NotSupportedException.class);
    }

    @Test
    void aMissingKeyAndAPresentOneHaveKindsOfTheirOwn() {
        assertThat(Failure.of(BpfCommand.MAP_DELETE_ELEM, attr, -2, "map flows"))
                .isInstanceOf(KeyNotFoundException.class)
                .hasMessage("map flows: no such key");
        assertThat(Failure.of(BpfCommand.MAP_UPDATE_ELEM, attr, -17, "map flows"))
                .isInstanceOf(KeyExistsException.class);
        assertThat(Failure.of(BpfCommand.OBJ_GET, attr, -2, "/sys/fs/bpf/x")).isInstanceOf(SystemCallException.class);
    }

    @Test
    void aMemberTheKernelIsTooOldForIsNamed() {
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAP_TYPE, 30);
        attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapCreate.MAP_EXTRA, 3);
        assertThat(Failure.of(
                        BpfCommand.MAP_CREATE, attr, -Errno.E2BIG.code(), "map seen", KernelVersion.parse("5.10.3")))
                .isInstanceOfSatisfying(NotSupportedException.class, e -> {
                    assertThat(e.since()).hasValue(KernelVersion.parse("5.16"));
                    assertThat(e).hasMessageContaining("map_extra").hasMessageContaining("5.10.3");
                });
        // on a kernel that knows the member, E2BIG has another reason
        assertThat(Failure.of(BpfCommand.MAP_CREATE, attr, -Errno.E2BIG.code(), "map seen", KernelVersion.parse("6.1")))
                .isInstanceOf(SystemCallException.class);
    }

    @Test
    void aCommandTheKernelIsTooOldForIsNamed() {
        assertThat(Failure.of(BpfCommand.LINK_DETACH, attr, -22, "", KernelVersion.parse("5.8")))
                .isInstanceOf(NotSupportedException.class)
                .hasMessageContaining("BPF_LINK_DETACH")
                .hasMessageContaining("5.9");
    }

    @Test
    void checkGivesBackWhatDidNotFail() {
        assertThat(Failure.check("open", 7, "")).isEqualTo(7);
        assertThatThrownBy(() -> Failure.check("open", -2, "file")).isInstanceOf(SystemCallException.class);
    }

    @Test
    void aTailOfZerosNeedNotBePassed() {
        assertThat(BpfAttr.usedSize(attr, BpfAttr.SIZE)).isEqualTo(8);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.ATTACH_BTF_ID, 1);
        assertThat(BpfAttr.usedSize(attr, BpfAttr.SIZE)).isEqualTo(112);
    }
}
