package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.testing.TestResource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads BTF of both byte orders and holds the result against what bpftool read; then what bpftool cannot show. */
class BtfTest {
    private static final BtfType.Int INT = new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED);

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void typesAreThoseOfBpftool(String order) {
        Btf btf = Fixtures.btf(order);
        assertThat(btf.order()).isEqualTo(order.equals("el") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        assertThat(BpftoolText.of(btf, 1))
                .containsExactlyElementsOf(TestResource.lines("/objects/kinds-" + order + ".bpftool.txt"));
    }

    @Test
    void everyKindOfCompilersIsInTheFixture() {
        Btf btf = Fixtures.btf("el");
        List<BtfKind> missing = new ArrayList<>(List.of(BtfKind.values()));
        for (int id = 1; id <= btf.lastId(); id++) {
            missing.remove(btf.kind(id));
        }
        assertThat(missing).containsExactly(BtfKind.UNKNOWN);
    }

    @Test
    void namesAreFoundByHash() {
        Btf btf = Fixtures.btf("el");
        for (int id = 1; id <= btf.lastId(); id++) {
            if (!btf.isAnonymous(id)) {
                assertThat(btf.findAll(btf.name(id))).contains(id).isSorted();
                assertThat(btf.find(btf.name(id), btf.kind(id)).orElseThrow()).isLessThanOrEqualTo(id);
                assertThat(btf.nameEquals(id, btf.name(id))).isTrue();
                assertThat(btf.nameEquals(id, btf.name(id) + "x")).isFalse();
            }
        }
        assertThat(btf.find("core", BtfKind.STRUCT)).hasValue(21);
        assertThat(btf.find("core", BtfKind.UNION)).isEmpty();
        assertThat(btf.find("", BtfKind.STRUCT)).isEmpty();
        assertThat(btf.find("core\0", BtfKind.STRUCT)).isEmpty();
        assertThat(btf.findAll("cor")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void sizesAndAlignmentsAreThoseOfTheCompiler(String order) {
        // As clang -target bpf lays kinds.bpf.c out: sizeof and _Alignof of each.
        Btf btf = Fixtures.btf(order);
        assertThat(btf.pointerSize()).isEqualTo(8);
        int nested = btf.find("nested", BtfKind.STRUCT).orElseThrow();
        assertThat(btf.sizeOf(nested)).isEqualTo(200);
        assertThat(btf.alignOf(nested)).isEqualTo(8);
        int packed = btf.find("packed", BtfKind.STRUCT).orElseThrow();
        assertThat(btf.sizeOf(packed)).isEqualTo(13);
        assertThat(btf.alignOf(packed)).isEqualTo(1);
        assertThat(btf.sizeOf(btf.memberType(nested, 2))).as("points").isEqualTo(12);
        assertThat(btf.alignOf(btf.memberType(nested, 2))).as("points").isEqualTo(2);
        assertThat(btf.sizeOf(btf.memberType(nested, 18))).as("matrix").isEqualTo(24);
        assertThat(btf.sizeOf(btf.memberType(nested, 19))).as("tail").isZero();
        assertThatThrownBy(() -> btf.sizeOf(0)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.sizeOf(btf.find("opaque", BtfKind.FWD).orElseThrow()))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("FWD");
    }

    @Test
    void referencesAreWrittenAsC() {
        Btf btf = Fixtures.btf("eb");
        int nested = btf.find("nested", BtfKind.STRUCT).orElseThrow();
        List<String> members = new ArrayList<>();
        for (int i = 0; i < btf.vlen(nested); i++) {
            members.add(btf.cName(btf.memberType(nested, i)));
        }
        assertThat(members)
                .containsExactly(
                        "int",
                        "union {...}",
                        "struct {...}[3]",
                        "struct opaque *",
                        "union opaque_union *",
                        "const volatile char *restrict",
                        "int (*)(struct nested *, const char *, ...)",
                        "void (*[2])(int (*)(void))",
                        "_Bool",
                        "double",
                        "float",
                        "enum color",
                        "enum wide",
                        "enum wide_signed",
                        "struct flags",
                        "struct packed",
                        "__u32 *",
                        "char[16]",
                        "int[2][3]",
                        "char[0]");
        assertThat(btf.cName(btf.find("helper", BtfKind.FUNC).orElseThrow()))
                .isEqualTo("int helper(struct core *core, int index)");
        assertThat(btf.cName(0)).isEqualTo("void");
    }

    @Test
    void modifiersAndTypedefsAreSeenThrough() {
        Btf btf = Fixtures.btf("el");
        int readOnly = btf.ref(btf.find("read_only", BtfKind.VAR).orElseThrow());
        assertThat(btf.kind(readOnly)).isEqualTo(BtfKind.CONST);
        assertThat(btf.name(btf.skipModifiers(readOnly))).isEqualTo("__u64");
        assertThat(btf.name(btf.resolve(readOnly))).isEqualTo("unsigned long long");
    }

    @Test
    void splitBtfContinuesItsBase() {
        Btf base = Fixtures.btf("el");
        int core = base.find("core", BtfKind.STRUCT).orElseThrow();
        BtfBuilder builder = BtfBuilder.splitOf(base);
        int pointer = builder.add(new BtfType.Pointer(0, core));
        int own = builder.add(new BtfType.Composite(
                0,
                "core",
                BtfType.Shape.STRUCT,
                16,
                List.of(new BtfType.Member("field", pointer, 0, 0), new BtfType.Member("extra", 2, 64, 0))));
        Btf split = builder.build("module");

        assertThat(split.base()).containsSame(base);
        assertThat(split.firstId()).isEqualTo(base.lastId() + 1).isEqualTo(pointer);
        assertThat(split.lastId()).isEqualTo(own);
        assertThat(split.name(core)).isEqualTo("core");
        assertThat(split.memberName(own, 1)).isEqualTo("extra");
        assertThat(split.cName(split.memberType(own, 0))).isEqualTo("struct core *");
        assertThat(split.findAll("core")).containsExactly(core, own);
        assertThat(split.findOwn("core")).containsExactly(own);
        assertThat(split.find("core", BtfKind.STRUCT)).hasValue(core);
        assertThat(split.find("nested", BtfKind.STRUCT)).isPresent();
        assertThat(split.sizeOf(own)).isEqualTo(16);
        assertThatThrownBy(() -> base.kind(own)).isInstanceOf(InvalidObjectException.class);

        Btf third = BtfBuilder.splitOf(split).build("empty");
        assertThat(third.lastId()).isEqualTo(own);
        assertThat(third.name(own)).isEqualTo("core");
    }

    @Test
    void kindsNewerThanThisClassAreSkippedByTheirDeclaredSize() {
        BtfBuilder builder = new BtfBuilder();
        int integer = builder.add(INT);
        builder.declare(93, 8, 4);
        int strange = builder.addWords(0, 93 << 24 | 3, 7, 1, 2, 3, 4, 5);
        int after = builder.add(new BtfType.Typedef(0, "after", integer));
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            Btf btf = Btf.parse(builder.marshal(order, BtfBuilder.Layout.INCLUDED), "new");
            assertThat(btf.kind(strange)).isEqualTo(BtfKind.UNKNOWN);
            assertThat(btf.kindNumber(strange)).isEqualTo(93);
            assertThat(btf.type(strange)).isEqualTo(new BtfType.Unrecognized(strange, "", 93));
            assertThat(btf.type(after)).isEqualTo(new BtfType.Typedef(after, "after", integer));
            byte[] without = builder.marshal(order);
            assertThatThrownBy(() -> Btf.parse(without, "old"))
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining("unknown kind 93");
        }
    }

    @Test
    void aLayoutOfSizesThatAreNoWordsIsRefused() {
        for (int[] sizes : new int[][] {{3, 4}, {4, 3}, {0, 255}}) {
            BtfBuilder builder = new BtfBuilder();
            builder.add(INT);
            builder.declare(93, sizes[0], sizes[1]);
            builder.addWords(0, 93 << 24 | 0xffff, 7);
            byte[] bytes = builder.marshal(ByteOrder.LITTLE_ENDIAN, BtfBuilder.Layout.INCLUDED);
            assertThatThrownBy(() -> Btf.parse(bytes, "odd"))
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining("unknown kind 93");
        }
    }

    @Test
    void splitBtfTakesTheLayoutFromItsBase() {
        BtfBuilder base = new BtfBuilder();
        base.add(INT);
        base.declare(40, 4, 0);
        Btf parent = Btf.parse(base.marshal(ByteOrder.nativeOrder(), BtfBuilder.Layout.INCLUDED), "base");
        BtfBuilder builder = BtfBuilder.splitOf(parent);
        int strange = builder.addWords(0, 40 << 24, 0, 99);
        assertThat(builder.build("split").kindNumber(strange)).isEqualTo(40);
    }

    @Test
    void elementsAreCountedWith24Bits() {
        int count = 70_000;
        List<BtfType.Enumerator> enumerators = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            enumerators.add(new BtfType.Enumerator("E" + i, i));
        }
        BtfBuilder builder = new BtfBuilder();
        int id = builder.add(
                new BtfType.Enumeration(0, "many", 4, BtfType.Signedness.UNSIGNED, BtfKind.ENUM, enumerators));
        Btf btf = builder.build("many");
        assertThat(btf.vlen(id)).isEqualTo(count);
        assertThat(btf.enumName(id, count - 1)).isEqualTo("E69999");
        assertThat(btf.enumValue(id, count - 1)).isEqualTo(69_999);
    }

    @Test
    void aLongerHeaderIsSkipped() {
        byte[] known = Fixtures.btf("el").bytes().toArray(ValueLayout.JAVA_BYTE);
        ByteBuffer longer = ByteBuffer.allocate(known.length + 40).order(ByteOrder.LITTLE_ENDIAN);
        longer.put(known, 0, 24).position(64).put(known, 24, known.length - 24);
        longer.putInt(4, 64);
        assertThat(BpftoolText.of(Btf.parse(longer.array(), "longer"), 1))
                .isEqualTo(BpftoolText.of(Fixtures.btf("el"), 1));
    }

    @Test
    void chainsThatDoNotEndAreRefused() {
        BtfBuilder builder = new BtfBuilder();
        int typedef = builder.add(new BtfType.Typedef(0, "round", 2));
        builder.add(new BtfType.Qualifier(0, BtfKind.CONST, typedef));
        int array = builder.add(new BtfType.Array(0, 3, typedef, 2));
        int inner = builder.add(new BtfType.Composite(
                0, "russian", BtfType.Shape.STRUCT, 8, List.of(new BtfType.Member("doll", 4, 0, 0))));
        int prototype = builder.add(new BtfType.FunctionPrototype(
                0, 0, List.of(new BtfType.Parameter("a", 5), new BtfType.Parameter("b", 5))));
        Btf btf = builder.build("cycles");
        for (int id : new int[] {typedef, array}) {
            assertThatThrownBy(() -> btf.sizeOf(id)).isInstanceOf(InvalidObjectException.class);
            assertThatThrownBy(() -> btf.alignOf(id)).isInstanceOf(InvalidObjectException.class);
        }
        assertThatThrownBy(() -> btf.cName(array)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.resolve(typedef))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("back to itself");
        assertThatThrownBy(() -> btf.alignOf(inner)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.cName(prototype)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> new BtfDump(btf).types(inner)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> new BtfDump(btf).header()).isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        BtfBuilder builder = new BtfBuilder();
        int integer = builder.add(INT);
        int large = builder.add(new BtfType.Array(0, integer, integer, 0xffff_ffffL));
        int larger = builder.add(new BtfType.Array(0, large, integer, 0xffff_ffffL));
        int fits = builder.add(new BtfType.Array(0, integer, integer, 0x3fff_ffffL));
        Btf btf = builder.build("large");
        assertThat(btf.sizeOf(fits)).isEqualTo(0xffff_fffcL);
        assertThatThrownBy(() -> btf.sizeOf(large)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.sizeOf(larger)).isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void idsAndNamesOutsideAreRefused() {
        BtfBuilder builder = new BtfBuilder();
        int stray = builder.add(new BtfType.Pointer(0, 77));
        int nameless = builder.addWords(0x0fff_ffff, BtfKind.INT.number() << 24, 4, 32);
        Btf btf = builder.build("stray");
        assertThatThrownBy(() -> btf.ref(stray))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("type 77");
        assertThatThrownBy(() -> btf.name(nameless)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.find("int", BtfKind.INT)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.kind(-1)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.kind(3)).isInstanceOf(InvalidObjectException.class);
        assertThatThrownBy(() -> btf.memberName(stray, 0)).isInstanceOf(InvalidObjectException.class);
        Btf good = Fixtures.btf("el");
        assertThatThrownBy(() -> good.memberName(21, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aBrokenHeaderIsRefusedByNameAndOffset() {
        byte[] good = Fixtures.btf("el").bytes().toArray(ValueLayout.JAVA_BYTE);
        int[] offsets = {0, 2, 4, 8, 12, 16, 20};
        for (int offset : offsets) {
            byte[] broken = good.clone();
            broken[offset] ^= 0x55;
            broken[offset + (offset == 2 ? 0 : 1)] ^= 0x55;
            if (offset == 2) {
                broken[2] = 9;
            }
            assertThatThrownBy(() -> Btf.parse(broken, "broken.btf"))
                    .as("offset %d", offset)
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining("broken.btf")
                    .hasMessageContaining(".BTF");
        }
        assertThatThrownBy(() -> Btf.parse(MemorySegment.ofArray(new byte[8]), "short"))
                .isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void filesOfBothFormsAreOpened(@TempDir Path folder) throws IOException {
        Path object = folder.resolve("kinds.o");
        Path raw = folder.resolve("kinds.btf");
        Files.write(object, Fixtures.object("eb"));
        Files.write(raw, Fixtures.btf("eb").bytes().toArray(ValueLayout.JAVA_BYTE));
        assertThat(Btf.open(object).lastId()).isEqualTo(Fixtures.btf("eb").lastId());
        assertThat(Btf.open(raw).origin()).isEqualTo(raw.toString());
        assertThat(BpftoolText.of(Btf.open(raw), 1)).isEqualTo(BpftoolText.of(Btf.open(object), 1));
    }
}
