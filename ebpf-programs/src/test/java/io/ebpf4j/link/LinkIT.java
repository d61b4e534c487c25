package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        feature = "links by id",
        since = "5.9",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN})
class LinkIT {
    private static final Path PIN =
            Path.of("/sys/fs/bpf/ebpf4j-link-" + ProcessHandle.current().pid());

    private static BpfProgram counting(Counter counter) {
        return TestPrograms.counting(counter, ProgramType.CGROUP_SKB, AttachType.CGROUP_INET_EGRESS, 1);
    }

    @Test
    void aPinnedLinkOutlivesItsOwnerAndIsOpenedAgain() throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            int id;
            try (Link link = CgroupLink.attach(program, cgroup.path())) {
                link.pin(PIN);
                assertThatThrownBy(() -> link.pin(PIN)).isInstanceOf(IllegalStateException.class);
                id = link.info().id();
            }
            assertThat(TestNetwork.run("bpftool", "link", "show", "pinned", PIN.toString()))
                    .startsWith(id + ": cgroup");
            try (Link again = Link.openPinned(PIN)) {
                assertThat(again).isInstanceOf(CgroupLink.class);
                assertThat(again.info().id()).isEqualTo(id);
                again.unpin();
                assertThat(PIN).doesNotExist();
                assertThatThrownBy(again::unpin).isInstanceOf(IllegalStateException.class);
            } finally {
                Files.deleteIfExists(PIN);
            }
            assertThat(Link.ids()).doesNotContain(id);
        }
    }

    @Test
    void linksAreFoundById() throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            int id;
            try (Link link = CgroupLink.attach(program, cgroup.path())) {
                id = link.info().id();
                assertThat(Link.ids()).contains(id).isSorted().doesNotHaveDuplicates();
                try (Link same = Link.openById(id).orElseThrow()) {
                    assertThat(same).isInstanceOf(CgroupLink.class);
                    assertThat(same.info()).isEqualTo(link.info());
                }
                assertThat(TestNetwork.run("bpftool", "link", "show", "id", Integer.toString(id)))
                        .contains("prog " + program.info().id());
            }
            assertThat(Link.openById(id)).isEmpty();
        }
    }

    @Test
    void anotherProgramTakesItsPlaceAndDetachLeavesNone() throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter first = Counter.create();
                Counter second = Counter.create();
                BpfProgram one = counting(first);
                BpfProgram other = counting(second);
                Link link = CgroupLink.attach(one, cgroup.path())) {
            link.update(other);
            assertThat(link.info().programId()).isEqualTo(other.info().id());
            link.detach();
            assertThat(AttachedPrograms.ofCgroup(
                                    cgroup.path(), AttachType.CGROUP_INET_EGRESS, AttachedPrograms.CgroupView.ATTACHED)
                            .entries())
                    .isEmpty();
        }
    }

    @Test
    void everyKindOpensAsItsClass() {
        try (Counter counter = Counter.create();
                BpfProgram tracepoint = TestPrograms.counting(counter, ProgramType.TRACEPOINT, AttachType.NONE, 0);
                BpfProgram raw = TestPrograms.counting(counter, ProgramType.RAW_TRACEPOINT, AttachType.NONE, 0);
                BpfProgram probe = TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.NONE, 0);
                BpfProgram clock = TestPrograms.counting(counter, ProgramType.PERF_EVENT, AttachType.NONE, 0);
                BpfProgram list = TestPrograms.listing("task", 8);
                Link a = TracepointLink.attach(tracepoint, new TracepointLink.Options("syscalls", "sys_enter_getpid"));
                Link b = RawTracepointLink.attach(raw, new RawTracepointLink.Options("sched_process_exit"));
                Link c = UprobeLink.attach(probe, new UprobeLink.Options("libc.so.6", "ffsll").withPid(0));
                Link d = PerfEventLink.attach(clock, PerfEventLink.Options.cpuClock(0, 1));
                Link e = IteratorLink.attach(list, IteratorLink.Options.EVERYTHING)) {
            for (Link link : new Link[] {a, b, c, d, e}) {
                try (Link again = Link.openById(link.info().id()).orElseThrow()) {
                    assertThat(again).hasSameClassAs(link);
                }
            }
        }
    }

    @Test
    void aClosedLinkSaysSo() throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create();
                BpfProgram program = counting(counter)) {
            Link link = CgroupLink.attach(program, cgroup.path());
            link.close();
            link.close();
            assertThatThrownBy(link::info).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> link.update(program)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aProgramMayBeClosedWhileItIsAttached() throws Exception {
        try (TestCgroup cgroup = TestCgroup.enter();
                Counter counter = Counter.create()) {
            BpfProgram program = counting(counter);
            try (Link link = CgroupLink.attach(program, cgroup.path())) {
                int id = program.info().id();
                program.close();
                assertThat(link.info().programId()).isEqualTo(id);
            }
        }
    }

    @Test
    void aPinThatIsNotThereIsAnInvalidTarget() {
        assertThatThrownBy(() -> Link.openPinned(Path.of("/sys/fs/bpf/no-such-pin")))
                .isInstanceOf(InvalidTargetException.class)
                .hasMessageContaining("no-such-pin");
    }

    @Test
    void aLinkThatKeepsItsProgramForLifeSaysSo() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.RAW_TRACEPOINT, AttachType.NONE, 0);
                Link link = RawTracepointLink.attach(program, new RawTracepointLink.Options("sched_process_exit"))) {
            assertThatThrownBy(() -> link.update(program))
                    .isInstanceOf(NotSupportedException.class)
                    .hasMessageContaining("RawTracepoint");
        }
    }
}
