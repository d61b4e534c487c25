package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.Kconfig;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.BpfAttr.MapCreate;
import io.ebpf4j.kernel.sys.BpfAttr.MapElement;
import io.ebpf4j.kernel.sys.BpfAttr.ProgLoad;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.SystemCall;
import io.ebpf4j.testing.FakeKernel;
import io.ebpf4j.testing.FakeKernel.BpfCall;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading against a kernel that does what the test says: order, contents, and that a failure leaves nothing behind. */
class BpfObjectTest {
    @TempDir
    Path pins;

    private final FakeKernel kernel = new FakeKernel();
    private final Map<Integer, String> mapNames = new HashMap<>();
    private int failAt = -1;
    private int calls;
    private Errno failure = Errno.ENOMEM;
    private Set<String> refusedPrograms = Set.of();

    BpfObjectTest() {
        kernel.onBpf(BpfCommand.BTF_LOAD, attr -> answer(kernel::newFd));
        kernel.onBpf(
                BpfCommand.MAP_CREATE,
                attr -> answer(() -> {
                    int fd = kernel.newFd();
                    mapNames.put(fd, name(attr, MapCreate.MAP_NAME));
                    return fd;
                }));
        kernel.onBpf(BpfCommand.MAP_UPDATE_ELEM, attr -> answer(() -> 0));
        kernel.onBpf(BpfCommand.MAP_FREEZE, attr -> answer(() -> 0));
        kernel.onBpf(BpfCommand.OBJ_GET, attr -> -Errno.ENOENT.code());
        kernel.onBpf(BpfCommand.OBJ_PIN, attr -> answer(() -> 0));
        kernel.onBpf(BpfCommand.PROG_BIND_MAP, attr -> answer(() -> 0));
        kernel.onBpf(
                BpfCommand.PROG_LOAD,
                attr -> answer(() -> {
                    String name = name(attr, ProgLoad.PROG_NAME);
                    return refusedPrograms.contains(name) ? -Errno.EACCES.code() : kernel.newFd();
                }));
    }

    /** The attr may end within the name: what is not there is zero. */
    private static String name(MemorySegment attr, long offset) {
        StringBuilder name = new StringBuilder();
        for (long at = offset; at < Math.min(offset + 16, attr.byteSize()); at++) {
            byte letter = attr.get(ValueLayout.JAVA_BYTE, at);
            if (letter == 0) {
                break;
            }
            name.append((char) letter);
        }
        return name.toString();
    }

    private interface Answer {
        int give();
    }

    private int answer(Answer usual) {
        return calls++ == failAt ? -failure.code() : usual.give();
    }

    private static Btf noTypes() {
        BtfBuilder types = new BtfBuilder();
        types.add(new BtfType.Forward(0, "nothing", BtfType.Shape.STRUCT));
        return types.build("no types");
    }

    private static TargetKernel target() {
        return TargetKernel.described(noTypes(), new KernelVersion(6, 18, 0))
                .withKconfig(Kconfig.parse("CONFIG_HZ=250\nCONFIG_BPF_SYSCALL=y\n", "a test"));
    }

    private BpfObject load(LoadOptions options) throws IOException {
        return LoadPlan.of(Fixture.spec("load"), options.withPinRoot(pins), target())
                .load(kernel);
    }

    @Test
    void makesTypesThenMapsThenPrograms() throws IOException {
        try (BpfObject object = load(LoadOptions.DEFAULTS)) {
            assertThat(object.programs().keySet())
                    .containsExactly("tail", "entry", "packet_length", "constants", "configuration", "through_maps");
            assertThat(object.maps()).containsKeys("counts", ".rodata", ".bss", ".kconfig", "outer");
            assertThatThrownBy(() -> object.program("nobody"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("packet_length");
            assertThat(object.findMap("nothing")).isEmpty();
        }

        List<BpfCommand> order =
                kernel.bpfCalls().stream().map(BpfCall::command).distinct().toList();
        assertThat(order.getFirst()).isEqualTo(BpfCommand.BTF_LOAD);
        assertThat(order.indexOf(BpfCommand.MAP_CREATE)).isLessThan(order.indexOf(BpfCommand.PROG_LOAD));
        assertThat(kernel.openFds()).isEmpty();
    }

    @Test
    void closingTwiceDoesNothing() throws IOException {
        BpfObject object = load(LoadOptions.DEFAULTS);

        object.close();
        object.close();

        assertThat(kernel.openFds()).isEmpty();
    }

    @Test
    void codeRefersToTheMapsThatWereMade() throws IOException {
        List<Integer> referred = new ArrayList<>();
        kernel.onBpf(BpfCommand.PROG_LOAD, attr -> {
            long count = attr.get(ValueLayout.JAVA_INT_UNALIGNED, ProgLoad.INSN_CNT);
            MemorySegment code =
                    FakeKernel.memory(attr.get(ValueLayout.JAVA_LONG_UNALIGNED, ProgLoad.INSNS), count * 8);
            for (long at = 0; at < code.byteSize(); at += 8) {
                // struct bpf_insn: code, dst and src in one byte, offset, immediate
                boolean wide = code.get(ValueLayout.JAVA_BYTE, at) == 0x18;
                if (wide && (code.get(ValueLayout.JAVA_BYTE, at + 1) & 0xF0) == 0x10) {
                    referred.add(code.get(ValueLayout.JAVA_INT_UNALIGNED, at + 4));
                }
                at += wide ? 8 : 0;
            }
            return kernel.newFd();
        });

        load(LoadOptions.DEFAULTS.withOnly("through_maps")).close();

        assertThat(referred.stream().map(mapNames::get))
                .containsExactlyInAnyOrder("outer", "counts", "events", "samples", "shared");
    }

    @Test
    void constantsAreFilledBeforeTheyAreFrozen() throws IOException {
        load(LoadOptions.DEFAULTS).close();

        List<Integer> filled = new ArrayList<>();
        for (BpfCall call : kernel.bpfCalls()) {
            if (call.command() == BpfCommand.MAP_UPDATE_ELEM) {
                filled.add(call.u32(MapElement.MAP_FD));
            }
            if (call.command() == BpfCommand.MAP_FREEZE) {
                assertThat(filled).contains(call.u32(MapElement.MAP_FD));
            }
        }
        assertThat(kernel.bpfCalls(BpfCommand.MAP_FREEZE).stream()
                        .map(call -> mapNames.get(call.u32(MapElement.MAP_FD))))
                .containsExactlyInAnyOrder("load.rodata", ".rodata.cst16", "load.kconfig");
    }

    @Test
    void elementsThatReferToMapsAndProgramsAreSet() throws IOException {
        Map<String, List<Integer>> keys = new HashMap<>();
        kernel.onBpf(BpfCommand.MAP_UPDATE_ELEM, attr -> {
            int fd = attr.get(ValueLayout.JAVA_INT_UNALIGNED, MapElement.MAP_FD);
            int key = FakeKernel.memory(attr.get(ValueLayout.JAVA_LONG_UNALIGNED, MapElement.KEY), 4)
                    .get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            keys.computeIfAbsent(mapNames.get(fd), name -> new ArrayList<>()).add(key);
            return 0;
        });

        load(LoadOptions.DEFAULTS).close();

        assertThat(keys.get("outer")).containsExactly(1, 3);
        assertThat(keys.get("tails")).containsExactly(2);
    }

    @Test
    void aFailureAtAnyStepLeavesNothingBehind() throws IOException {
        load(LoadOptions.DEFAULTS).close();
        int steps = calls;
        assertThat(steps).isGreaterThan(30);

        Set<Integer> survived = new TreeSet<>();
        for (int step = 0; step < steps; step++) {
            calls = 0;
            failAt = step;
            try (BpfObject object = load(LoadOptions.DEFAULTS)) {
                assertThat(object.programs()).hasSize(6);
                survived.add(step);
            } catch (BpfException e) {
                assertThat(e).as("step %d", step).hasMessageContaining("ENOMEM");
            }
            assertThat(kernel.openFds())
                    .as("after a failure at step %d of %d", step, steps)
                    .isEmpty();
        }

        // types may be refused; maps are made again without types, programs are loaded again with a log
        assertThat(survived).contains(0).hasSizeLessThan(steps);
    }

    @Test
    void theMemoryLimitIsRaisedWhereItCounts() throws IOException {
        kernel.on(SystemCall.PRLIMIT64, arguments -> {
            MemorySegment limit = FakeKernel.memory(arguments[2], 16);
            assertThat(limit.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(-1);
            assertThat(limit.get(ValueLayout.JAVA_LONG_UNALIGNED, 8)).isEqualTo(-1);
            return 0;
        });
        TargetKernel old = TargetKernel.described(noTypes(), new KernelVersion(5, 10, 0))
                .withKconfig(Kconfig.parse("CONFIG_HZ=250\nCONFIG_BPF_SYSCALL=y\n", "a test"));

        load(LoadOptions.DEFAULTS).close();
        assertThat(kernel.calls()).extracting(FakeKernel.Call::call).doesNotContain(SystemCall.PRLIMIT64);
        LoadPlan.of(Fixture.spec("load"), LoadOptions.DEFAULTS.withPinRoot(pins), old)
                .load(kernel)
                .close();
        assertThat(kernel.calls()).extracting(FakeKernel.Call::call).contains(SystemCall.PRLIMIT64);
        assertThat(kernel.openFds()).isEmpty();
    }

    @Test
    void aTypelessObjectStillLoadsAndSaysSo() throws IOException {
        kernel.onBpf(BpfCommand.BTF_LOAD, attr -> -Errno.EINVAL.code());

        try (BpfObject object = load(LoadOptions.DEFAULTS)) {
            assertThat(object.skipped()).anySatisfy(skipped -> {
                assertThat(skipped.kind()).isEqualTo(Skipped.Kind.TYPES);
                assertThat(skipped.reason()).contains("BPF_BTF_LOAD").contains("EINVAL");
            });
        }
        assertThat(kernel.bpfCalls(BpfCommand.PROG_LOAD).getFirst().u32(ProgLoad.PROG_BTF_FD))
                .isZero();
    }

    @Test
    void anOptionalProgramIsSkippedWithItsReason() throws IOException {
        refusedPrograms = Set.of("entry");

        try (BpfObject object = load(LoadOptions.DEFAULTS.withOptional("entry"))) {
            assertThat(object.programs()).doesNotContainKey("entry").hasSize(5);
            assertThat(object.skipped()).anySatisfy(skipped -> {
                assertThat(skipped.name()).isEqualTo("entry");
                assertThat(skipped.reason()).contains("EACCES");
            });
            assertThatThrownBy(() -> object.program("entry")).hasMessageContaining("EACCES");
        }
    }

    @Test
    void theFirstOfAChainThatLoadsIsKept() throws IOException {
        refusedPrograms = Set.of("packet_length");
        LoadOptions options = LoadOptions.DEFAULTS.withOnly("tail").withFallback("packet_length", "constants", "entry");

        try (BpfObject object = load(options)) {
            assertThat(object.programs().keySet()).containsExactly("tail", "constants");
            assertThat(object.skipped())
                    .filteredOn(skipped -> skipped.kind() == Skipped.Kind.PROGRAM)
                    .extracting(Skipped::name)
                    .contains("packet_length", "entry");
            assertThatThrownBy(() -> object.program("entry")).hasMessageContaining("constants is loaded");
        }
    }

    @Test
    void aChainOfWhichNoneLoadsFailsWithEveryReason() {
        refusedPrograms = Set.of("packet_length", "constants");

        assertThatThrownBy(() -> load(LoadOptions.DEFAULTS.withOnly("tail").withFallback("packet_length", "constants")))
                .isInstanceOfSatisfying(
                        NotSupportedException.class,
                        e -> assertThat(e.getSuppressed())
                                .hasSize(2)
                                .allSatisfy(reason -> assertThat(reason).hasMessageContaining("EACCES")));
        assertThat(kernel.openFds()).isEmpty();
    }
}
