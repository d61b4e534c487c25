package io.ebpf4j.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.ebpf4j.asm.Opcodes;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.btf.CoreRelocationKind;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two independent expectations: {@code core-libbpf.txt} is what libbpf 1.1 made of each program of {@code core-local.el.o} with
 * {@code btf_custom_path} set to {@code core-target.el.o} (function name, then every slot as a little-endian word), and the
 * code of {@code core-target.*.o} is what the compiler makes of the same source when it knows the target's types.
 */
class CoreRelocatorTest {
    private static final CoreObject LITTLE = CoreObject.open("core-local.el.o");
    private static final TargetBtf LITTLE_TARGET =
            TargetBtf.of(CoreObject.open("core-target.el.o").btf());

    static Stream<String> libbpfResults() {
        return new String(CoreObject.bytes("core-libbpf.txt"), StandardCharsets.UTF_8).lines();
    }

    @ParameterizedTest
    @MethodSource("libbpfResults")
    void givesTheCodeThatLibbpfGives(String line) {
        String[] words = line.split(" ", -1);
        long[] expected = Arrays.stream(words)
                .skip(1)
                .mapToLong(word -> Long.parseUnsignedLong(word, 16))
                .toArray();
        Relocation result = LITTLE.relocate(words[0], LITTLE_TARGET);
        assertThat(result.slots()).containsExactly(expected);
        long poison = Arrays.stream(expected)
                .filter(slot -> Slot.isHelperCall(slot) && Slot.imm(slot) == 0xbad2310)
                .count();
        assertThat(result.poisoned()).isEqualTo((int) poison);
    }

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void givesTheCodeThatTheCompilerGivesForTheTarget(String order) {
        CoreObject local = CoreObject.open("core-local." + order + ".o");
        CoreObject target = CoreObject.open("core-target." + order + ".o");
        TargetBtf types = TargetBtf.of(target.btf());
        int compared = 0;
        for (Map.Entry<String, CoreObject.Function> function :
                target.functions().entrySet()) {
            String name = function.getKey();
            if (name.startsWith("bits_") && !name.endsWith("_signed") && !name.endsWith("_right_shift")) {
                // Compilers read bit-fields in words of the record's alignment, libbpf in the smallest that will do.
                continue;
            }
            String source = name.equals("enum_value_high_target") ? "enum_value_high" : name;
            long[] result = local.relocate(source, types).slots();
            long[] expected = function.getValue().slots();
            // Narrow stores of a constant: the compiler picks another way to make the constant, the store is the same.
            if (name.equals("store_wider")) {
                result = new long[] {result[1]};
                expected = Arrays.stream(expected)
                        .filter(slot -> Slot.instructionClass(slot) == Opcodes.CLASS_STX
                                || Slot.instructionClass(slot) == Opcodes.CLASS_ST)
                        .toArray();
            }
            assertThat(result).as("%s of %s", name, order).containsExactly(expected);
            compared++;
        }
        assertThat(compared).isGreaterThanOrEqualTo(32);
    }

    /** The section {@code filled} has a {@code struct bits} as the compiler laid it out, with these values. */
    @ParameterizedTest
    @CsvSource({
        "el, narrow, -9", "el, wide, 0x1abc", "el, far, 0x123456789",
        "eb, narrow, -9", "eb, wide, 0x1abc", "eb, far, 0x123456789"
    })
    void bitFieldsAreReadFromTheWordAndShiftsGiven(String order, String field, String value) {
        String name = "core-target." + order + ".o";
        ElfFile file = ElfFile.parse(CoreObject.bytes(name), name);
        MemorySegment record = file.data(file.section("filled").orElseThrow());
        CoreObject local = CoreObject.open("core-local." + order + ".o");
        TargetBtf types = TargetBtf.of(CoreObject.open(name).btf());
        String program = "bits_" + field;
        long offset = answer(local, types, program + "_offset");
        long word = switch ((int) answer(local, types, program + "_size")) {
            case 1 -> record.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
            case 2 -> record.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(file.order()), offset) & 0xFFFFL;
            case 4 -> record.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(file.order()), offset) & 0xFFFF_FFFFL;
            default -> record.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(file.order()), offset);
        };
        long top = word << answer(local, types, program + "_left_shift");
        long right = answer(local, types, program + "_right_shift");
        long read = answer(local, types, program + "_signed") == 1 ? top >> right : top >>> right;
        assertThat(read).isEqualTo(Long.decode(value));
    }

    private static long answer(CoreObject local, TargetBtf types, String program) {
        return Slot.imm(local.relocate(program, types).slots()[0]);
    }

    @Test
    void theObjectsAskEveryKindOfQuestion() {
        Set<CoreRelocationKind> asked = EnumSet.noneOf(CoreRelocationKind.class);
        LITTLE.functions().values().forEach(function -> function.sites().forEach(site -> asked.add(site.kind())));
        assertThat(asked).isEqualTo(EnumSet.allOf(CoreRelocationKind.class));
    }

    @Test
    void explainsWhatItResolved() {
        RelocationEntry entry =
                LITTLE.relocate("load_wider", LITTLE_TARGET).report().entries().getFirst();
        assertThat(entry.path()).isEqualTo("struct sample.grows");
        assertThat(entry.outcome()).isEqualTo(new RelocationOutcome.Resolved(0, 24));
        assertThat(entry.before()).isEqualTo("r0 = *(u32 *)(r1 + 0x0)");
        assertThat(entry.after()).isEqualTo("r0 = *(u64 *)(r1 + 0x18)");
        assertThat(entry.candidates())
                .extracting(CandidateVerdict::type, CandidateVerdict::verdict, CandidateVerdict::detail)
                .containsExactlyInAnyOrder(
                        tuple("struct sample", CandidateVerdict.Verdict.CHOSEN, "struct sample.grows at byte 24"),
                        tuple(
                                "struct sample___flavoured",
                                CandidateVerdict.Verdict.MISMATCH,
                                "struct sample___flavoured has no member grows"));
    }

    @Test
    void explainsWhatItPoisoned() {
        assertThat(reason("load_absent")).contains("struct sample has no member gone");
        assertThat(reason("load_absent_type")).isEqualTo("no struct named absent in core-target.el.o");
        assertThat(reason("enum_value_absent")).contains("enum small has no enumerator SMALL_GONE");
        assertThat(reason("load_signed_wider"))
                .isEqualTo(
                        "struct sample.signed_grows is 8 bytes wide in the target, 4 in the program, and not an unsigned"
                                + " integer or pointer on both sides");
    }

    @Test
    void explainsWhatIsAbsentWithoutHarm() {
        RelocationEntry entry = LITTLE.relocate("field_absent", LITTLE_TARGET)
                .report()
                .entries()
                .getFirst();
        assertThat(entry.outcome()).isInstanceOfSatisfying(RelocationOutcome.Absent.class, absent -> {
            assertThat(absent.before()).isEqualTo(1);
            assertThat(absent.reason()).contains("no member gone");
        });
    }

    private static String reason(String function) {
        RelocationEntry entry =
                LITTLE.relocate(function, LITTLE_TARGET).report().entries().getFirst();
        assertThat(entry.outcome()).isInstanceOf(RelocationOutcome.Poisoned.class);
        return ((RelocationOutcome.Poisoned) entry.outcome()).reason();
    }

    @Test
    void looksIntoModulesOnlyWhenTheKernelHasNoSuchName() {
        int[] asked = {0};
        CoreObject target = CoreObject.open("core-target.el.o");
        TargetBtf types = TargetBtf.of(target.btf(), () -> {
            asked[0]++;
            return List.of(LITTLE.btf());
        });
        LITTLE.relocate("load_wider", types);
        assertThat(asked[0]).isZero();
        assertThat(LITTLE.relocate("load_absent_type", types).poisoned()).isZero();
        assertThat(LITTLE.relocate("enum_type_absent", types).poisoned()).isZero();
        assertThat(asked[0]).isEqualTo(1);
    }

    @Test
    void refusesAnInstructionThatDoesNotCarryWhatItsRelocationSays() {
        CoreObject.Function function = LITTLE.function("byte_offset");
        long[] slots = function.slots().clone();
        slots[0] = Slot.withImm(slots[0], 12345);
        assertThatThrownBy(() -> new CoreRelocator(LITTLE_TARGET)
                        .relocate(LITTLE.btf(), function.sites(), slots, "a.o", "byte_offset"))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("12345")
                .hasMessageContaining("struct sample.in.y[2]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "0:",
                "0::1",
                "-1",
                "0:-1",
                "0:99",
                "0:999999999999",
                "999999999999:0",
                "2147483647",
                "2147483647:0",
                "0 1",
                "0:1:2:3:4:5",
                "0x1",
                "0:0:0"
            })
    void refusesAnAccessStringThatDoesNotFit(String access) {
        refusesAccess(access);
    }

    @Test
    void refusesAnAccessStringThatIsTooLong() {
        refusesAccess("0" + ":0".repeat(64));
        refusesAccess("0" + ":0".repeat(100_000));
        refusesAccess("9".repeat(100_000));
    }

    private static void refusesAccess(String access) {
        CoreObject.Function function = LITTLE.function("load_wider");
        RelocationSite site = function.sites().getFirst();
        List<RelocationSite> sites =
                List.of(new RelocationSite(site.slot(), site.typeId(), access, CoreRelocationKind.FIELD_BYTE_OFFSET));
        assertThatThrownBy(() -> new CoreRelocator(LITTLE_TARGET)
                        .relocate(LITTLE.btf(), sites, function.slots(), "a.o", "load_wider"))
                .isInstanceOfAny(InvalidObjectException.class, IncompatibleException.class);
    }

    @Test
    void refusesASiteOutsideOfTheProgram() {
        CoreObject.Function function = LITTLE.function("load_wider");
        RelocationSite site = function.sites().getFirst();
        for (int slot : new int[] {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            List<RelocationSite> sites = List.of(new RelocationSite(slot, site.typeId(), site.access(), site.kind()));
            assertThatThrownBy(() -> new CoreRelocator(LITTLE_TARGET)
                            .relocate(LITTLE.btf(), sites, function.slots(), "a.o", "load_wider"))
                    .isInstanceOf(InvalidObjectException.class);
        }
    }

    @Test
    void refusesATypeThatDoesNotExist() {
        CoreObject.Function function = LITTLE.function("load_wider");
        for (CoreRelocationKind kind : CoreRelocationKind.values()) {
            for (int id : new int[] {-1, 0, LITTLE.btf().lastId() + 1, Integer.MAX_VALUE}) {
                List<RelocationSite> sites = List.of(new RelocationSite(0, id, "0", kind));
                assertThatThrownBy(() -> new CoreRelocator(LITTLE_TARGET)
                                .relocate(LITTLE.btf(), sites, function.slots(), "a.o", "load_wider"))
                        .as("%s of %d", kind, id)
                        .isInstanceOf(InvalidObjectException.class);
            }
        }
    }
}
