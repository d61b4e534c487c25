package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.asm.Slot;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Linking; expectations are read off {@code llvm-objdump-19 -dr} of spec-code and spec-sections, and libbpf's order. */
class ProgramLinkerTest {

    @ParameterizedTest
    @ValueSource(strings = {"spec-code-el", "spec-code-eb"})
    void keepsWhatCallsNothingAsItIs(String object) {
        ObjectSpec spec = Fixture.read(object);

        assertThat(spec.programs()).containsOnlyKeys("plain", "calls", "callbacks", "unknown");
        ProgramSpec plain = spec.programs().get("plain");
        assertThat(plain.type()).isEqualTo(ProgramType.TRACEPOINT);
        assertThat(plain.sectionName()).isEqualTo("tracepoint/syscalls/sys_enter_getpid");
        assertThat(plain.attachTarget()).isEqualTo("syscalls/sys_enter_getpid");
        assertThat(plain.autoload()).isTrue();
        assertThat(plain.length()).isEqualTo(13);
        assertThat(plain.subprograms()).containsExactly(new ProgramSpec.Subprogram("plain", 0, 13));
        assertThat(plain.references())
                .isEqualTo(List.of(
                        new CodeReference.MapValueReference(0, ".bss", 0),
                        new CodeReference.MapValueReference(5, ".data.custom", 0),
                        new CodeReference.MapValueReference(8, ".data", 8)));
        assertThat(Slot.imm(plain.slots()[9])).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-code-el", "spec-code-eb"})
    void appendsEachSubprogramOnceWhereItIsFirstMet(String object) {
        ProgramSpec calls = Fixture.read(object).programs().get("calls");

        assertThat(calls.subprograms())
                .containsExactly(
                        new ProgramSpec.Subprogram("calls", 0, 13),
                        new ProgramSpec.Subprogram("weakling", 13, 8),
                        new ProgramSpec.Subprogram("shared", 21, 7),
                        new ProgramSpec.Subprogram("deepest", 28, 6));
        assertThat(calls.length()).isEqualTo(34);
        assertThat(Fixture.connections(calls))
                .containsExactly("3 -> weakling", "10 -> shared", "14 -> shared", "18 -> deepest", "21 -> deepest");
        assertThat(calls.references())
                .contains(
                        new CodeReference.MapValueReference(5, ".rodata.names", 0),
                        new CodeReference.MapValueReference(29, ".bss", 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-code-el", "spec-code-eb"})
    void linksCallbacks(String object) {
        ProgramSpec callbacks = Fixture.read(object).programs().get("callbacks");

        assertThat(callbacks.autoload()).isFalse();
        assertThat(callbacks.sectionName()).isEqualTo("raw_tp/sys_enter");
        assertThat(callbacks.type()).isEqualTo(ProgramType.RAW_TRACEPOINT);
        assertThat(callbacks.subprograms().stream().map(ProgramSpec.Subprogram::name))
                .containsExactly("callbacks", "each", "each_other", "deepest", "shared");
        assertThat(Fixture.connections(callbacks))
                .containsExactly(
                        "2 & each", "9 & each_other", "16 & each", "22 -> shared", "37 -> deepest", "51 -> deepest");
        assertThat(callbacks.references().stream()
                        .filter(CodeReference.MapReference.class::isInstance)
                        .map(CodeReference::slot))
                .containsExactly(0, 7, 14);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-code-el", "spec-code-eb"})
    void movesTypesAndLinesWithTheirFunctions(String object) {
        ObjectSpec spec = Fixture.read(object);
        ProgramSpec calls = spec.programs().get("calls");

        assertThat(calls.functionInfos().stream()
                        .collect(Collectors.toMap(
                                ProgramSpec.FunctionInfo::slot,
                                f -> spec.btf().orElseThrow().name(f.typeId()))))
                .containsOnly(
                        java.util.Map.entry(0, "calls"),
                        java.util.Map.entry(13, "weakling"),
                        java.util.Map.entry(21, "shared"),
                        java.util.Map.entry(28, "deepest"));
        assertThat(calls.lineInfos().stream().map(ProgramSpec.LineInfo::slot))
                .isSorted()
                .contains(0, 13, 21, 28)
                .allMatch(slot -> slot >= 0 && slot < calls.length());
        assertThat(calls.lineInfos())
                .filteredOn(line -> line.slot() == 21)
                .singleElement()
                .satisfies(line -> {
                    assertThat(spec.btf().orElseThrow().string(line.lineOffset()))
                            .contains("return deepest(x) + counter;");
                    assertThat(spec.btf().orElseThrow().string(line.fileNameOffset()))
                            .endsWith("spec-code.bpf.c");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-code-el", "spec-code-eb"})
    void keepsProgramsOfUnknownSections(String object) {
        ProgramSpec unknown = Fixture.read(object).programs().get("unknown");

        assertThat(unknown.definition()).isEqualTo(SectionDefinition.UNKNOWN);
        assertThat(unknown.type()).isEqualTo(ProgramType.UNSPEC);
        assertThat(unknown.unsupported()).singleElement().asString().contains("made_up/section");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-sections-el", "spec-sections-eb"})
    void linksAcrossSectionsAndBesidePrograms(String object) {
        ObjectSpec spec = Fixture.read(object);

        assertThat(spec.programs()).containsOnlyKeys("caller", "other");
        ProgramSpec caller = spec.programs().get("caller");
        assertThat(caller.subprograms())
                .containsExactly(
                        new ProgramSpec.Subprogram("caller", 0, 7),
                        new ProgramSpec.Subprogram("beside", 7, 3),
                        new ProgramSpec.Subprogram("other", 10, 2));
        assertThat(Fixture.connections(caller)).containsExactly("1 -> beside", "3 -> other");
    }

    @Test
    void handsOutCopiesOfTheCode() {
        ProgramSpec plain = Fixture.read("spec-code-el").programs().get("plain");
        plain.slots()[0] = 0;
        assertThat(plain.slots()[0]).isNotZero();
    }

    @Test
    void linksWhatBpftoolHasLinkedBefore() {
        ObjectSpec spec = Fixture.read("spec-linked-el");

        // The first file's weak_one overrides the second's; the static functions of one name stay two.
        ProgramSpec two = spec.programs().get("two");
        assertThat(two.subprograms())
                .containsExactly(
                        new ProgramSpec.Subprogram("two", 0, 9),
                        new ProgramSpec.Subprogram("weak_one", 9, 3),
                        new ProgramSpec.Subprogram("same_name", 12, 5),
                        new ProgramSpec.Subprogram("same_name", 17, 6));
        assertThat(two.slots()[1]).isEqualTo(Slot.of(0x85, 0, 1, 0, 7));
        assertThat(two.slots()[6]).isEqualTo(Slot.of(0x85, 0, 1, 0, 10));
        assertThat(two.slots()[9]).isEqualTo(Slot.of(0x85, 0, 1, 0, 2));
        assertThat(spec.variables().get("common_global").offset()).isEqualTo(4);
        assertThat(Fixture.contents(spec.maps().get(".data"))).containsExactly(1, 0, 0, 0, 10, 0, 0, 0, 20, 0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-refused-el", "spec-refused-eb"})
    void carriesWhatNoLoaderCanGive(String object) {
        ObjectSpec spec = Fixture.read(object);

        assertThat(spec.maps().get("odd").unsupported())
                .singleElement()
                .asString()
                .contains("no_such_attribute");
        assertThat(spec.maps().get("private_map").unsupported())
                .singleElement()
                .asString()
                .contains("static");
        assertThat(spec.programs().get("uses_private").references())
                .isEqualTo(List.of(new CodeReference.MapReference(4, "private_map")));
        assertThat(spec.programs().get("jumps").references())
                .isEqualTo(List.of(new CodeReference.JumpTableReference(0, 0, 24)));
        assertThat(spec.programs().get("jumps").unsupported())
                .singleElement()
                .asString()
                .contains(".jumptables");
        assertThat(spec.programs().get("calls_nothing").unsupported())
                .singleElement()
                .asString()
                .contains("nowhere");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-refused-el", "spec-refused-eb"})
    void appendsExceptionCallbacks(String object) {
        ProgramSpec program = Fixture.read(object).programs().get("throws");

        assertThat(program.unsupported()).isEmpty();
        assertThat(program.subprograms())
                .containsExactly(
                        new ProgramSpec.Subprogram("throws", 0, 2), new ProgramSpec.Subprogram("recover", 2, 3));
    }
}
