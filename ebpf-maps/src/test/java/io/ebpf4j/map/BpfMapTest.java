package io.ebpf4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.Scalars;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.KeyExistsException;
import io.ebpf4j.kernel.KeyNotFoundException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.SystemCall;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.testing.FakeKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is asked of the kernel, and what is made of its answers. */
class BpfMapTest {
    private final FakeKernel kernel = new FakeKernel();

    @AfterEach
    void everyDescriptorWasClosed() {
        assertThat(kernel.openFds()).isEmpty();
    }

    private BpfMap create(MapDefinition definition) {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> kernel.newFd());
        return BpfMap.create(kernel, definition);
    }

    private BpfMap hash() {
        return create(MapDefinition.of(MapType.HASH, 4, 8, 16).withName("flows"));
    }

    @Test
    void everyMemberOfADefinitionReachesTheAttr() {
        MapDefinition definition = MapDefinition.of(MapType.HASH_OF_MAPS, 12, 4, 1000)
                .withName("inner-by.name/long enough")
                .withFlags(MapFlag.NO_PREALLOC)
                .withMapExtra(0x1122334455667788L)
                .withNumaNode(3)
                .withInnerMapFd(77)
                .withInterfaceIndex(5);
        create(definition).close();
        FakeKernel.BpfCall call = kernel.bpfCalls(BpfCommand.MAP_CREATE).getFirst();
        assertThat(call.u32(BpfAttr.MapCreate.MAP_TYPE)).isEqualTo(13);
        assertThat(call.u32(BpfAttr.MapCreate.KEY_SIZE)).isEqualTo(12);
        assertThat(call.u32(BpfAttr.MapCreate.VALUE_SIZE)).isEqualTo(4);
        assertThat(call.u32(BpfAttr.MapCreate.MAX_ENTRIES)).isEqualTo(1000);
        assertThat(call.u32(BpfAttr.MapCreate.MAP_FLAGS)).isEqualTo(MapFlag.NO_PREALLOC | MapFlag.NUMA_NODE);
        assertThat(call.u32(BpfAttr.MapCreate.NUMA_NODE)).isEqualTo(3);
        assertThat(call.u32(BpfAttr.MapCreate.INNER_MAP_FD)).isEqualTo(77);
        assertThat(call.u32(BpfAttr.MapCreate.MAP_IFINDEX)).isEqualTo(5);
        assertThat(call.u64(BpfAttr.MapCreate.MAP_EXTRA)).isEqualTo(0x1122334455667788L);
        assertThat(new String(
                        call.attr().asSlice(BpfAttr.MapCreate.MAP_NAME, 16).toArray(ValueLayout.JAVA_BYTE),
                        StandardCharsets.US_ASCII))
                .isEqualTo("inner_by.name_l\0");
    }

    @Test
    void anAttrIsNoLongerThanItsLastMemberInUseSoThatOldKernelsTakeIt() {
        hash().close();
        assertThat(kernel.bpfCalls(BpfCommand.MAP_CREATE).getFirst().attr().byteSize())
                .isLessThanOrEqualTo(BpfAttr.MapCreate.MAP_IFINDEX);
    }

    @Test
    void aStructOpsValueOfAModuleSetsItsFlag() {
        create(MapDefinition.of(MapType.STRUCT_OPS, 4, 256, 1).withTypes(new MapTypes.StructOps(9, 1234, 11)))
                .close();
        FakeKernel.BpfCall call = kernel.bpfCalls(BpfCommand.MAP_CREATE).getFirst();
        assertThat(call.u32(BpfAttr.MapCreate.BTF_FD)).isEqualTo(9);
        assertThat(call.u32(BpfAttr.MapCreate.BTF_VMLINUX_VALUE_TYPE_ID)).isEqualTo(1234);
        assertThat(call.u32(BpfAttr.MapCreate.VALUE_TYPE_BTF_OBJ_FD)).isEqualTo(11);
        assertThat(call.u32(BpfAttr.MapCreate.MAP_FLAGS)).isEqualTo(MapFlag.VTYPE_BTF_OBJ_FD);
    }

    @Test
    void aRefusedMapIsDescribed() {
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> -Errno.EINVAL.code());
        assertThatThrownBy(() -> BpfMap.create(
                        kernel, MapDefinition.of(MapType.HASH, 0, 8, 16).withName("flows")))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("map flows (hash, key 0, value 8, entries 16, flags 0x0)")
                .hasMessageContaining("EINVAL");
    }

    @Test
    void errorsOfElementsHaveTheirOwnTypes() {
        try (BpfMap map = hash();
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(8, 8);
            kernel.onBpf(BpfCommand.MAP_LOOKUP_ELEM, attr -> -Errno.ENOENT.code());
            assertThat(map.lookup(memory, memory)).isFalse();
            kernel.onBpf(BpfCommand.MAP_UPDATE_ELEM, attr -> -Errno.EEXIST.code());
            assertThatThrownBy(() -> map.update(memory, memory, UpdateMode.NOEXIST))
                    .isInstanceOf(KeyExistsException.class)
                    .hasMessageContaining("map flows (hash)");
            kernel.onBpf(BpfCommand.MAP_UPDATE_ELEM, attr -> -Errno.ENOENT.code());
            assertThatThrownBy(() -> map.update(memory, memory, UpdateMode.EXIST))
                    .isInstanceOf(KeyNotFoundException.class);
            kernel.onBpf(BpfCommand.MAP_UPDATE_ELEM, attr -> -Errno.E2BIG.code());
            assertThatThrownBy(() -> map.update(memory, memory, UpdateMode.ANY))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("E2BIG");
            kernel.onBpf(BpfCommand.MAP_DELETE_ELEM, attr -> -Errno.EINVAL.code());
            assertThatThrownBy(() -> map.delete(memory)).isInstanceOf(SystemCallException.class);
            assertThatThrownBy(() -> map.lookup(MemorySegment.ofArray(new byte[4]), memory))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("native memory");
            assertThatThrownBy(() -> map.lookup(memory, memory.asSlice(0, 4)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void typedKeysAndValuesAreTheBytesOfC() {
        try (BpfMap map = hash()) {
            TypedMap<Integer, Long> typed = map.typed(Scalars.INT, Scalars.LONG);
            byte[][] seen = new byte[2][];
            kernel.onBpf(BpfCommand.MAP_UPDATE_ELEM, attr -> {
                seen[0] = FakeKernel.memory(attr.get(ValueLayout.JAVA_LONG, BpfAttr.MapElement.KEY), 4)
                        .toArray(ValueLayout.JAVA_BYTE);
                seen[1] = FakeKernel.memory(attr.get(ValueLayout.JAVA_LONG, BpfAttr.MapElement.VALUE), 8)
                        .toArray(ValueLayout.JAVA_BYTE);
                return 0;
            });
            typed.put(0x01020304, 0x1112131415161718L);
            assertThat(seen[0]).containsExactly(4, 3, 2, 1);
            assertThat(seen[1]).containsExactly(0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11);
            FakeKernel.BpfCall call =
                    kernel.bpfCalls(BpfCommand.MAP_UPDATE_ELEM).getFirst();
            assertThat(call.u32(BpfAttr.MapElement.MAP_FD)).isEqualTo(map.fd());
            assertThat(call.u64(BpfAttr.MapElement.FLAGS)).isZero();
            typed.putIfAbsent(1, 1L);
            typed.replace(1, 1L);
            assertThat(kernel.bpfCalls(BpfCommand.MAP_UPDATE_ELEM))
                    .extracting(update -> update.u64(BpfAttr.MapElement.FLAGS))
                    .containsExactly(0L, 1L, 2L);
        }
    }

    @Test
    void codecsOfAnotherSizeAreRefused() {
        try (BpfMap map = hash()) {
            assertThatThrownBy(() -> map.typed(Scalars.LONG, Scalars.LONG))
                    .isInstanceOf(IncompatibleException.class)
                    .hasMessageContaining("keys of map flows")
                    .hasMessageContaining("8 bytes")
                    .hasMessageContaining("4 bytes");
            assertThatThrownBy(() -> map.typed(Scalars.INT, Codec.bytes(9))).isInstanceOf(IncompatibleException.class);
            assertThatThrownBy(() -> map.perCpu(Scalars.INT, Scalars.LONG)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(map::mapped).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void perCpuValuesAreRoundedUpToEightBytesForEachPossibleCpu() {
        kernel.withCpus(3);
        try (BpfMap map = create(MapDefinition.of(MapType.PERCPU_HASH, 4, 4, 16))) {
            assertThat(map.valueSpan()).isEqualTo(24);
            kernel.onBpf(BpfCommand.MAP_LOOKUP_ELEM, attr -> {
                MemorySegment value = FakeKernel.memory(attr.get(ValueLayout.JAVA_LONG, BpfAttr.MapElement.VALUE), 24);
                for (int cpu = 0; cpu < 3; cpu++) {
                    value.set(ValueLayout.JAVA_INT, cpu * 8L, 10 + cpu);
                    value.set(ValueLayout.JAVA_INT, cpu * 8L + 4, -1);
                }
                return 0;
            });
            PerCpuMap<Integer, Integer> typed = map.perCpu(Scalars.INT, Scalars.INT);
            assertThat(typed.get(1)).contains(List.of(10, 11, 12));
            assertThat(typed.sum(1)).hasValue(33);
            assertThat(typed.reduce(1, Math::max)).contains(12);
            assertThatThrownBy(() -> map.typed(Scalars.INT, Scalars.INT)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> typed.put(1, List.of(1, 2), UpdateMode.ANY))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private void pinned(MapInfo info) {
        kernel.onBpf(BpfCommand.OBJ_GET, attr -> kernel.newFd());
        kernel.onBpf(BpfCommand.OBJ_GET_INFO_BY_FD, attr -> {
            MemorySegment to = FakeKernel.memory(attr.get(ValueLayout.JAVA_LONG, BpfAttr.ObjInfo.INFO), 96);
            to.set(ValueLayout.JAVA_INT, MapInfoLayout.TYPE, info.type().number());
            to.set(ValueLayout.JAVA_INT, MapInfoLayout.KEY_SIZE, info.keySize());
            to.set(ValueLayout.JAVA_INT, MapInfoLayout.VALUE_SIZE, info.valueSize());
            to.set(ValueLayout.JAVA_INT, MapInfoLayout.MAX_ENTRIES, info.maxEntries());
            to.set(ValueLayout.JAVA_INT, MapInfoLayout.MAP_FLAGS, info.flags());
            return 0;
        });
    }

    private static MapInfo info(MapType type, int keySize, int valueSize, int maxEntries, int flags) {
        return new MapInfo(type, 1, "", keySize, valueSize, maxEntries, flags, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void aPinnedMapIsReusedWhereItAgrees() {
        pinned(info(MapType.HASH, 4, 8, 16, 0));
        MapDefinition definition = MapDefinition.of(MapType.HASH, 4, 8, 16);
        BpfMap.createOrReuse(kernel, definition, Path.of("/sys/fs/bpf/x")).close();
        assertThat(kernel.bpfCalls(BpfCommand.MAP_CREATE)).isEmpty();
        assertThat(kernel.bpfCalls(BpfCommand.OBJ_GET)).hasSize(1);
    }

    @Test
    void everyAttributeThatDiffersFromThePinnedMapIsListedOnBothSides() {
        pinned(info(MapType.LRU_HASH, 4, 16, 16, 1));
        MapDefinition definition = MapDefinition.of(MapType.HASH, 4, 8, 32).withName("flows");
        assertThatThrownBy(() -> BpfMap.createOrReuse(kernel, definition, Path.of("/sys/fs/bpf/x")))
                .isInstanceOfSatisfying(IncompatibleException.class, e -> {
                    assertThat(e.subject()).contains("map flows", "/sys/fs/bpf/x");
                    assertThat(e.ours()).isEqualTo("type hash, value size 8, entries 32, flags 0x0");
                    assertThat(e.theirs()).isEqualTo("type lru_hash, value size 16, entries 16, flags 0x1");
                });
    }

    @Test
    void theFlagThatTheKernelAddsToDeviceMapsIsNoDifference() {
        pinned(info(MapType.DEVMAP, 4, 4, 8, MapFlag.RDONLY_PROG));
        BpfMap.createOrReuse(kernel, MapDefinition.of(MapType.DEVMAP, 4, 4, 8), Path.of("/p"))
                .close();
    }

    @Test
    void aPinThatAppearsMeanwhileIsReused() {
        int[] asked = {0};
        pinned(info(MapType.HASH, 4, 8, 16, 0));
        kernel.onBpf(BpfCommand.OBJ_GET, attr -> asked[0]++ == 0 ? -Errno.ENOENT.code() : kernel.newFd());
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> kernel.newFd());
        kernel.onBpf(BpfCommand.OBJ_PIN, attr -> -Errno.EEXIST.code());
        BpfMap.createOrReuse(kernel, MapDefinition.of(MapType.HASH, 4, 8, 16), Path.of("/p"))
                .close();
        assertThat(asked[0]).isEqualTo(2);
    }

    @Test
    void aFailedPinClosesWhatWasCreated() {
        kernel.onBpf(BpfCommand.OBJ_GET, attr -> -Errno.ENOENT.code());
        kernel.onBpf(BpfCommand.MAP_CREATE, attr -> kernel.newFd());
        kernel.onBpf(BpfCommand.OBJ_PIN, attr -> -Errno.EINVAL.code());
        assertThatThrownBy(
                        () -> BpfMap.createOrReuse(kernel, MapDefinition.of(MapType.HASH, 4, 8, 16), Path.of("/tmp/x")))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("/tmp/x");
    }

    @Test
    void aDescriptorThatIsNoMapIsClosedAgain() {
        kernel.on(SystemCall.FCNTL, arguments -> kernel.newFd());
        kernel.onBpf(BpfCommand.OBJ_GET_INFO_BY_FD, attr -> -Errno.EINVAL.code());
        assertThatThrownBy(() -> BpfMap.duplicate(kernel, 5)).isInstanceOf(SystemCallException.class);
    }

    @Test
    void batchesThatStopAreFinishedOneByOne() {
        try (BpfMap map = hash();
                Arena arena = Arena.ofConfined()) {
            kernel.onBpf(BpfCommand.MAP_UPDATE_BATCH, attr -> {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT, 2);
                return -Errno.EINTR.code();
            });
            kernel.onBpf(BpfCommand.MAP_UPDATE_ELEM, attr -> 0);
            map.updateBatch(arena.allocate(20, 8), arena.allocate(40, 8), 5, UpdateMode.ANY);
            assertThat(kernel.bpfCalls(BpfCommand.MAP_UPDATE_ELEM)).hasSize(3);
            kernel.onBpf(BpfCommand.MAP_DELETE_BATCH, attr -> -Errno.ENOTSUPP.code());
            kernel.onBpf(
                    BpfCommand.MAP_DELETE_ELEM,
                    attr -> kernel.bpfCalls(BpfCommand.MAP_DELETE_ELEM).size() == 1 ? -Errno.ENOENT.code() : 0);
            assertThat(map.deleteBatch(arena.allocate(20, 8), 5)).isEqualTo(4);
            assertThatThrownBy(() -> map.updateBatch(arena.allocate(4, 8), arena.allocate(40, 8), 5, UpdateMode.ANY))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aClosedMapSaysSo() {
        BpfMap map = hash();
        map.close();
        map.close();
        assertThatThrownBy(map::fd).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> map.typed(Scalars.INT, Scalars.LONG).get(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void idsAreWalkedUntilThereAreNoMore() {
        kernel.onBpf(BpfCommand.MAP_GET_NEXT_ID, attr -> {
            int id = attr.get(ValueLayout.JAVA_INT, BpfAttr.GetId.START_ID);
            if (id >= 7) {
                return -Errno.ENOENT.code();
            }
            attr.set(ValueLayout.JAVA_INT, BpfAttr.GetId.NEXT_ID, id + 7);
            return 0;
        });
        assertThat(BpfMap.nextId(kernel, 0)).hasValue(7);
        assertThat(BpfMap.nextId(kernel, 7)).isEmpty();
    }
}
