package io.ebpf4j.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.VerifierException;
import io.ebpf4j.kernel.sys.BpfAttr.ProgLoad;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.program.ProgramDefinition.FunctionRecord;
import io.ebpf4j.program.ProgramDefinition.LineRecord;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.FakeKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProgramLoaderTest {
    /** {@code r0 = 0; exit}, as llvm-mc assembles them: b7 00 00 00 00 00 00 00, 95 00 00 00 00 00 00 00. */
    private static final Instructions RETURN_ZERO = Instructions.of(0xb7L, 0x95L);

    private final FakeKernel kernel = new FakeKernel();
    private final ProgramLoader loader = new ProgramLoader(kernel);
    private final ProgramDefinition program =
            ProgramDefinition.of("on-state.change_of_tcp", ProgramType.XDP, RETURN_ZERO, "Dual MIT/GPL");

    @AfterEach
    void nothingStaysOpen() {
        assertThat(kernel.openFds()).isEmpty();
    }

    private static int u32(MemorySegment attr, long offset) {
        return attr.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    private static long u64(MemorySegment attr, long offset) {
        return attr.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
    }

    /** Writes a log as the kernel does: what fits with its terminator, its end; the size it would have needed. */
    private static int reply(MemorySegment attr, String log, Errno errno) {
        byte[] text = (log + "\0").getBytes(StandardCharsets.UTF_8);
        int room = u32(attr, ProgLoad.LOG_SIZE);
        if (u64(attr, ProgLoad.LOG_BUF) == 0) {
            return -errno.code();
        }
        MemorySegment buffer = FakeKernel.memory(u64(attr, ProgLoad.LOG_BUF), room);
        int from = Math.max(0, text.length - room);
        MemorySegment.copy(text, from, buffer, ValueLayout.JAVA_BYTE, 0, text.length - from);
        attr.set(ValueLayout.JAVA_INT_UNALIGNED, ProgLoad.LOG_TRUE_SIZE, text.length);
        return from > 0 ? -Errno.ENOSPC.code() : -errno.code();
    }

    @Test
    void tellsTheKernelEverything() {
        List<String> seen = new ArrayList<>();
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> {
            byte[] code = FakeKernel.memory(u64(attr, ProgLoad.INSNS), 16).toArray(ValueLayout.JAVA_BYTE);
            assertThat(code).containsExactly(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
            assertThat(FakeKernel.memory(u64(attr, ProgLoad.LICENSE), 13).getString(0))
                    .isEqualTo("Dual MIT/GPL");
            assertThat(attr.asSlice(ProgLoad.PROG_NAME, 16).getString(0)).isEqualTo("on_state.change");
            int[] functions =
                    FakeKernel.memory(u64(attr, ProgLoad.FUNC_INFO), 8).toArray(ValueLayout.JAVA_INT_UNALIGNED);
            assertThat(functions).containsExactly(0, 17);
            int[] lines = FakeKernel.memory(u64(attr, ProgLoad.LINE_INFO), 16).toArray(ValueLayout.JAVA_INT_UNALIGNED);
            assertThat(lines).containsExactly(0, 100, 200, 12 << 10 | 5);
            int[] descriptors =
                    FakeKernel.memory(u64(attr, ProgLoad.FD_ARRAY), 8).toArray(ValueLayout.JAVA_INT_UNALIGNED);
            assertThat(descriptors).containsExactly(0, 55);
            seen.add("load");
            return kernel.newFd();
        });
        ProgramDefinition full = program.withAttachType(AttachType.TRACE_FENTRY)
                .withFlags(ProgramDefinition.SLEEPABLE)
                .withKernelVersion(0x61200)
                .withAttachBtf("vfs_read", 4711, 77)
                .withDescriptors(List.of(0, 55))
                .withInterface(3)
                .withBtf(
                        9,
                        List.of(new FunctionRecord(0, 17)),
                        List.of(new LineRecord(0, 100, 200, 12, 5, new SourceLine("a.c", 12, 5, "return 0;"))));

        try (BpfProgram loaded = loader.load(full, LogPolicy.AFTER_FAILURE)) {
            assertThat(loaded.name()).isEqualTo("on-state.change_of_tcp");
            assertThat(loaded.attachTarget()).isEqualTo("vfs_read");
            assertThat(loaded.attachBtfId()).isEqualTo(4711);
            assertThat(loaded.verifierLog()).isEmpty();
        }

        assertThat(seen).containsExactly("load");
        FakeKernel.BpfCall call = kernel.bpfCalls(BpfCommand.PROG_LOAD).getFirst();
        assertThat(call.u32(ProgLoad.PROG_TYPE)).isEqualTo(6);
        assertThat(call.u32(ProgLoad.INSN_CNT)).isEqualTo(2);
        assertThat(call.u32(ProgLoad.LOG_LEVEL)).isZero();
        assertThat(call.u32(ProgLoad.EXPECTED_ATTACH_TYPE)).isEqualTo(24);
        assertThat(call.u32(ProgLoad.PROG_FLAGS)).isEqualTo(16);
        assertThat(call.u32(ProgLoad.KERN_VERSION)).isEqualTo(0x61200);
        assertThat(call.u32(ProgLoad.ATTACH_BTF_ID)).isEqualTo(4711);
        assertThat(call.u32(ProgLoad.ATTACH_BTF_OBJ_FD)).isEqualTo(77);
        assertThat(call.u32(ProgLoad.PROG_IFINDEX)).isEqualTo(3);
        assertThat(call.u32(ProgLoad.PROG_BTF_FD)).isEqualTo(9);
        assertThat(call.u32(ProgLoad.FUNC_INFO_REC_SIZE)).isEqualTo(8);
        assertThat(call.u32(ProgLoad.FUNC_INFO_CNT)).isEqualTo(1);
        assertThat(call.u32(ProgLoad.LINE_INFO_REC_SIZE)).isEqualTo(16);
        assertThat(call.u32(ProgLoad.LINE_INFO_CNT)).isEqualTo(1);
    }

    @Test
    void asksForALogOnlyAfterAFailureAndGrowsItToTheSizeTheKernelSays() {
        String log = "0: (b7) r0 = 0\n".repeat(20_000) + "R0 invalid mem access 'scalar'\n";
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> reply(attr, log, Errno.EACCES));

        assertThatThrownBy(() -> loader.load(program, LogPolicy.AFTER_FAILURE))
                .isInstanceOfSatisfying(VerifierException.class, e -> {
                    assertThat(e.diagnostics().errno()).isEqualTo(Errno.EACCES);
                    assertThat(e.diagnostics().log()).isEqualTo(log);
                });

        List<FakeKernel.BpfCall> calls = kernel.bpfCalls(BpfCommand.PROG_LOAD);
        assertThat(calls).extracting(call -> call.u32(ProgLoad.LOG_SIZE)).containsExactly(0, 65_536, log.length() + 1);
        assertThat(calls).extracting(call -> call.u32(ProgLoad.LOG_LEVEL)).containsExactly(0, 5, 5);
    }

    @Test
    void doublesTheLogOnKernelsThatDoNotSayItsSize() {
        String log = "x".repeat(300_000);
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> {
            int result = reply(attr, log, Errno.EINVAL);
            attr.set(ValueLayout.JAVA_INT_UNALIGNED, ProgLoad.LOG_TRUE_SIZE, 0);
            return result;
        });

        assertThatThrownBy(() -> loader.load(program, LogPolicy.AFTER_FAILURE))
                .isInstanceOfSatisfying(
                        VerifierException.class,
                        e -> assertThat(e.diagnostics().log()).isEqualTo(log));

        assertThat(kernel.bpfCalls(BpfCommand.PROG_LOAD))
                .extracting(call -> call.u32(ProgLoad.LOG_SIZE))
                .containsExactly(0, 65_536, 131_072, 262_144, 524_288);
    }

    @Test
    void aLogBeyondTheLimitKeepsItsEndAndTheVerdict() {
        String log = "0: (b7) r0 = 0\n".repeat(100) + "R0 invalid mem access 'scalar'\n";
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> reply(attr, log, Errno.EACCES));

        assertThatThrownBy(() -> loader.load(program, LogPolicy.AFTER_FAILURE.withLimit(128)))
                .isInstanceOfSatisfying(VerifierException.class, e -> {
                    assertThat(e.diagnostics().errno()).isEqualTo(Errno.EACCES);
                    assertThat(e.diagnostics().log())
                            .startsWith("[the log is cut: it has " + (log.length() + 1) + " bytes")
                            .endsWith("R0 invalid mem access 'scalar'\n");
                });
    }

    @Test
    void aLogIsKeptOfASuccessWhenAskedFor() {
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> {
            reply(attr, "processed 2 insns\n", Errno.EINVAL);
            return kernel.newFd();
        });

        try (BpfProgram loaded = loader.load(program, LogPolicy.AFTER_FAILURE.withMoment(LogPolicy.Moment.ALWAYS))) {
            assertThat(loaded.verifierLog()).isEqualTo("processed 2 insns\n");
        }

        assertThat(kernel.bpfCalls(BpfCommand.PROG_LOAD)).hasSize(1);
    }

    @Test
    void anInterruptedVerificationIsRepeated() {
        List<Integer> attempts = new ArrayList<>();
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> {
            attempts.add(1);
            return attempts.size() < 5 ? -Errno.EAGAIN.code() : kernel.newFd();
        });

        loader.load(program, LogPolicy.AFTER_FAILURE).close();

        assertThat(attempts).hasSize(5);
    }

    @Test
    void butNotForEver() {
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> -Errno.EAGAIN.code());

        assertThatThrownBy(() -> loader.load(program, LogPolicy.AFTER_FAILURE))
                .isInstanceOfSatisfying(
                        SystemCallException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));

        assertThat(kernel.bpfCalls(BpfCommand.PROG_LOAD)).hasSize(10);
    }

    @Test
    void leavesOutWhatAnOldKernelDoesNotKnow() {
        // a kernel of 4.14: anything but zero from prog_name on is E2BIG
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> {
            for (long at = ProgLoad.PROG_NAME; at < attr.byteSize(); at++) {
                if (attr.get(ValueLayout.JAVA_BYTE, at) != 0) {
                    return -Errno.E2BIG.code();
                }
            }
            return kernel.newFd();
        });
        ProgramDefinition withTypes = program.withBtf(
                9,
                List.of(new FunctionRecord(0, 17)),
                List.of(new LineRecord(0, 100, 200, 12, 5, new SourceLine("a.c", 12, 5, "return 0;"))));

        loader.load(withTypes, LogPolicy.AFTER_FAILURE).close();

        FakeKernel.BpfCall last = kernel.bpfCalls(BpfCommand.PROG_LOAD).getLast();
        assertThat(last.u32(ProgLoad.PROG_NAME)).isZero();
        assertThat(last.u32(ProgLoad.PROG_BTF_FD)).isZero();
    }

    @Test
    void tooLargeAProgramIsNotMistakenForTooNewAnAttr() {
        kernel.onBpf(
                BpfCommand.PROG_LOAD,
                attr -> reply(attr, "BPF program is too large. Processed 1000001 insn\n", Errno.E2BIG));

        assertThatThrownBy(() -> loader.load(program, LogPolicy.AFTER_FAILURE))
                .isInstanceOfSatisfying(
                        VerifierException.class,
                        e -> assertThat(e.diagnostics().errno()).isEqualTo(Errno.E2BIG));

        assertThat(kernel.bpfCalls(BpfCommand.PROG_LOAD)).hasSize(2);
    }

    @Test
    void whatTheKernelRefusesWithoutAWordIsNamed() {
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> -Errno.EINVAL.code());

        assertThatThrownBy(() -> loader.load(program.withAttachBtf("vfs_read", 1, 0), LogPolicy.AFTER_FAILURE))
                .isInstanceOf(BpfException.class)
                .hasMessageContaining("on-state.change_of_tcp")
                .hasMessageContaining("xdp, 2 instructions")
                .hasMessageContaining("vfs_read")
                .hasMessageContaining("EINVAL");
    }
}
