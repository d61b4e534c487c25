package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Implementations of kernel interfaces; expectations are read off spec-struct-ops.bpf.c. */
class StructOpsMapsTest {

    @ParameterizedTest
    @ValueSource(strings = {"spec-struct-ops-el", "spec-struct-ops-eb"})
    void readsImplementations(String object) {
        ObjectSpec spec = Fixture.read(object);

        assertThat(spec.maps()).containsOnlyKeys("plain", "linked", "asked");
        MapSpec plain = spec.maps().get("plain");
        assertThat(plain.type()).isEqualTo(MapType.STRUCT_OPS);
        assertThat(plain.origin()).isEqualTo(MapSpec.Origin.STRUCT_OPS);
        assertThat(plain.keySize()).isEqualTo(4);
        assertThat(plain.valueSize()).isEqualTo(40);
        assertThat(plain.flags()).isZero();
        assertThat(plain.unsupported()).isEmpty();
        assertThat(plain.structOps()).hasValueSatisfying(ops -> {
            assertThat(ops.typeName()).isEqualTo("tcp_congestion_ops___mine");
            assertThat(ops.members())
                    .containsExactly(
                            new MapSpec.StructOps.Member("ssthresh", 0, 0, "ssthresh"),
                            new MapSpec.StructOps.Member("cong_avoid", 2, 16, "cong_avoid"));
        });
        ByteBuffer image = ByteBuffer.wrap(Fixture.contents(plain)).order(spec.order());
        assertThat(image.getInt(8)).isEqualTo(0x12345678);
        assertThat(image.get(24)).isEqualTo((byte) 'p');

        MapSpec linked = spec.maps().get("linked");
        assertThat(linked.flags()).isEqualTo(MapFlag.LINK);
        assertThat(linked.autocreate()).isTrue();
        assertThat(spec.maps().get("asked").autocreate()).isFalse();
        assertThat(spec.maps().get("asked").flags()).isEqualTo(MapFlag.LINK);

        assertThat(spec.programs().get("ssthresh").type()).isEqualTo(ProgramType.STRUCT_OPS);
        assertThat(spec.programs().get("ssthresh").attachTarget()).isEqualTo("ssthresh");
        assertThat(spec.programs().get("cong_avoid").attachTarget()).isEmpty();
    }
}
