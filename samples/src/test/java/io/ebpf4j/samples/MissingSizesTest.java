package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MissingSizesTest {
    private static final int CPUS = 6;

    private static ObjectSpec object;
    private final MissingSizes sizes = new MissingSizes(CPUS);

    @BeforeAll
    static void readTheBundledObject() throws IOException {
        try (InputStream stream =
                MissingSizesTest.class.getResourceAsStream("/io/ebpf4j/observability/probe/tcp.bpf.o")) {
            object = ObjectSpec.parse(stream.readAllBytes(), "tcp.bpf.o");
        }
    }

    private static MapSpec map(MapType type) {
        return object.maps().get("arrivals").withType(type);
    }

    @Test
    void aHashWithoutEntriesGetsThem() {
        assertThat(sizes.fill(map(MapType.HASH).withMaxEntries(0)).maxEntries()).isEqualTo(1024);
        assertThat(sizes.fill(map(MapType.HASH).withMaxEntries(3)).maxEntries()).isEqualTo(3);
    }

    @Test
    void aRingGetsItsBytesAndNoSizes() {
        MapSpec ring = sizes.fill(map(MapType.RINGBUF).withSizes(4, 8).withMaxEntries(0));
        assertThat(ring.maxEntries()).isEqualTo(262_144);
        assertThat(ring.keySize()).isZero();
        assertThat(ring.valueSize()).isZero();
    }

    @Test
    void aCpuMapGetsAnEntryForEachCpu() {
        assertThat(sizes.fill(map(MapType.CPUMAP).withMaxEntries(0)).maxEntries())
                .isEqualTo(CPUS);
    }

    @Test
    void aPerfEventArrayGetsItsSizesAndNoEntries() {
        MapSpec perf = sizes.fill(map(MapType.PERF_EVENT_ARRAY).withSizes(0, 0).withMaxEntries(0));
        assertThat(perf.keySize()).isEqualTo(4);
        assertThat(perf.valueSize()).isEqualTo(4);
        assertThat(perf.maxEntries()).isZero();
    }

    @Test
    void aStackTraceMapGetsRoomForAStack() {
        MapSpec stacks = sizes.fill(map(MapType.STACK_TRACE).withSizes(4, 0));
        assertThat(stacks.keySize()).isEqualTo(4);
        assertThat(stacks.valueSize()).isEqualTo(1016);
    }

    @Test
    void storageHasNoEntriesToGive() {
        assertThat(sizes.fill(map(MapType.SK_STORAGE).withMaxEntries(0)).maxEntries())
                .isZero();
    }

    @Test
    void anInnerMapGetsEntriesToo() {
        MapSpec outer = map(MapType.HASH_OF_MAPS)
                .withInner(map(MapType.ARRAY).withSizes(4, 4).withMaxEntries(0));
        assertThat(sizes.fill(outer).inner().orElseThrow().maxEntries()).isEqualTo(1024);
    }
}
