package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.DeniedException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "BTF-typed tracing", since = "5.7")
class TracingLinkIT {

    @Test
    void aTypedTracepointRunsUntilClosed() {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.countingAt(
                        counter,
                        ProgramType.TRACING,
                        AttachType.TRACE_RAW_TP,
                        "sys_enter",
                        "btf_trace_sys_enter",
                        BtfKind.TYPEDEF)) {
            try (TracingLink link = TracingLink.attach(program, TracingLink.Options.DEFAULTS)) {
                TracepointLinkIT.trigger(10);
                assertThat(counter.countOnce(10)).isGreaterThanOrEqualTo(10);
                // the kernel makes a raw tracepoint link of it, see kernel/bpf/syscall.c bpf_raw_tp_link_attach
                assertThat(link.info().programId()).isEqualTo(program.info().id());
            }
            long closed = counter.count();
            TracepointLinkIT.trigger(10);
            assertThat(counter.count()).isEqualTo(closed);
        }
    }

    @Test
    void functionEntryRunsOrSaysWhyNot() throws IOException {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.countingAt(
                        counter,
                        ProgramType.TRACING,
                        AttachType.TRACE_FENTRY,
                        "do_sys_openat2",
                        "do_sys_openat2",
                        BtfKind.FUNC)) {
            runsOrSaysWhyNot(program, counter);
        } catch (SystemCallException refusedToLoad) {
            assertRefusedToLoad(refusedToLoad);
        }
    }

    @Test
    void functionExitRunsOrSaysWhyNot() throws IOException {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.countingAt(
                        counter,
                        ProgramType.TRACING,
                        AttachType.TRACE_FEXIT,
                        "do_sys_openat2",
                        "do_sys_openat2",
                        BtfKind.FUNC)) {
            runsOrSaysWhyNot(program, counter);
        } catch (SystemCallException refusedToLoad) {
            assertRefusedToLoad(refusedToLoad);
        }
    }

    @Test
    void aSecurityHookRunsOrSaysWhyNot() throws IOException {
        try (Counter counter = Counter.create();
                BpfProgram program = TestPrograms.countingAt(
                        counter,
                        ProgramType.LSM,
                        AttachType.LSM_MAC,
                        "task_getpgid",
                        "bpf_lsm_task_getpgid",
                        BtfKind.FUNC)) {
            Throwable refused = catchThrowable(() ->
                    TracingLink.attach(program, TracingLink.Options.DEFAULTS).close());
            if (refused != null) {
                assertRefusalNamesTheCause(refused);
            }
        } catch (SystemCallException refusedToLoad) {
            assertRefusedToLoad(refusedToLoad);
        }
    }

    /** Kernels differ in whether they let their functions be patched; either way the user learns it. */
    private static void runsOrSaysWhyNot(BpfProgram program, Counter counter) throws IOException {
        try (TracingLink link = TracingLink.attach(program, TracingLink.Options.DEFAULTS)) {
            Files.readString(Path.of("/proc/self/stat"));
            assertThat(counter.countOnce(1)).isPositive();
            assertThat(link.info()).isInstanceOf(LinkInfo.Tracing.class);
        } catch (DeniedException | NotSupportedException refused) {
            assertRefusalNamesTheCause(refused);
            assertThat(counter.count()).isZero();
        }
    }

    /** Some kernels refuse programs that need a trampoline before there is anything to attach. */
    private static void assertRefusedToLoad(SystemCallException refused) {
        assertThat(refused.call()).contains("PROG_LOAD");
        assertThat(refused.errno()).isEqualTo(Errno.EPERM);
    }

    private static void assertRefusalNamesTheCause(Throwable refused) {
        assertThat(refused).isInstanceOfAny(DeniedException.class, NotSupportedException.class);
        assertThat(refused).hasMessageContaining("trampolines");
    }
}
