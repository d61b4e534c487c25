package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.relocate.CoreRelocator;
import io.ebpf4j.relocate.RelocationEntry;
import io.ebpf4j.relocate.RelocationOutcome;
import io.ebpf4j.relocate.TargetBtf;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One object reads the arguments on either architecture: what it reads is settled when it meets the kernel's types. */
class TlsRegistersTest {
    private static final ObjectSpec SPEC = BundledObject.TLS.spec();

    /** arch/arm64/include/asm/ptrace.h as BTF has it: registers 0 to 30, then sp, pc and pstate, nameless in a union. */
    private static TargetBtf arm64() {
        BtfBuilder types = new BtfBuilder();
        int u64 = types.add(new BtfType.Int(0, "unsigned long long", 8, 64, 0, BtfType.Int.Encoding.UNSIGNED));
        int array = types.add(new BtfType.Array(0, u64, u64, 31));
        types.add(new BtfType.Composite(
                0,
                "user_pt_regs",
                BtfType.Shape.STRUCT,
                272,
                List.of(
                        new BtfType.Member("regs", array, 0, 0),
                        new BtfType.Member("sp", u64, 31 * 64, 0),
                        new BtfType.Member("pc", u64, 32 * 64, 0),
                        new BtfType.Member("pstate", u64, 33 * 64, 0))));
        return TargetBtf.of(types.build("arm64"));
    }

    /** arch/x86/include/asm/ptrace.h: r15 ... di, orig_ax, ip, cs, flags, sp, ss, 8 bytes each. */
    private static TargetBtf x86() {
        BtfBuilder types = new BtfBuilder();
        int u64 = types.add(new BtfType.Int(0, "unsigned long", 8, 64, 0, BtfType.Int.Encoding.UNSIGNED));
        List<String> names = List.of(
                "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di",
                "orig_ax", "ip", "cs", "flags", "sp", "ss");
        List<BtfType.Member> members = new ArrayList<>();
        for (String name : names) {
            members.add(new BtfType.Member(name, u64, members.size() * 64L, 0));
        }
        types.add(new BtfType.Composite(0, "pt_regs", BtfType.Shape.STRUCT, 168, members));
        return TargetBtf.of(types.build("x86"));
    }

    /** What became of each question about registers: the value, or -1 where the instruction must not be reached. */
    private static Map<String, Long> registers(String program, TargetBtf target) {
        ProgramSpec spec = SPEC.programs().get(program);
        return new CoreRelocator(target)
                        .relocate(
                                SPEC.btf().orElseThrow(), spec.coreRelocations(), spec.slots(), SPEC.origin(), program)
                        .report()
                        .entries()
                        .stream()
                        .filter(entry -> entry.path().contains("pt_regs"))
                        .collect(Collectors.toMap(
                                entry -> entry.site().kind() + " " + entry.path(),
                                TlsRegistersTest::value,
                                (a, b) -> a));
    }

    private static long value(RelocationEntry entry) {
        return switch (entry.outcome()) {
            case RelocationOutcome.Resolved resolved -> resolved.after();
            case RelocationOutcome.Absent _ -> 0;
            case RelocationOutcome.Poisoned _ -> -1;
        };
    }

    private static final String ARM = "FIELD_BYTE_OFFSET struct user_pt_regs___arm64.";
    private static final String X86 = "FIELD_BYTE_OFFSET struct pt_regs___x86.";
    private static final String IS_X86 = "FIELD_EXISTS struct pt_regs___x86.di";

    @Test
    void onArm64ArgumentsAndResultsAreTheFirstRegisters() {
        // AAPCS64: x0 to x7, and x0; the stack pointer follows x30
        assertThat(registers("ssl_write_ex", arm64()))
                .containsEntry(IS_X86, 0L)
                .containsEntry(ARM + "regs[0]", 0L)
                .containsEntry(ARM + "regs[1]", 8L)
                .containsEntry(ARM + "regs[3]", 24L)
                .containsEntry(ARM + "sp", 31 * 8L)
                .containsEntry(X86 + "di", -1L);
        assertThat(registers("ssl_transferred", arm64())).containsEntry(ARM + "regs[0]", 0L);
    }

    @Test
    void onX86TheyAreThoseOfItsCallingConvention() {
        // psABI: rdi, rsi, rdx, rcx, and rax; places as PTRACE_GETREGS has them (sys/reg.h)
        assertThat(registers("ssl_write_ex", x86()))
                .containsEntry(IS_X86, 1L)
                .containsEntry(X86 + "di", 14 * 8L)
                .containsEntry(X86 + "si", 13 * 8L)
                .containsEntry(X86 + "cx", 11 * 8L)
                .containsEntry(X86 + "sp", 19 * 8L)
                .containsEntry(ARM + "sp", -1L);
        assertThat(registers("ssl_transferred", x86())).containsEntry(X86 + "ax", 10 * 8L);
    }
}
