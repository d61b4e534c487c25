package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "uprobe link", since = "5.15", config = "CONFIG_UPROBE_EVENTS")
class UprobeLinkIT {
    private static final int SELF = 0;

    /** A function of the C library that nothing but this test calls. */
    private static final MethodHandle FFS = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().find("ffsll").orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));

    static void trigger(int times) throws Throwable {
        for (int i = 0; i < times; i++) {
            assertThat((int) FFS.invokeExact(4L)).isEqualTo(3);
        }
    }

    @Test
    void runsAtEntryWithItsCookieUntilClosed() throws Throwable {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.leavingCookie(counter, ProgramType.KPROBE, AttachType.NONE)) {
            UprobeLink.Options options =
                    new UprobeLink.Options("libc.so.6", "ffsll").withPid(SELF).withCookie(99);
            try (UprobeLink link = UprobeLink.attach(program, options)) {
                trigger(5);
                assertThat(counter.count()).isEqualTo(5);
                assertThat(counter.left()).isEqualTo(99);
                assertThat(link.info()).isInstanceOfSatisfying(LinkInfo.Uprobe.class, info -> {
                    assertThat(info.point()).isEqualTo(ProbePoint.ENTRY);
                    assertThat(info.file()).endsWith("libc.so.6");
                    assertThat(info.offset()).isPositive();
                    assertThat(info.cookie()).isEqualTo(99);
                });
            }
            trigger(5);
            assertThat(counter.count()).isEqualTo(5);
        }
    }

    @Test
    void runsAtReturn() throws Throwable {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.leavingProcess(counter, ProgramType.KPROBE, AttachType.NONE);
                UprobeLink link = UprobeLink.attach(
                        program,
                        new UprobeLink.Options("libc.so.6", "ffsll")
                                .withPoint(ProbePoint.RETURN)
                                .withPid((int) ProcessHandle.current().pid()))) {
            trigger(5);
            assertThat(counter.count()).isEqualTo(5);
            assertThat(counter.left() >>> 32).isEqualTo(ProcessHandle.current().pid());
            assertThat(link.info())
                    .isInstanceOfSatisfying(
                            LinkInfo.Uprobe.class,
                            info -> assertThat(info.point()).isEqualTo(ProbePoint.RETURN));
        }
    }

    @Test
    void anOffsetFromTheStartOfTheFileIsTheSamePlace() throws Throwable {
        ProbedBinary libc = ProbedBinary.find("libc.so.6", SELF);
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.NONE, 0);
                UprobeLink _ = UprobeLink.attach(
                        program,
                        new UprobeLink.Options(libc.path().toString(), "").withOffset(libc.offsetOf("ffsll")))) {
            trigger(3);
            assertThat(counter.countOnce(3)).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void anotherProcessDoesNotCount() throws Throwable {
        Process child = new ProcessBuilder("sleep", "60").start();
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.NONE, 0);
                UprobeLink _ = UprobeLink.attach(
                        program, new UprobeLink.Options("libc.so.6", "ffsll").withPid((int) child.pid()))) {
            trigger(3);
            assertThat(counter.count()).isZero();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatIsNotThereIsAnInvalidTarget() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.counting(counter, ProgramType.KPROBE, AttachType.NONE, 0)) {
            assertThatThrownBy(
                            () -> UprobeLink.attach(program, new UprobeLink.Options("libc.so.6", "no_such_function")))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("no_such_function");
            assertThatThrownBy(() -> UprobeLink.attach(program, new UprobeLink.Options("libnothing.so.1", "f")))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("/usr/lib");
            assertThatThrownBy(() -> UprobeLink.attach(program, new UprobeLink.Options("/no/such/file", "f")))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("/no/such/file");
            assertThatThrownBy(() -> UprobeLink.attach(
                            program, new UprobeLink.Options("/bin/sh", "").withPid(Integer.MAX_VALUE)))
                    .isInstanceOf(InvalidTargetException.class)
                    .hasMessageContaining("no such process");
        }
    }
}
