package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Global data; expectations are read off spec-code.bpf.c and, for places, {@code llvm-readelf-19 -s}. */
class DataMapsTest {

    /** The examples in libbpf's own comment on its naming, and bpftool's listing of a few known objects. */
    @ParameterizedTest
    @CsvSource({
        "my_object_name, .rodata, my_objec.rodata",
        "my_object_name, .bss, my_objec.bss",
        "my_object_name, .kconfig, my_obje.kconfig",
        "my_object_name, .rodata.abracadabra, .rodata.abracad",
        "minimal_bpf, .rodata, minimal_.rodata",
        "minimal_bpf, .rodata.str1.1, .rodata.str1.1",
        "x, .data, x.data",
        "a-b, .data, a_b.data",
    })
    void namesMapsForTheKernel(String object, String section, String expected) {
        assertThat(DataMaps.kernelName(object, section)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-code-el", "spec-code-eb"})
    void readsDataSections(String object) {
        ObjectSpec spec = Fixture.read(object);
        ByteOrder order = spec.order();

        assertThat(spec.maps())
                .containsOnlyKeys(
                        "table", ".data", ".rodata", ".rodata.names", ".data.custom", ".rodata.str1.1", ".bss");

        MapSpec data = spec.maps().get(".data");
        assertThat(data.origin()).isEqualTo(MapSpec.Origin.DATA);
        assertThat(data.type()).isEqualTo(MapType.ARRAY);
        assertThat(data.keySize()).isEqualTo(4);
        assertThat(data.valueSize()).isEqualTo(16);
        assertThat(data.maxEntries()).isEqualTo(1);
        assertThat(data.flags()).isEqualTo(MapFlag.MMAPABLE);
        assertThat(data.kernelName()).isEqualTo("spec_cod.data");
        ByteBuffer values = ByteBuffer.wrap(Fixture.contents(data)).order(order);
        assertThat(values.getInt(0)).isEqualTo(5);
        assertThat(values.getLong(8)).isEqualTo(0x1122334455667788L);

        MapSpec rodata = spec.maps().get(".rodata");
        assertThat(rodata.origin()).isEqualTo(MapSpec.Origin.RODATA);
        assertThat(rodata.flags()).isEqualTo(MapFlag.RDONLY_PROG | MapFlag.MMAPABLE);
        assertThat(ByteBuffer.wrap(Fixture.contents(rodata)).order(order).getInt(0))
                .isEqualTo(77);
        assertThat(rodata.pointers()).containsExactly(new MapSpec.DataPointer(8, ".rodata.str1.1"));

        MapSpec strings = spec.maps().get(".rodata.str1.1");
        assertThat(strings.flags()).isEqualTo(MapFlag.RDONLY_PROG);
        assertThat(strings.valueTypeId()).isZero();
        assertThat(Fixture.contents(strings)).asString().isEqualTo("pointed at\0");

        MapSpec bss = spec.maps().get(".bss");
        assertThat(bss.origin()).isEqualTo(MapSpec.Origin.BSS);
        assertThat(bss.valueSize()).isEqualTo(8);
        assertThat(bss.contents()).isEmpty();
        assertThat(spec.btf().orElseThrow().name(bss.valueTypeId())).isEqualTo(".bss");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-code-el", "spec-code-eb"})
    void placesVariables(String object) {
        ObjectSpec spec = Fixture.read(object);

        assertThat(spec.variables())
                .containsOnlyKeys(
                        "counter", "hidden_counter", "concealed", "start", "limit", "name", "custom", "pointed");
        assertThat(spec.variables().get("start")).satisfies(v -> {
            assertThat(v.map()).isEqualTo(".data");
            assertThat(v.offset()).isEqualTo(8);
            assertThat(v.size()).isEqualTo(8);
            assertThat(v.linkage()).isEqualTo(VariableSpec.Linkage.GLOBAL);
            assertThat(spec.btf().orElseThrow().cName(v.typeId())).isEqualTo("long");
        });
        assertThat(spec.variables().get("hidden_counter").linkage()).isEqualTo(VariableSpec.Linkage.STATIC);
        assertThat(spec.variables().get("hidden_counter").offset()).isEqualTo(4);
        // hidden in the ELF symbol table: what libbpf too calls static
        assertThat(spec.variables().get("concealed").linkage()).isEqualTo(VariableSpec.Linkage.STATIC);
        assertThat(spec.variables().get("name").map()).isEqualTo(".rodata.names");
        assertThat(spec.variables().get("custom").size()).isEqualTo(16);
    }

    @Test
    void takesTheObjectsNameFromItsFile() {
        byte[] bytes = Fixture.bytes("spec-code-el");
        assertThat(ObjectSpec.parse(bytes, "/some/where/tcp.bpf.o").name()).isEqualTo("tcp");
        assertThat(ObjectSpec.parse(bytes, "a_very_long_object_name.o").name()).isEqualTo("a_very_long_obj");
    }
}
