package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "automatic attachment", since = "5.15")
class AutoAttachIT {

    private static void runs(BpfProgram program, Counter counter, String section) {
        AutoAttach.Outcome outcome = AutoAttach.attach(program, section);
        assertThat(outcome).isInstanceOf(AutoAttach.Outcome.Attached.class);
        if (outcome instanceof AutoAttach.Outcome.Attached attached) {
            try (Link _ = attached.link()) {
                long before = counter.count();
                TracepointLinkIT.trigger(5);
                assertThat(counter.count()).isGreaterThanOrEqualTo(before + 5);
            }
        }
    }

    @Test
    void tracepoints() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.TRACEPOINT, AttachType.NONE, 0)) {
            runs(program, counter, "tp/syscalls/sys_enter_getpid");
            runs(program, counter, "tracepoint/syscalls/sys_exit_getpid");
        }
    }

    @Test
    void rawAndTypedTracepoints() {
        try (Counter counter = Counter.create();
                BpfProgram raw = TestPrograms.counting(counter, ProgramType.RAW_TRACEPOINT, AttachType.NONE, 0);
                BpfProgram typed = TestPrograms.countingAt(
                        counter,
                        ProgramType.TRACING,
                        AttachType.TRACE_RAW_TP,
                        "sys_enter",
                        "btf_trace_sys_enter",
                        BtfKind.TYPEDEF)) {
            runs(raw, counter, "raw_tp/sys_enter");
            runs(typed, counter, "tp_btf/sys_enter");
        }
    }

    @Test
    void userProbes() throws Throwable {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.NONE, 0)) {
            AutoAttach.Outcome outcome = AutoAttach.attach(program, "uprobe/libc.so.6:ffsll");
            assertThat(outcome).isInstanceOf(AutoAttach.Outcome.Attached.class);
            if (outcome instanceof AutoAttach.Outcome.Attached attached) {
                try (Link _ = attached.link()) {
                    UprobeLinkIT.trigger(3);
                    assertThat(counter.countOnce(3)).isGreaterThanOrEqualTo(3);
                }
            }
        }
    }

    @Test
    void iterators() {
        try (BpfProgram program = TestPrograms.listing("task", 8)) {
            AutoAttach.Outcome outcome = AutoAttach.attach(program, "iter/task");
            assertThat(outcome).isInstanceOf(AutoAttach.Outcome.Attached.class);
            if (outcome instanceof AutoAttach.Outcome.Attached attached) {
                try (Link link = attached.link()) {
                    assertThat(link).isInstanceOf(IteratorLink.class);
                }
            }
        }
    }

    @Test
    void whatNeedsMoreThanANameSaysWhat() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.XDP, AttachType.XDP, 2)) {
            assertThat(AutoAttach.attach(program, "xdp"))
                    .isInstanceOfSatisfying(
                            AutoAttach.Outcome.Manual.class,
                            manual -> assertThat(manual.reason())
                                    .contains("interface")
                                    .contains("XdpLink"));
            assertThat(AutoAttach.attach(program)).isInstanceOf(AutoAttach.Outcome.Manual.class);
        }
    }
}
