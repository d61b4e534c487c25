package io.ebpf4j.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.btf.BtfType.Composite;
import io.ebpf4j.btf.BtfType.Int.Encoding;
import io.ebpf4j.btf.BtfType.Member;
import io.ebpf4j.btf.BtfType.Shape;
import io.ebpf4j.kernel.InvalidObjectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expectations are the rules in the comments above bpf_core_types_are_compat and bpf_core_types_match of the kernel. */
class TypeCompatibilityTest {
    @ParameterizedTest
    @CsvSource({
        "task_struct, task_struct",
        "task_struct___old, task_struct",
        "a___b___c, a___b",
        "___a, ___a",
        "a___, a___",
        "a____b, a____b",
        "a___b_, a",
        "a_b__c, a_b__c",
        "a___b____c, a",
        "'', ''"
    })
    void theEssentialNameIsWhatStandsBeforeTheLastTripleUnderscore(String name, String essential) {
        assertThat(TypeCompatibility.essentialName(name)).isEqualTo(essential);
    }

    private static Btf btf(BtfType... types) {
        BtfBuilder builder = new BtfBuilder();
        for (BtfType type : types) {
            builder.add(type);
        }
        return builder.build("types");
    }

    private static BtfType number(String name, long size, Encoding encoding) {
        return new BtfType.Int(0, name, size, (int) size * 8, 0, encoding);
    }

    private static boolean compatible(Btf local, Btf target) {
        return TypeCompatibility.compatible(local, local.lastId(), target, target.lastId());
    }

    private static boolean matches(Btf local, Btf target) {
        return TypeCompatibility.matches(local, local.lastId(), target, target.lastId());
    }

    @Test
    void integersOfAnySizeAreCompatibleButOnlyEqualOnesMatch() {
        Btf small = btf(number("x", 4, Encoding.SIGNED));
        Btf large = btf(number("x", 8, Encoding.SIGNED));
        Btf unsigned = btf(number("x", 4, Encoding.UNSIGNED));
        assertThat(compatible(small, large)).isTrue();
        assertThat(matches(small, large)).isFalse();
        assertThat(matches(small, unsigned)).isFalse();
        assertThat(matches(small, small)).isTrue();
    }

    @Test
    void structuresAreCompatibleWhateverIsInsideAndMatchWhenTheTargetHasAllMembers() {
        Btf one = btf(
                number("int", 4, Encoding.SIGNED),
                new Composite(0, "s", Shape.STRUCT, 4, List.of(new Member("a", 1, 0, 0))));
        Btf two = btf(
                number("int", 4, Encoding.SIGNED),
                new Composite(0, "s", Shape.STRUCT, 8, List.of(new Member("b", 1, 0, 0), new Member("a", 1, 32, 0))));
        assertThat(compatible(one, two)).isTrue();
        assertThat(compatible(two, one)).isTrue();
        assertThat(matches(one, two)).isTrue();
        assertThat(matches(two, one)).isFalse();
    }

    @Test
    void aStructureIsNoUnion() {
        Btf structure = btf(new Composite(0, "s", Shape.STRUCT, 0, List.of()));
        Btf union = btf(new Composite(0, "s", Shape.UNION, 0, List.of()));
        assertThat(compatible(structure, union)).isFalse();
        assertThat(matches(structure, union)).isFalse();
    }

    @Test
    void behindAPointerAForwardDeclarationMatchesWhatItDeclares() {
        Btf declared = btf(new BtfType.Forward(0, "s", Shape.STRUCT), new BtfType.Pointer(0, 1));
        Btf defined = btf(
                new Composite(0, "s", Shape.STRUCT, 4, List.of(new Member("a", 3, 0, 0))),
                new BtfType.Pointer(0, 1),
                number("int", 4, Encoding.SIGNED));
        Btf union = btf(new Composite(0, "s", Shape.UNION, 0, List.of()), new BtfType.Pointer(0, 1));
        assertThat(TypeCompatibility.matches(declared, 2, defined, 2)).isTrue();
        assertThat(TypeCompatibility.matches(defined, 2, declared, 2)).isTrue();
        assertThat(TypeCompatibility.matches(declared, 2, union, 2)).isFalse();
        assertThat(TypeCompatibility.matches(declared, 1, defined, 1)).isFalse();
    }

    @Test
    void enumerationsOfEitherWidthAreCompatibleAndMatchByNameAndSize() {
        Btf narrow = enumeration(4, BtfKind.ENUM, "A");
        Btf alsoNarrow = enumeration(4, BtfKind.ENUM64, "B", "A");
        Btf wide = enumeration(8, BtfKind.ENUM64, "A");
        assertThat(compatible(narrow, wide)).isTrue();
        assertThat(matches(narrow, wide)).isFalse();
        assertThat(matches(narrow, alsoNarrow)).isTrue();
        assertThat(matches(alsoNarrow, narrow)).isFalse();
    }

    private static Btf enumeration(long size, BtfKind kind, String... names) {
        List<BtfType.Enumerator> enumerators = new ArrayList<>();
        for (String name : names) {
            enumerators.add(new BtfType.Enumerator(name, enumerators.size()));
        }
        return btf(new BtfType.Enumeration(0, "e", size, BtfType.Signedness.UNSIGNED, kind, enumerators));
    }

    @Test
    void arraysMatchWhenTheirLengthsDo() {
        Btf four = btf(number("int", 4, Encoding.SIGNED), new BtfType.Array(0, 1, 1, 4));
        Btf five = btf(number("int", 4, Encoding.SIGNED), new BtfType.Array(0, 1, 1, 5));
        assertThat(compatible(four, five)).isTrue();
        assertThat(matches(four, five)).isFalse();
        assertThat(matches(five, five)).isTrue();
    }

    @Test
    void signaturesNeedEqualParameters() {
        Btf one = signature(1);
        Btf two = signature(1, 1);
        Btf other = signature(2);
        assertThat(compatible(one, one)).isTrue();
        assertThat(matches(one, one)).isTrue();
        assertThat(compatible(one, two)).isFalse();
        assertThat(matches(one, two)).isFalse();
        assertThat(compatible(one, other)).isFalse();
    }

    private static Btf signature(int... parameters) {
        List<BtfType.Parameter> list = new ArrayList<>();
        for (int type : parameters) {
            list.add(new BtfType.Parameter("", type));
        }
        return btf(
                number("int", 4, Encoding.SIGNED),
                new BtfType.Pointer(0, 1),
                new BtfType.FunctionPrototype(0, 1, list));
    }

    @Test
    void qualifiersAndTypedefsAreLookedThrough() {
        Btf plain = btf(number("int", 4, Encoding.SIGNED));
        Btf dressed = btf(
                number("int", 4, Encoding.SIGNED),
                new BtfType.Typedef(0, "t", 1),
                new BtfType.Qualifier(0, BtfKind.CONST, 2),
                new BtfType.Typedef(0, "u", 3));
        assertThat(TypeCompatibility.matches(plain, 1, dressed, 4)).isTrue();
    }

    @Test
    void typesThatPointToThemselvesEndInAnException() {
        Btf loop = btf(new BtfType.Pointer(0, 1));
        assertThatThrownBy(() -> compatible(loop, loop)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> matches(loop, loop)).isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void typesThatContainThemselvesManyTimesEndInAnException() {
        List<Member> members = new ArrayList<>();
        List<BtfType.Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            members.add(new Member("m", 1, 0, 0));
            parameters.add(new BtfType.Parameter("p", 2));
        }
        Btf hostile =
                btf(new Composite(0, "s", Shape.STRUCT, 8, members), new BtfType.FunctionPrototype(0, 2, parameters));
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertThatThrownBy(() -> TypeCompatibility.matches(hostile, 1, hostile, 1))
                    .isInstanceOf(InvalidObjectException.class);
            assertThatThrownBy(() -> TypeCompatibility.matches(hostile, 2, hostile, 2))
                    .isInstanceOf(InvalidObjectException.class);
            assertThatThrownBy(() -> TypeCompatibility.compatible(hostile, 2, hostile, 2))
                    .isInstanceOf(InvalidObjectException.class);
        });
    }
}
