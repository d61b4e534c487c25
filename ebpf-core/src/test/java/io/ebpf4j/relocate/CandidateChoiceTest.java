package io.ebpf4j.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.asm.Assembler;
import io.ebpf4j.asm.Register;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.asm.Width;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.btf.CoreRelocationKind;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.relocate.CandidateVerdict.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Several types of one name in the target: one of them answers for all, or none. */
class CandidateChoiceTest {
    /** Local {@code struct dup { int a; int b; }}, and a program that loads both. */
    private static final Btf LOCAL = types(composite("dup", "a", "b"));

    private static final int LOCAL_DUP = 2;
    private static final long[] PROGRAM = new Assembler()
            .load(Width.WORD, Register.R2, Register.R1, 0)
            .load(Width.WORD, Register.R3, Register.R1, 4)
            .exit()
            .assemble()
            .slots();
    private static final List<RelocationSite> SITES = List.of(
            site(0, "0:0", CoreRelocationKind.FIELD_BYTE_OFFSET), site(1, "0:1", CoreRelocationKind.FIELD_BYTE_OFFSET));

    private record Shape(String name, List<String> members) {}

    private static Shape composite(String name, String... members) {
        return new Shape(name, List.of(members));
    }

    private static RelocationSite site(int slot, String access, CoreRelocationKind kind) {
        return new RelocationSite(slot, LOCAL_DUP, access, kind);
    }

    /** Type 1 is int; then each structure has its members one after the other, 4 bytes each. */
    private static Btf types(Shape... shapes) {
        BtfBuilder builder = new BtfBuilder();
        int number = builder.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
        for (Shape shape : shapes) {
            List<BtfType.Member> members = new ArrayList<>();
            for (String member : shape.members()) {
                members.add(new BtfType.Member(member, number, members.size() * 32L, 0));
            }
            builder.add(new BtfType.Composite(0, shape.name(), BtfType.Shape.STRUCT, members.size() * 4L, members));
        }
        return builder.build("target");
    }

    private static Relocation relocate(Btf target) {
        return new CoreRelocator(TargetBtf.of(target)).relocate(LOCAL, SITES, PROGRAM, "a.o", "program");
    }

    private static int[] offsets(Relocation relocation) {
        return Arrays.stream(relocation.slots()).limit(2).mapToInt(Slot::offset).toArray();
    }

    @Test
    void oneTypeAnswersForAllMembersEvenWhenAnotherHasTheFirst() {
        // Resolved one by one, "a" would be at 0 in the first type and "b" at 8 in the second: a mixture of two
        // layouts.
        Relocation result = relocate(types(composite("dup", "a"), composite("dup___new", "pad", "a", "b")));
        assertThat(offsets(result)).containsExactly(4, 8);
        assertThat(result.poisoned()).isZero();
        assertThat(result.report().entries().getFirst().candidates())
                .extracting(CandidateVerdict::verdict)
                .containsExactly(Verdict.OUTVOTED, Verdict.CHOSEN);
        assertThat(result.report().entries().getLast().candidates())
                .extracting(CandidateVerdict::verdict)
                .containsExactly(Verdict.MISMATCH, Verdict.CHOSEN);
    }

    @Test
    void theOrderOfTypesAndSitesDoesNotMatter() {
        Btf target = types(composite("dup___new", "pad", "a", "b"), composite("dup", "a"));
        Relocation result =
                new CoreRelocator(TargetBtf.of(target)).relocate(LOCAL, SITES.reversed(), PROGRAM, "a.o", "program");
        assertThat(offsets(result)).containsExactly(4, 8);
    }

    @Test
    void twoLayoutsThatAnswerEquallyManyAreRefusedWithBoth() {
        Btf target = types(composite("dup", "a", "b"), composite("dup", "pad", "a", "b"));
        assertThatThrownBy(() -> relocate(target))
                .isInstanceOfSatisfying(IncompatibleException.class, e -> {
                    assertThat(e.ours())
                            .contains("struct dup [2] of target")
                            .contains("struct dup.a: 0")
                            .contains("struct dup.b: 4");
                    assertThat(e.theirs())
                            .contains("struct dup [3] of target")
                            .contains("struct dup.a: 4")
                            .contains("struct dup.b: 8");
                })
                .hasMessageContaining("program");
    }

    @Test
    void twoTypesThatEachHaveHalfAreRefused() {
        assertThatThrownBy(() -> relocate(types(composite("dup", "a"), composite("dup", "b"))))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void duplicatesOfOneLayoutAreNoAmbiguity() {
        Relocation result = relocate(types(composite("dup", "x", "b", "a"), composite("dup", "y", "b", "a")));
        assertThat(offsets(result)).containsExactly(8, 4);
        assertThat(result.report().entries().getFirst().candidates())
                .extracting(CandidateVerdict::verdict)
                .containsExactly(Verdict.CHOSEN, Verdict.EQUIVALENT);
    }

    @Test
    void aMemberThatNoTypeHasPoisonsItsInstructionOnly() {
        Relocation result = relocate(types(composite("dup", "pad", "a")));
        assertThat(result.poisoned()).isEqualTo(1);
        assertThat(Slot.offset(result.slots()[0])).isEqualTo((short) 4);
        assertThat(result.slots()[1]).isEqualTo(0x0bad2310_0000_00_85L);
    }

    @Test
    void modulesAnswerTogetherWhenTheKernelDoesNot() {
        Btf kernel = types(composite("other", "a"));
        BtfBuilder first = BtfBuilder.splitOf(kernel);
        int number = 1;
        first.add(new BtfType.Composite(
                0,
                "dup",
                BtfType.Shape.STRUCT,
                12,
                List.of(new BtfType.Member("b", number, 32, 0), new BtfType.Member("a", number, 64, 0))));
        Btf module = first.build("module");
        Relocation result = new CoreRelocator(TargetBtf.of(kernel, () -> List.of(module)))
                .relocate(LOCAL, SITES, PROGRAM, "a.o", "program");
        assertThat(offsets(result)).containsExactly(8, 4);
        assertThat(result.report().entries().getFirst().candidates())
                .extracting(CandidateVerdict::origin)
                .containsExactly("module");
    }

    @Test
    void namesWithFlavoursAreFoundHoweverTheyStandInTheStrings() {
        for (int pad = 0; pad < 6; pad++) {
            Btf target = types(
                    composite("p".repeat(pad + 1), "a"), composite("dup___a_b", "b", "a"), composite("dup____c", "a"));
            assertThat(offsets(relocate(target))).containsExactly(4, 0);
        }
    }

    @Test
    void typesThatContainThemselvesEndInAnException() {
        BtfBuilder builder = new BtfBuilder();
        // struct dup { struct dup <anonymous>; struct dup <anonymous>; ... }: a walk would double at every level.
        List<BtfType.Member> members = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            members.add(new BtfType.Member("", 1, 0, 0));
        }
        builder.add(new BtfType.Composite(0, "dup", BtfType.Shape.STRUCT, 8, members));
        Btf target = builder.build("target");
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> relocate(target)).isInstanceOf(InvalidObjectException.class));
    }

    @Test
    void chainsOfTypesThatDoNotEndAreRefused() {
        BtfBuilder builder = new BtfBuilder();
        builder.add(new BtfType.Composite(
                0,
                "dup",
                BtfType.Shape.STRUCT,
                8,
                List.of(new BtfType.Member("a", 2, 0, 0), new BtfType.Member("b", 4, 32, 0))));
        builder.add(new BtfType.Qualifier(0, BtfKind.CONST, 3));
        builder.add(new BtfType.Qualifier(0, BtfKind.VOLATILE, 2));
        builder.add(new BtfType.Array(0, 4, 4, 1));
        Btf target = builder.build("target");
        assertThatThrownBy(() -> relocate(target)).isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void membersNestedDeeperThan64LevelsAreRefused() {
        BtfBuilder builder = new BtfBuilder();
        builder.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
        int levels = 80;
        for (int i = 0; i < levels; i++) {
            boolean outermost = i == 0;
            boolean innermost = i == levels - 1;
            builder.add(new BtfType.Composite(
                    0,
                    outermost ? "dup" : "",
                    BtfType.Shape.STRUCT,
                    8,
                    List.of(new BtfType.Member(innermost ? "a" : "", innermost ? 1 : i + 3, 0, 0))));
        }
        Btf target = builder.build("target");
        assertThatThrownBy(() -> relocate(target))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("64");
    }

    @Test
    void anOffsetThatDoesNotFitALoadIsRefusedInWords() {
        BtfBuilder builder = new BtfBuilder();
        builder.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
        builder.add(new BtfType.Composite(
                0,
                "dup",
                BtfType.Shape.STRUCT,
                50_000,
                List.of(new BtfType.Member("a", 1, 40_000 * 8L, 0), new BtfType.Member("b", 1, 0, 0))));
        Btf target = builder.build("target");
        assertThatThrownBy(() -> relocate(target))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("40000");
    }
}
