package io.ebpf4j.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.VerifierDiagnostics;
import io.ebpf4j.program.ProgramDefinition.LineRecord;
import io.ebpf4j.spec.ProgramType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fixtures are logs of Linux 6.18, taken with bpftool; what is expected of them was read from them by eye. */
class VerifierLogTest {
    private static final ProgramDefinition PROGRAM =
            ProgramDefinition.of("fixture", ProgramType.XDP, Instructions.of(0x95L), "GPL");

    private static String fixture(String name) throws IOException {
        try (InputStream in = VerifierLogTest.class.getResourceAsStream(name + ".verifier.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null   | 7 | 7       | null.bpf.c:7   | *value += 1;",
                "helper | 4 | 5       | helper.bpf.c:5 | return bpf_skb_load_bytes(ctx, 0, c, 8);",
                "bounds | 1 | 2       | bounds.bpf.c:6 | return p[13] == 8 ? 1 : 2;",
                "gpl    | 4 | 5       | gpl.bpf.c:6    | bpf_probe_read(&x, 8, ctx);",
                "leak   | 9 | 9       | leak.bpf.c:10  | }",
                "uninit | 1 | 2       | uninit.bpf.c:6 | return *p;",
                "loop   | 4 | 1000001 | loop.bpf.c:7   | s += n ^ i;",
                "poisoned | 1 | 2     | refused.bpf.c:59 | return task->no_such_member;",
            })
    void findsWhereTheVerifierStopped(String name, int instruction, long processed, String position, String line)
            throws IOException {
        String text = fixture(name.strip());

        VerifierLog log = VerifierLog.parse(text);

        assertThat(log.text()).isEqualTo(text);
        assertThat(log.instruction()).isEqualTo(instruction);
        assertThat(log.processed()).hasValue(processed);
        assertThat(log.source().orElseThrow().position()).isEqualTo(position);
        assertThat(log.source().orElseThrow().text()).isEqualTo(line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null   | R0 invalid mem access 'map_value_or_null'",
                "helper | program of this type cannot use helper bpf_skb_load_bytes#26",
                "bounds | invalid access to packet, off=13 size=1, R1(id=0,off=13,r=0); R1 offset is outside of the packet",
                "gpl    | cannot call GPL-restricted function from non-GPL compatible program",
                "leak   | Unreleased reference id=2 alloc_insn=4; BPF_EXIT instruction in main prog would lead to reference"
                        + " leak",
                "uninit | R0 invalid mem access 'scalar'",
                "kfunc  | invalid kernel function call not eliminated in verifier pass",
                "loop   | BPF program is too large. Processed 1000001 insn",
                "poisoned | invalid func unknown#195896080",
            })
    void keepsWhatTheVerifierSaid(String name, String message) throws IOException {
        assertThat(VerifierLog.parse(fixture(name.strip())).message()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null   | R0 may be NULL here (map_value or NULL) and is used without a check at null.bpf.c:7 | NULL",
                "helper | helper bpf_skb_load_bytes (26) is not allowed in a program of this type, or not known to this"
                        + " kernel at helper.bpf.c:5 | program type",
                "bounds | packet access at offset 13, 1 bytes, is not proved to be inside the packet at bounds.bpf.c:6 |"
                        + " data_end",
                "gpl    | a helper is for programs under a GPL-compatible licence only at gpl.bpf.c:6 | LICENSE",
                "leak   | what instruction 4 acquired is not released on every path at leak.bpf.c:10 | release",
                "uninit | R0 is a number, not a pointer that may be dereferenced at uninit.bpf.c:6 | BPF_CORE_READ",
                "kfunc  | a call of a kernel function that this kernel does not have was not removed as dead code |"
                        + " bpf_ksym_exists",
                "loop   | the verifier gave up after 1000001 instructions: the program has too many paths at loop.bpf.c:7 |"
                        + " bound loops",
            })
    void saysItForPeople(String name, String summary, String hint) throws IOException {
        VerifierDiagnostics diagnostics = Diagnosis.of(PROGRAM, Errno.EACCES, VerifierLog.parse(fixture(name.strip())));

        assertThat(diagnostics.summary()).isEqualTo(summary);
        assertThat(diagnostics.hint()).contains(hint);
        assertThat(diagnostics.program()).isEqualTo("fixture");
        assertThat(diagnostics.errno()).isEqualTo(Errno.EACCES);
        assertThat(diagnostics.log()).isEqualTo(fixture(name.strip()));
    }

    @Test
    void namesWhatCouldNotBeResolved() throws IOException {
        ProgramDefinition program =
                PROGRAM.withUnresolved(Map.of(1, "CO-RE relocation of struct task_struct.no_such_member failed"));

        VerifierDiagnostics diagnostics = Diagnosis.of(program, Errno.EINVAL, VerifierLog.parse(fixture("poisoned")));

        assertThat(diagnostics.summary())
                .isEqualTo(
                        "CO-RE relocation of struct task_struct.no_such_member failed and the instruction is reached at"
                                + " refused.bpf.c:59");
        assertThat(diagnostics.hint()).contains("bpf_core_field_exists");
        assertThat(diagnostics.instruction()).isEqualTo(1);
    }

    @Test
    void lineRecordsAreMoreExactThanTheLog() throws IOException {
        SourceLine exact = new SourceLine("null.bpf.c", 7, 9, "*value += 1;");
        ProgramDefinition program = PROGRAM.withBtf(
                3,
                List.of(),
                List.of(
                        new LineRecord(0, 0, 0, 5, 8, new SourceLine("null.bpf.c", 5, 8, "__u32 key = 1;")),
                        new LineRecord(7, 0, 0, 7, 9, exact)));

        VerifierDiagnostics diagnostics = Diagnosis.of(program, Errno.EACCES, VerifierLog.parse(fixture("null")));

        assertThat(diagnostics.source()).isEqualTo("null.bpf.c:7:9");
        assertThat(diagnostics.sourceLine()).isEqualTo("*value += 1;");
        assertThat(program.sourceAt(6).orElseThrow().line()).isEqualTo(5);
        assertThat(program.sourceAt(9)).contains(exact);
        assertThat(program.sourceAt(-1)).isEmpty();
    }

    @Test
    void readsLogsWithoutPositions() {
        // kernels before 6.10 name no file and line
        VerifierLog log = VerifierLog.parse("""
                0: R1=ctx(id=0,off=0,imm=0) R10=fp0
                ; return *p;
                0: (85) call bpf_ktime_get_ns#5
                1: R0_w=inv(id=0) R10=fp0
                1: (79) r0 = *(u64 *)(r0 +0)
                R0 invalid mem access 'inv'
                processed 2 insns (limit 1000000) max_states_per_insn 0
                """);

        assertThat(log.instruction()).isEqualTo(1);
        assertThat(log.instructionText()).isEqualTo("r0 = *(u64 *)(r0 +0)");
        assertThat(log.message()).isEqualTo("R0 invalid mem access 'inv'");
        assertThat(log.source().orElseThrow()).isEqualTo(new SourceLine("", 0, 0, "return *p;"));
    }

    @Test
    void unknownWordsAreKept() {
        VerifierLog log = VerifierLog.parse("something nobody has heard of\nand its second line\n");

        VerifierDiagnostics diagnostics = Diagnosis.of(PROGRAM, Errno.EINVAL, log);

        assertThat(diagnostics.summary()).isEqualTo("something nobody has heard of; and its second line");
        assertThat(diagnostics.instruction()).isEqualTo(-1);
        assertThat(VerifierLog.parse("").messages()).isEmpty();
    }

    @Test
    void onlyTheEndOfALongLogIsLookedAt() throws IOException {
        String path = "7: (04) w3 += 1                       ; R3=0x28b0a\n".repeat(200_000);
        String text = path + fixture("loop");

        long begun = System.nanoTime();
        VerifierLog log = VerifierLog.parse(text);
        long millis = (System.nanoTime() - begun) / 1_000_000;

        assertThat(log.text()).hasSize(text.length());
        assertThat(log.message()).isEqualTo("BPF program is too large. Processed 1000001 insn");
        assertThat(millis).isLessThan(1_000);
        assertThat(log.lastLines(1).getFirst()).startsWith("processed 1000001 insns");
    }

    @Test
    void mutatedLogsAreReadToo() throws IOException {
        long seed = Long.getLong("ebpf4j.test.seed", 20261122L);
        Random random = new Random(seed);
        byte[] original = fixture("leak").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 2_000; i++) {
            byte[] mutated = original.clone();
            for (int k = 0; k < 1 + random.nextInt(8); k++) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            String text = new String(mutated, 0, random.nextInt(mutated.length + 1), StandardCharsets.ISO_8859_1);
            VerifierDiagnostics diagnostics = Diagnosis.of(PROGRAM, Errno.EINVAL, VerifierLog.parse(text));
            assertThat(diagnostics.log()).as("seed %d, round %d", seed, i).isEqualTo(text);
        }
    }
}
