package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.BtfType.Linkage;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BtfBuilderTest {
    private static int find(Btf btf, String name, BtfKind kind) {
        return btf.find(name, kind).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void aCopyIsTheSameToTheByte(String order) {
        Btf btf = Fixtures.btf(order);
        byte[] original = btf.bytes().toArray(ValueLayout.JAVA_BYTE);
        assertThat(BtfBuilder.copyOf(btf).marshal(btf.order())).isEqualTo(original);
    }

    @Test
    void everyRecordCanBeWrittenBack() {
        Btf btf = Fixtures.btf("eb");
        BtfBuilder builder = new BtfBuilder();
        for (int id = 1; id <= btf.lastId(); id++) {
            assertThat(builder.add(btf.type(id))).isEqualTo(id);
        }
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (BtfBuilder.Layout layout : BtfBuilder.Layout.values()) {
                Btf written = Btf.parse(builder.marshal(order, layout), "written");
                assertThat(BpftoolText.of(written, 1)).isEqualTo(BpftoolText.of(btf, 1));
            }
        }
    }

    @Test
    void stringsAreKeptOnce() {
        BtfBuilder builder = new BtfBuilder();
        builder.add(new BtfType.Forward(0, "name", BtfType.Shape.STRUCT));
        int before = builder.marshal(ByteOrder.LITTLE_ENDIAN).length;
        builder.add(new BtfType.Forward(0, "name", BtfType.Shape.UNION));
        assertThat(builder.marshal(ByteOrder.LITTLE_ENDIAN)).hasSize(before + 12);
        assertThat(builder.build("fwd").fwdIsUnion(2)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"el", "eb"})
    void sectionsGetTheirSizesAndOffsetsFromTheObject(String order) {
        ElfFile elf = Fixtures.elf(order);
        Btf fixed = BtfBuilder.copyOf(Fixtures.btf(order)).fixDataSections(elf).build("fixed");
        int bss = find(fixed, ".bss", BtfKind.DATASEC);
        assertThat(fixed.rawSize(bss)).isEqualTo(16);
        assertThat(fixed.name(fixed.sectionVarType(bss, 0))).isEqualTo("zeroed");
        assertThat(fixed.sectionVarOffset(bss, 0)).isZero();
        assertThat(fixed.name(fixed.sectionVarType(bss, 1))).isEqualTo("keep_nested");
        assertThat(fixed.sectionVarOffset(bss, 1)).isEqualTo(8);
        int data = find(fixed, ".data", BtfKind.DATASEC);
        assertThat(fixed.rawSize(data)).isEqualTo(8);
        assertThat(fixed.sectionVarOffset(data, 1))
                .as("a static variable has its offset already")
                .isEqualTo(4);
        assertThat(fixed.rawSize(find(fixed, "license", BtfKind.DATASEC))).isEqualTo(13);
        assertThat(fixed.rawSize(find(fixed, ".kconfig", BtfKind.DATASEC))).isZero();
    }

    @Test
    void aSectionThatIsNotInTheObjectIsRefused() {
        BtfBuilder builder = BtfBuilder.copyOf(Fixtures.btf("el"));
        builder.add(new BtfType.DataSection(0, ".data.none", 0, List.of()));
        assertThatThrownBy(() -> builder.fixDataSections(Fixtures.elf("el")))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining(".data.none");
    }

    @Test
    void externsBecomeVariables() {
        Btf placed = BtfBuilder.copyOf(Fixtures.btf("el"))
                .placeExterns(Map.of("CONFIG_HZ", 8L), 16)
                .flattenKernelSymbols()
                .build("placed");
        int kconfig = find(placed, ".kconfig", BtfKind.DATASEC);
        assertThat(placed.rawSize(kconfig)).isEqualTo(16);
        assertThat(placed.sectionVarOffset(kconfig, 0)).isEqualTo(8);
        assertThat(placed.linkage(placed.sectionVarType(kconfig, 0))).isEqualTo(Linkage.GLOBAL);
        int ksyms = find(placed, ".ksyms", BtfKind.DATASEC);
        assertThat(placed.rawSize(ksyms)).isEqualTo(8);
        for (int i = 0; i < 2; i++) {
            int variable = placed.sectionVarType(ksyms, i);
            assertThat(placed.kind(variable)).isEqualTo(BtfKind.VAR);
            assertThat(placed.linkage(variable)).isEqualTo(Linkage.GLOBAL);
            assertThat(placed.sizeOf(variable)).isEqualTo(4);
            assertThat(placed.sectionVarOffset(ksyms, i)).isEqualTo(i * 4L);
        }
        int prototype = placed.ref(find(placed, "kernel_function", BtfKind.FUNC));
        assertThat(placed.paramName(prototype, 0)).isNotEmpty();
    }

    @Test
    void aFunctionCanBeMadeStatic() {
        Btf btf = Fixtures.btf("el");
        BtfBuilder builder = BtfBuilder.copyOf(btf);
        int function = find(btf, "global_helper", BtfKind.FUNC);
        builder.setLinkage(function, Linkage.STATIC);
        assertThat(btf.linkage(function)).isEqualTo(Linkage.GLOBAL);
        assertThat(builder.build("changed").linkage(function)).isEqualTo(Linkage.STATIC);
    }

    @Test
    void whatAKernelDoesNotKnowIsRewritten() {
        Btf btf = Fixtures.btf("el");
        Btf old = Btf.parse(BtfBuilder.sanitized(btf, Set.of()), "old");
        for (int id = 1; id <= old.lastId(); id++) {
            assertThat(old.kind(id))
                    .as("type %d", id)
                    .isNotIn(
                            BtfKind.FUNC,
                            BtfKind.FUNC_PROTO,
                            BtfKind.VAR,
                            BtfKind.DATASEC,
                            BtfKind.FLOAT,
                            BtfKind.DECL_TAG,
                            BtfKind.TYPE_TAG,
                            BtfKind.ENUM64);
        }
        int nested = find(btf, "nested", BtfKind.STRUCT);
        assertThat(old.type(nested)).as("members stay what and where they were").isEqualTo(btf.type(nested));
        assertThat(old.sizeOf(nested)).isEqualTo(btf.sizeOf(nested));
        int wide = find(btf, "wide", BtfKind.ENUM64);
        assertThat(old.kind(wide)).isEqualTo(BtfKind.UNION);
        assertThat(old.sizeOf(wide)).isEqualTo(8);
        assertThat(old.find("_data", BtfKind.STRUCT)).isPresent();

        byte[] kept = BtfBuilder.sanitized(btf, EnumSet.allOf(BtfFeature.class));
        assertThat(kept).isEqualTo(btf.bytes().toArray(ValueLayout.JAVA_BYTE));
        Btf global = Btf.parse(
                BtfBuilder.sanitized(btf, EnumSet.complementOf(EnumSet.of(BtfFeature.FUNC_GLOBAL))), "static");
        assertThat(global.linkage(find(global, "first", BtfKind.FUNC))).isEqualTo(Linkage.STATIC);
    }

    @Test
    void whatBtfCannotSayIsRefused() {
        BtfBuilder builder = new BtfBuilder();
        assertThatThrownBy(() -> builder.add(new BtfType.VoidType())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.add(new BtfType.Typedef(0, "a\0b", 0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.add(new BtfType.Composite(
                        0, "far", BtfType.Shape.STRUCT, 1 << 24, List.of(new BtfType.Member("bit", 1, 1 << 24, 1)))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.replace(1, new BtfType.Pointer(0, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
