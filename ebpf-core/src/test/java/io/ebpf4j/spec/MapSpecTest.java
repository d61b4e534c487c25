package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.btf.Btf;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps that an object declares; expectations are read off spec-maps.bpf.c and spec-legacy.bpf.c. */
class MapSpecTest {

    @ParameterizedTest
    @ValueSource(strings = {"spec-maps-el", "spec-maps-eb"})
    void readsTheAttributesOfDeclaredMaps(String object) {
        ObjectSpec spec = Fixture.read(object);
        Btf btf = spec.btf().orElseThrow();

        assertThat(spec.order()).isEqualTo(object.endsWith("el") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        assertThat(spec.license()).isEqualTo("Dual BSD/GPL");
        assertThat(spec.kernelVersion()).isEqualTo(0x60c04);
        assertThat(spec.maps())
                .containsOnlyKeys(
                        "first",
                        "second",
                        "typed",
                        "sized",
                        "bloom",
                        "outer",
                        "ring_with_a_long_name",
                        "unknown_type",
                        "jumps");
        assertThat(spec.maps().values()).allSatisfy(map -> {
            assertThat(map.origin()).isEqualTo(MapSpec.Origin.BTF);
            assertThat(map.unsupported()).isEmpty();
            assertThat(map.contents()).isEmpty();
        });

        MapSpec typed = spec.maps().get("typed");
        assertThat(typed.type()).isEqualTo(MapType.HASH);
        assertThat(typed.keySize()).isEqualTo(16);
        assertThat(typed.valueSize()).isEqualTo(24);
        assertThat(typed.maxEntries()).isEqualTo(1024);
        assertThat(typed.flags()).isEqualTo(MapFlag.NO_PREALLOC | MapFlag.NUMA_NODE);
        assertThat(typed.numaNode()).isEqualTo(1);
        assertThat(typed.pinning()).isEqualTo(PinType.BY_NAME);
        assertThat(btf.name(typed.keyTypeId())).isEqualTo("key");
        assertThat(btf.name(typed.valueTypeId())).isEqualTo("value");
        assertThat(typed.tags()).containsExactlyInAnyOrder("a tag", "another");

        MapSpec sized = spec.maps().get("sized");
        assertThat(sized.type()).isEqualTo(MapType.ARRAY);
        assertThat(sized.keySize()).isEqualTo(4);
        assertThat(sized.valueSize()).isEqualTo(12);
        assertThat(sized.keyTypeId()).isZero();
        assertThat(sized.pinning()).isEqualTo(PinType.NONE);

        MapSpec bloom = spec.maps().get("bloom");
        assertThat(bloom.type()).isEqualTo(MapType.BLOOM_FILTER);
        assertThat(bloom.mapExtra()).isEqualTo(5);
        assertThat(bloom.keySize()).isZero();

        assertThat(spec.maps().get("ring_with_a_long_name").kernelName()).isEqualTo("ring_with_a_lon");
        assertThat(spec.maps().get("unknown_type").type().number()).isEqualTo(4242);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-maps-el", "spec-maps-eb"})
    void readsInnerMapsAndInitialElements(String object) {
        ObjectSpec spec = Fixture.read(object);

        MapSpec outer = spec.maps().get("outer");
        assertThat(outer.type()).isEqualTo(MapType.ARRAY_OF_MAPS);
        assertThat(outer.valueSize()).isEqualTo(4);
        assertThat(outer.initialSlots())
                .containsExactly(new MapSpec.InitialSlot(1, "second"), new MapSpec.InitialSlot(3, "first"));
        MapSpec inner = outer.inner().orElseThrow();
        assertThat(inner.name()).isEqualTo("outer.inner");
        assertThat(inner.type()).isEqualTo(MapType.HASH);
        assertThat(inner.maxEntries()).isEqualTo(7);
        assertThat(inner.keySize()).isEqualTo(4);
        assertThat(inner.valueSize()).isEqualTo(8);

        MapSpec jumps = spec.maps().get("jumps");
        assertThat(jumps.type()).isEqualTo(MapType.PROG_ARRAY);
        assertThat(jumps.inner()).isEmpty();
        assertThat(jumps.initialSlots())
                .containsExactly(new MapSpec.InitialSlot(0, "tail_two"), new MapSpec.InitialSlot(2, "tail_one"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-legacy-el", "spec-legacy-eb"})
    void readsLegacyMaps(String object) {
        ObjectSpec spec = Fixture.read(object);

        MapSpec counters = spec.maps().get("counters");
        assertThat(counters.origin()).isEqualTo(MapSpec.Origin.LEGACY);
        assertThat(counters.type()).isEqualTo(MapType.ARRAY);
        assertThat(counters.keySize()).isEqualTo(4);
        assertThat(counters.valueSize()).isEqualTo(8);
        assertThat(counters.maxEntries()).isEqualTo(2);
        // iproute2's id and pinning
        assertThat(counters.trailing()
                        .toArray(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED.withOrder(spec.order())))
                .containsExactly(0xa1, 2);

        MapSpec hashes = spec.maps().get("hashes");
        assertThat(hashes.type()).isEqualTo(MapType.HASH);
        assertThat(hashes.keySize()).isEqualTo(16);
        assertThat(hashes.valueSize()).isEqualTo(32);
        assertThat(hashes.maxEntries()).isEqualTo(99);
        assertThat(hashes.flags()).isEqualTo(MapFlag.NO_PREALLOC);

        assertThat(spec.programs().get("count").references())
                .isEqualTo(List.of(
                        new CodeReference.MapReference(4, "hashes"), new CodeReference.MapReference(8, "counters")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-arena-el", "spec-arena-eb"})
    void readsAnArenaWithItsVariables(String object) {
        ObjectSpec spec = Fixture.read(object);

        MapSpec arena = spec.maps().get("arena");
        assertThat(arena.type()).isEqualTo(MapType.ARENA);
        assertThat(arena.mapExtra()).isEqualTo(0x1000_0000_0000L);
        assertThat(arena.flags()).isEqualTo(MapFlag.MMAPABLE);
        assertThat(Fixture.contents(arena)).hasSize(16);
        assertThat(spec.variables().get("shared_counter")).satisfies(v -> {
            assertThat(v.map()).isEqualTo("arena");
            assertThat(v.offset()).isZero();
            assertThat(v.size()).isEqualTo(4);
        });
        assertThat(spec.variables().get("shared_sum").offset()).isEqualTo(8);
        assertThat(spec.programs().get("touch").references())
                .contains(new CodeReference.MapValueReference(0, "arena", 0))
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-maps-el"})
    void changesAreCopies(String object) {
        MapSpec typed = Fixture.read(object).maps().get("typed");

        MapSpec changed = typed.withMaxEntries(5)
                .withFlags(0)
                .withPinning(PinType.NONE)
                .withType(MapType.LRU_HASH)
                .withMapExtra(3);
        assertThat(changed.maxEntries()).isEqualTo(5);
        assertThat(changed.flags()).isZero();
        assertThat(changed.pinning()).isEqualTo(PinType.NONE);
        assertThat(changed.type()).isEqualTo(MapType.LRU_HASH);
        assertThat(changed.mapExtra()).isEqualTo(3);
        assertThat(changed.keyTypeId()).isEqualTo(typed.keyTypeId());
        assertThat(changed.withSizes(4, 24).keyTypeId()).isZero();
        assertThat(typed.maxEntries()).isEqualTo(1024);
        assertThat(typed.type()).isEqualTo(MapType.HASH);
    }
}
