package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.testing.RequiresKernel;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "iterator", since = "5.8")
class IteratorLinkIT {
    private static final int SECOND_POINTER = 8;
    private static final int VALUE_POINTER = 24;

    @Test
    void everyTaskIsMet() throws Exception {
        try (BpfProgram program = TestPrograms.listing("task", SECOND_POINTER);
                IteratorLink link = IteratorLink.attach(program, IteratorLink.Options.EVERYTHING);
                Stream<String> lines = link.lines()) {
            long threads = Long.parseLong(TestNetwork.run("sh", "-c", "ls -d /proc/[0-9]*/task/* | wc -l")
                    .strip());
            assertThat(lines.count()).isBetween(threads - 20, threads + 20);
        }
    }

    @Test
    void readsAgainAndInPieces() throws Exception {
        try (BpfProgram program = TestPrograms.listing("task", SECOND_POINTER);
                IteratorLink link = IteratorLink.attach(program, IteratorLink.Options.EVERYTHING)) {
            for (int i = 0; i < 2; i++) {
                try (InputStream stream = link.read()) {
                    assertThat(stream.read()).isEqualTo('x');
                    assertThat(stream.read()).isEqualTo('\n');
                    assertThat(new String(stream.readAllBytes(), StandardCharsets.US_ASCII))
                            .startsWith("x\n");
                }
            }
        }
    }

    @Test
    @RequiresKernel(feature = "iterator over one task", since = "6.1")
    void oneThreadIsMet() {
        int tid = (int) Kernel.system().call(SystemCall.GETTID, 0, 0, 0, 0, 0, 0);
        try (BpfProgram program = TestPrograms.listing("task", SECOND_POINTER);
                IteratorLink link =
                        IteratorLink.attach(program, new IteratorLink.Options(new IteratorLink.Scope.OneThread(tid)));
                Stream<String> lines = link.lines()) {
            assertThat(lines).containsExactly("x");
            assertThat(link.info()).isInstanceOfSatisfying(LinkInfo.Iterator.class, info -> {
                assertThat(info.target()).isEqualTo("task");
                assertThat(info.tid()).isEqualTo(tid);
            });
        }
    }

    @Test
    @RequiresKernel(feature = "iterator over one process", since = "6.1")
    void theThreadsOfOneProcessAreMet() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        try (BpfProgram program = TestPrograms.listing("task", SECOND_POINTER);
                IteratorLink link = IteratorLink.attach(
                        program, new IteratorLink.Options(new IteratorLink.Scope.OneProcess((int) child.pid())));
                Stream<String> lines = link.lines()) {
            assertThat(lines).containsExactly("x");
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void theElementsOfAMapAreMet() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.listing("bpf_map_elem", VALUE_POINTER);
                IteratorLink link = IteratorLink.attach(
                        program, new IteratorLink.Options(new IteratorLink.Scope.MapElements(counter.fd())));
                Stream<String> lines = link.lines()) {
            assertThat(lines).containsExactly("x");
        }
    }

    @Test
    @RequiresKernel(feature = "iterator over cgroups", since = "6.1")
    void oneCgroupIsMet() {
        try (BpfProgram program = TestPrograms.listing("cgroup", SECOND_POINTER);
                IteratorLink link = IteratorLink.attach(
                        program,
                        new IteratorLink.Options(new IteratorLink.Scope.Cgroups(
                                CgroupMount.require(), IteratorLink.CgroupOrder.SELF_ONLY)));
                Stream<String> lines = link.lines()) {
            assertThat(lines).containsExactly("x");
        }
    }

    @Test
    @RequiresKernel(feature = "iterator over one process", since = "6.1")
    void aProcessThatIsNotThereHasNoThreads() {
        try (BpfProgram program = TestPrograms.listing("task", SECOND_POINTER);
                IteratorLink link = IteratorLink.attach(
                        program, new IteratorLink.Options(new IteratorLink.Scope.OneProcess(Integer.MAX_VALUE)));
                Stream<String> lines = link.lines()) {
            assertThat(lines).isEmpty();
        }
    }

    @Test
    void aMapThatIsNotThereIsAnInvalidTarget() {
        try (BpfProgram program = TestPrograms.listing("bpf_map_elem", VALUE_POINTER)) {
            assertThatThrownBy(() -> IteratorLink.attach(
                            program, new IteratorLink.Options(new IteratorLink.Scope.MapElements(999_999))))
                    .isInstanceOf(InvalidTargetException.class);
        }
    }
}
