package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.spec.SectionDefinition;
import io.ebpf4j.spec.SectionTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The expectations are those of the attach functions of libbpf 1.8. */
class AttachTargetTest {

    @Test
    void kernelFunctions() {
        assertThat(AttachTarget.of("kprobe/do_unlinkat"))
                .isEqualTo(new AttachTarget.Kprobe("do_unlinkat", 0, ProbePoint.ENTRY));
        assertThat(AttachTarget.of("kprobe/func+0x10"))
                .isEqualTo(new AttachTarget.Kprobe("func", 16, ProbePoint.ENTRY));
        assertThat(AttachTarget.of("kprobe/func+10")).isEqualTo(new AttachTarget.Kprobe("func", 10, ProbePoint.ENTRY));
        assertThat(AttachTarget.of("kprobe/func+010")).isEqualTo(new AttachTarget.Kprobe("func", 8, ProbePoint.ENTRY));
        assertThat(AttachTarget.of("?kretprobe/a.isra.0"))
                .isEqualTo(new AttachTarget.Kprobe("a.isra.0", 0, ProbePoint.RETURN));
        assertThat(AttachTarget.of("ksyscall/openat"))
                .isEqualTo(new AttachTarget.SystemCall("openat", ProbePoint.ENTRY));
        assertThat(AttachTarget.of("kretsyscall/openat"))
                .isEqualTo(new AttachTarget.SystemCall("openat", ProbePoint.RETURN));
        assertThat(AttachTarget.of("kprobe.multi/tcp_*"))
                .isEqualTo(new AttachTarget.KprobeMulti("tcp_*", MultiProbeMode.ENTRY));
        assertThat(AttachTarget.of("kretprobe.multi/tcp_?"))
                .isEqualTo(new AttachTarget.KprobeMulti("tcp_?", MultiProbeMode.RETURN));
        assertThat(AttachTarget.of("kprobe.session/tcp_*"))
                .isEqualTo(new AttachTarget.KprobeMulti("tcp_*", MultiProbeMode.SESSION));
    }

    @Test
    void userFunctions() {
        assertThat(AttachTarget.of("uprobe//bin/bash:readline"))
                .isEqualTo(new AttachTarget.Uprobe("/bin/bash", "readline", 0, ProbePoint.ENTRY));
        assertThat(AttachTarget.of("uprobe.s/libc.so.6:malloc+0x8"))
                .isEqualTo(new AttachTarget.Uprobe("libc.so.6", "malloc", 8, ProbePoint.ENTRY));
        assertThat(AttachTarget.of("uretprobe/libc.so.6:malloc"))
                .isEqualTo(new AttachTarget.Uprobe("libc.so.6", "malloc", 0, ProbePoint.RETURN));
        assertThat(AttachTarget.of("uprobe.multi/./a.out:f_*"))
                .isEqualTo(new AttachTarget.UprobeMulti("./a.out", "f_*", MultiProbeMode.ENTRY));
        assertThat(AttachTarget.of("uretprobe.multi.s/./a.out:f_*"))
                .isEqualTo(new AttachTarget.UprobeMulti("./a.out", "f_*", MultiProbeMode.RETURN));
        assertThat(AttachTarget.of("uprobe.session/./a.out:f"))
                .isEqualTo(new AttachTarget.UprobeMulti("./a.out", "f", MultiProbeMode.SESSION));
    }

    /** libbpf takes a last part for an offset only where it is a number through and through. */
    @Test
    void aPlusInAFunctionsNameStays() {
        assertThat(AttachTarget.of("uprobe//bin/x:operator+"))
                .isEqualTo(new AttachTarget.Uprobe("/bin/x", "operator+", 0, ProbePoint.ENTRY));
        assertThat(AttachTarget.of("uprobe//bin/x:a+b+0x4"))
                .isEqualTo(new AttachTarget.Uprobe("/bin/x", "a+b", 4, ProbePoint.ENTRY));
    }

    @Test
    void tracepoints() {
        assertThat(AttachTarget.of("tracepoint/syscalls/sys_enter_openat"))
                .isEqualTo(new AttachTarget.Tracepoint("syscalls", "sys_enter_openat"));
        assertThat(AttachTarget.of("tp/sock/inet_sock_set_state"))
                .isEqualTo(new AttachTarget.Tracepoint("sock", "inet_sock_set_state"));
        assertThat(AttachTarget.of("raw_tp/sched_switch")).isEqualTo(new AttachTarget.RawTracepoint("sched_switch"));
        assertThat(AttachTarget.of("raw_tracepoint.w/x")).isEqualTo(new AttachTarget.RawTracepoint("x"));
        assertThat(AttachTarget.of("tp_btf/x")).isEqualTo(new AttachTarget.Tracing("tp_btf"));
        assertThat(AttachTarget.of("lsm.s/bprm_committed_creds")).isEqualTo(new AttachTarget.Tracing("lsm.s"));
        assertThat(AttachTarget.of("iter/tcp")).isEqualTo(new AttachTarget.Iterator("tcp"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kprobe",
                "uprobe",
                "uretprobe.s",
                "tp",
                "tracepoint",
                "raw_tp",
                "kprobe.multi",
                "ksyscall",
                "xdp",
                "xdp.frags",
                "tc",
                "tcx/ingress",
                "classifier",
                "cgroup_skb/egress",
                "cgroup/connect4",
                "sockops",
                "sk_msg",
                "sk_skb/verdict",
                "sk_lookup",
                "flow_dissector",
                "socket",
                "perf_event",
                "struct_ops/x",
                "syscall",
                "netfilter",
                "lsm_cgroup/x",
                "usdt/libc.so.6:libc:setjmp",
                "made/up"
            })
    void namesThatDoNotSayEnoughGiveAReason(String section) {
        assertThat(AttachTarget.of(section))
                .isInstanceOfSatisfying(
                        AttachTarget.Manual.class,
                        manual -> assertThat(manual.reason()).isNotBlank());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kprobe/a b",
                "kprobe/f+x",
                "kprobe/f-4",
                "kretprobe/f+4",
                "kprobe.multi/a b",
                "uprobe//bin/bash",
                "uprobe//bin/bash:",
                "uretprobe//bin/bash:f+4",
                "tp/syscalls",
                "tp/syscalls/",
                "tp//x"
            })
    void namesThatCannotBeReadAreErrors(String section) {
        assertThatThrownBy(() -> AttachTarget.of(section))
                .isInstanceOf(InvalidTargetException.class)
                .hasMessageContaining(section);
    }

    @Test
    void everySectionThatLibbpfKnowsHasAnAnswer() {
        for (SectionDefinition definition : SectionTable.rows()) {
            assertThat(AttachTarget.of(definition.name()))
                    .as(definition.name())
                    .satisfies(target -> assertThat(target)
                            .isNotEqualTo(new AttachTarget.Manual(
                                    "section \"" + definition.name() + "\" is of no kind that attaches by its name")));
        }
    }
}
