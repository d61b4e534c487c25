package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.asm.Slot;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.Kallsyms;
import io.ebpf4j.kernel.Kconfig;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.object.PlannedExtern.Resolution;
import io.ebpf4j.spec.Extern.KconfigExtern;
import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadPlanTest {
    private static final KernelVersion NEW = new KernelVersion(6, 18, 3);

    private static TargetKernel kernel(Btf types) {
        return TargetKernel.described(types, NEW)
                .withKconfig(Kconfig.parse("CONFIG_HZ=250\nCONFIG_BPF_SYSCALL=y\n", "a test"))
                .withPossibleCpus(12)
                .withPageSize(4096);
    }

    private static Btf noTypes() {
        BtfBuilder types = new BtfBuilder();
        types.add(new BtfType.Forward(0, "nothing", BtfType.Shape.STRUCT));
        return types.build("no types");
    }

    /** The ids of what {@link #someTypes()} has. */
    private record Ids(int tracepoint, int iterator, int lock, int unlock, int queue) {}

    private record Types(Btf btf, Ids ids) {}

    /** What kernel.bpf.o wants, with struct task_struct's pid at byte 1288. */
    private static Types someTypes() {
        BtfBuilder types = new BtfBuilder();
        int integer = types.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
        types.add(new BtfType.Composite(
                0,
                "task_struct",
                BtfType.Shape.STRUCT,
                4096,
                List.of(
                        new BtfType.Member("pid", integer, 1288 * 8, 0),
                        new BtfType.Member("tgid", integer, 1292 * 8, 0))));
        int queue = types.add(new BtfType.Composite(
                0, "rq", BtfType.Shape.STRUCT, 64, List.of(new BtfType.Member("nr_running", integer, 32, 0))));
        int prototype = types.add(new BtfType.FunctionPrototype(0, 0, List.of()));
        int pointer = types.add(new BtfType.Pointer(0, prototype));
        int tracepoint = types.add(new BtfType.Typedef(0, "btf_trace_sched_switch", pointer));
        int iterator = types.add(new BtfType.Function(0, "bpf_iter_task", prototype, BtfType.Linkage.STATIC));
        int lock = types.add(new BtfType.Function(0, "bpf_rcu_read_lock", prototype, BtfType.Linkage.STATIC));
        int unlock = types.add(new BtfType.Function(0, "bpf_rcu_read_unlock", prototype, BtfType.Linkage.STATIC));
        int variable = types.add(new BtfType.Variable(0, "runqueues", queue, BtfType.Linkage.GLOBAL));
        return new Types(types.build("some types"), new Ids(tracepoint, iterator, lock, unlock, variable));
    }

    @Test
    void mapsGetTheSizesThatTheKernelWants() throws IOException {
        LoadPlan plan = LoadPlan.of(
                Fixture.spec("load"), LoadOptions.DEFAULTS, kernel(noTypes()).withPageSize(16384));

        Map<String, PlannedMap> maps = plan.maps();
        assertThat(maps.get("samples").definition().maxEntries()).isEqualTo(12);
        assertThat(maps.get("events").definition().maxEntries()).isEqualTo(16384);
        assertThat(maps.get("events").notes()).singleElement().asString().contains("5000");
        assertThat(maps.get("counts").definition().keySize()).isEqualTo(4);
        assertThat(maps.get("counts").definition().valueSize()).isEqualTo(16);
        assertThat(maps.get("outer").inner().orElseThrow().valueSize()).isEqualTo(8);
        assertThat(maps.get(".rodata").sealing()).isEqualTo(PlannedMap.Sealing.FROZEN);
        assertThat(maps.get(".data").sealing()).isEqualTo(PlannedMap.Sealing.OPEN);
        assertThat(maps.get(".bss").contents()).isEmpty();
        assertThat(maps.get("shared").pin()).contains(Path.of("/sys/fs/bpf/shared"));
        assertThat(plan.refusals()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 4096, 4096", "4096, 4096, 4096", "4097, 4096, 8192", "5000, 65536, 65536", "262144, 4096, 262144"})
    void ringsArePowersOfTwoAndWholePages(int wanted, long page, int given) throws IOException {
        LoadOptions options = LoadOptions.DEFAULTS.withMaxEntries("events", wanted);

        LoadPlan plan =
                LoadPlan.of(Fixture.spec("load"), options, kernel(noTypes()).withPageSize(page));

        assertThat(plan.maps().get("events").definition().maxEntries()).isEqualTo(given);
    }

    @Test
    void typesAreLeftOutForMapsThatRefuseThem() throws IOException {
        Map<String, PlannedMap> maps = LoadPlan.of(Fixture.spec("load"), LoadOptions.DEFAULTS, kernel(noTypes()))
                .maps();

        assertThat(maps.get("counts").valueTypeId()).isNotZero();
        assertThat(maps.get(".bss").valueTypeId()).isNotZero();
        assertThat(maps.get("outer").keyTypeId()).isZero();
        assertThat(maps.get("samples").keyTypeId()).isZero();
    }

    @Test
    void theKernelsConfigurationGoesIntoItsMap() throws IOException {
        LoadPlan plan = LoadPlan.of(Fixture.spec("load"), LoadOptions.DEFAULTS, kernel(noTypes()));

        ObjectSpec spec = plan.spec();
        MemorySegment image = plan.maps().get(".kconfig").contents().orElseThrow();
        assertThat(kconfig(spec, image, "LINUX_KERNEL_VERSION")).isEqualTo((6 << 16) + (18 << 8) + 3);
        assertThat(kconfig(spec, image, "CONFIG_HZ")).isEqualTo(250);
        assertThat(kconfig(spec, image, "CONFIG_NO_SUCH_OPTION")).isZero();
        assertThat(image.get(ValueLayout.JAVA_BYTE, offset(spec, "CONFIG_BPF_SYSCALL")))
                .isEqualTo((byte) 1);
        assertThat(plan.externs().get("CONFIG_NO_SUCH_OPTION").resolution()).isInstanceOf(Resolution.Missing.class);
    }

    @Test
    void aConfigurationGivenByTheUserGoesFirst() throws IOException {
        LoadOptions options = LoadOptions.DEFAULTS.withKconfig("CONFIG_HZ=0x3e8\nCONFIG_NO_SUCH_OPTION=-7");

        LoadPlan plan = LoadPlan.of(Fixture.spec("load"), options, kernel(noTypes()));

        MemorySegment image = plan.maps().get(".kconfig").contents().orElseThrow();
        assertThat(kconfig(plan.spec(), image, "CONFIG_HZ")).isEqualTo(1000);
        assertThat(kconfig(plan.spec(), image, "CONFIG_NO_SUCH_OPTION")).isEqualTo(-7);
    }

    @ParameterizedTest
    @CsvSource({"CONFIG_HZ=y", "CONFIG_HZ=5000000000", "CONFIG_HZ=\"text\"", "CONFIG_BPF_SYSCALL=m", "CONFIG_HZ=ten"})
    void aConfigurationThatDoesNotFitItsVariableIsRefused(String line) throws IOException {
        LoadOptions options = LoadOptions.DEFAULTS.withKconfig(line);

        assertThatThrownBy(() -> LoadPlan.of(Fixture.spec("load"), options, kernel(noTypes())))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining(line.substring(0, line.indexOf('=')));
    }

    private static long offset(ObjectSpec spec, String name) {
        return ((KconfigExtern) spec.externs().get(name)).offset();
    }

    private static int kconfig(ObjectSpec spec, MemorySegment image, String name) {
        return image.get(ValueLayout.JAVA_INT_UNALIGNED, offset(spec, name));
    }

    /** A record with the layout of the fixture's struct settings. */
    public record Settings(int first, long second) {}

    @Test
    void variablesGetTheirValues() throws IOException {
        LoadOptions options = LoadOptions.DEFAULTS
                .withGlobal("step", 4_000_000_000L)
                .withGlobal("limit", -9)
                .withGlobal("small", Short.MIN_VALUE)
                .withGlobal("label", "fifteen letters")
                .withGlobal("settings", new Settings(11, 22))
                .withGlobal("counter", new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

        LoadPlan plan = LoadPlan.of(Fixture.spec("load"), options, kernel(noTypes()));

        MemorySegment constants = plan.maps().get(".rodata").contents().orElseThrow();
        long step = plan.spec().variables().get("step").offset();
        long settings = plan.spec().variables().get("settings").offset();
        long label = plan.spec().variables().get("label").offset();
        long limit = plan.spec().variables().get("limit").offset();
        long small = plan.spec().variables().get("small").offset();
        assertThat(Integer.toUnsignedLong(constants.get(ValueLayout.JAVA_INT_UNALIGNED, step)))
                .isEqualTo(4_000_000_000L);
        assertThat(constants.get(ValueLayout.JAVA_INT_UNALIGNED, settings)).isEqualTo(11);
        assertThat(constants.get(ValueLayout.JAVA_LONG_UNALIGNED, settings + 8)).isEqualTo(22);
        assertThat(constants.asSlice(label, 16).getString(0)).isEqualTo("fifteen letters");
        MemorySegment data = plan.maps().get(".data").contents().orElseThrow();
        assertThat(data.get(ValueLayout.JAVA_INT_UNALIGNED, limit)).isEqualTo(-9);
        assertThat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, small)).isEqualTo(Short.MIN_VALUE);
        long absent = plan.spec().variables().get("absent_option").offset();
        assertThat(data.get(ValueLayout.JAVA_LONG_UNALIGNED, absent))
                .as("what was not set")
                .isEqualTo(99);
        assertThat(plan.maps().get(".bss").contents()).isPresent();
    }

    @Test
    void valuesThatDoNotFitTheirVariablesAreRefused() throws IOException {
        ObjectSpec spec = Fixture.spec("load");
        for (LoadOptions options : List.of(
                LoadOptions.DEFAULTS.withGlobal("step", -1),
                LoadOptions.DEFAULTS.withGlobal("step", 1L << 32),
                LoadOptions.DEFAULTS.withGlobal("limit", 1L << 31),
                LoadOptions.DEFAULTS.withGlobal("small", 40_000),
                LoadOptions.DEFAULTS.withGlobal("label", "sixteen letters!"),
                LoadOptions.DEFAULTS.withGlobal("counter", "text"),
                LoadOptions.DEFAULTS.withGlobal("settings", 5),
                LoadOptions.DEFAULTS.withGlobal("settings", new Wrong(1, 2)),
                LoadOptions.DEFAULTS.withGlobal("counter", new byte[7]))) {
            assertThatThrownBy(() -> LoadPlan.of(spec, options, kernel(noTypes())))
                    .as("%s", options.globals())
                    .isInstanceOf(IncompatibleException.class);
        }
    }

    /** Right in size, wrong in its members' names. */
    public record Wrong(int first, long third) {}

    @Test
    void namesThatTheObjectDoesNotHaveAreRefused() throws IOException {
        ObjectSpec spec = Fixture.spec("load");
        for (LoadOptions options : List.of(
                LoadOptions.DEFAULTS.withGlobal("stepp", 1),
                LoadOptions.DEFAULTS.withMaxEntries("count", 1),
                LoadOptions.DEFAULTS.withOnly("entri"),
                LoadOptions.DEFAULTS.withDisabled("entri"),
                LoadOptions.DEFAULTS.withOptional("entri"),
                LoadOptions.DEFAULTS.withFallback("entry", "entri"),
                LoadOptions.DEFAULTS.withDisabledMaps("count"),
                LoadOptions.DEFAULTS.withAttachTarget("entri", "x"))) {
            assertThatThrownBy(() -> LoadPlan.of(spec, options, kernel(noTypes())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the object has no");
        }
    }

    @Test
    void whatIsSkippedSaysWhy() throws IOException {
        ObjectSpec spec = Fixture.spec("demand");

        assertThat(LoadPlan.of(spec, LoadOptions.DEFAULTS, kernel(noTypes())).skipped())
                .singleElement()
                .satisfies(skipped -> {
                    assertThat(skipped.name()).isEqualTo("on_demand");
                    assertThat(skipped.reason()).contains("question mark");
                });
        assertThat(LoadPlan.of(spec, LoadOptions.DEFAULTS.withEnabled("on_demand"), kernel(noTypes()))
                        .skipped())
                .isEmpty();
        assertThat(LoadPlan.of(spec, LoadOptions.DEFAULTS.withOnly("usual"), kernel(noTypes()))
                        .programs()
                        .values())
                .filteredOn(PlannedProgram::isLoaded)
                .extracting(PlannedProgram::name)
                .containsExactly("usual");
    }

    @Test
    void aMapThatIsLeftOutIsNamedWhereItIsUsed() throws IOException {
        LoadOptions options = LoadOptions.DEFAULTS.withDisabledMaps("events");

        LoadPlan plan = LoadPlan.of(Fixture.spec("load"), options, kernel(noTypes()));

        PlannedProgram program = plan.programs().get("through_maps");
        assertThat(program.unresolved().values()).anyMatch(what -> what.contains("map events is not made"));
        assertThat(plan.programs().get("entry").unresolved()).isEmpty();
    }

    @Test
    void attachTargetsAreFoundByTheNamesThatTheKernelGivesThem() throws IOException {
        Types types = someTypes();

        Map<String, PlannedProgram> programs = LoadPlan.of(
                        Fixture.spec("kernel"), LoadOptions.DEFAULTS, kernel(types.btf()))
                .programs();

        assertThat(programs.get("switched").attach())
                .contains(new PlannedProgram.AttachTypeId(
                        "btf_trace_sched_switch", types.ids().tracepoint(), Optional.empty()));
        assertThat(programs.get("tasks").attach())
                .contains(new PlannedProgram.AttachTypeId(
                        "bpf_iter_task", types.ids().iterator(), Optional.empty()));
    }

    @Test
    void attachTargetsThatDoNotExistAreRefusedByName() throws IOException {
        LoadPlan plan = LoadPlan.of(
                Fixture.spec("nowhere"),
                LoadOptions.DEFAULTS,
                kernel(someTypes().btf()));

        Map<String, PlannedProgram> programs = plan.programs();
        assertThat(programs.get("nowhere").refusal().orElseThrow().cause()).isEqualTo(Refusal.Cause.NOT_FOUND);
        assertThat(programs.get("nowhere").refusal().orElseThrow().reason())
                .contains("btf_trace_no_such_tracepoint is not found");
        assertThat(programs.get("function_nowhere").refusal().orElseThrow().reason())
                .contains("no_such_function is not found");
        assertThat(programs.get("unsaid").refusal().orElseThrow().cause()).isEqualTo(Refusal.Cause.INCOMPLETE);
        assertThat(programs.get("replacement").refusal().orElseThrow().cause()).isEqualTo(Refusal.Cause.INCOMPLETE);
        assertThat(plan.refusals())
                .extracting(refusal -> refusal.cause().errno())
                .contains(Errno.ESRCH, Errno.EINVAL);
        assertThatThrownBy(plan::load).isInstanceOf(InvalidTargetException.class);
    }

    @Test
    void attachTargetsCanBeGiven() throws IOException {
        Types types = someTypes();
        LoadOptions options = LoadOptions.DEFAULTS.withAttachTarget("nowhere", "sched_switch");

        LoadPlan plan = LoadPlan.of(Fixture.spec("nowhere"), options, kernel(types.btf()));

        assertThat(plan.programs().get("nowhere").attach().orElseThrow().typeId())
                .isEqualTo(types.ids().tracepoint());
        assertThat(plan.programs().get("nowhere").attachTarget()).isEqualTo("sched_switch");
    }

    @Test
    void modulesAreLookedAtAfterTheKernel() throws IOException {
        Btf kernel = someTypes().btf();
        BtfBuilder split = BtfBuilder.splitOf(kernel);
        int prototype = split.add(new BtfType.FunctionPrototype(0, 0, List.of()));
        int function = split.add(new BtfType.Function(0, "no_such_function", prototype, BtfType.Linkage.STATIC));
        TargetKernel target = kernel(kernel)
                .withModules(List.of(
                        new ModuleTypes("other", BtfBuilder.splitOf(kernel).build("other")),
                        new ModuleTypes("veth", split.build("veth"))));

        LoadPlan found = LoadPlan.of(Fixture.spec("nowhere"), LoadOptions.DEFAULTS, target);
        LoadPlan named = LoadPlan.of(
                Fixture.spec("nowhere"),
                LoadOptions.DEFAULTS.withAttachTarget("function_nowhere", "veth:no_such_function"),
                target);
        LoadPlan elsewhere = LoadPlan.of(
                Fixture.spec("nowhere"),
                LoadOptions.DEFAULTS.withAttachTarget("function_nowhere", "other:no_such_function"),
                target);

        PlannedProgram.AttachTypeId expected =
                new PlannedProgram.AttachTypeId("no_such_function", function, Optional.of("veth"));
        assertThat(found.programs().get("function_nowhere").attach()).contains(expected);
        assertThat(named.programs().get("function_nowhere").attach()).contains(expected);
        assertThat(elsewhere.programs().get("function_nowhere").attach()).isEmpty();
    }

    @Test
    void externsAreLookedUp(@TempDir Path directory) throws IOException {
        Types types = someTypes();
        Path symbols = directory.resolve("kallsyms");
        Files.writeString(
                symbols, "ffffffff814d58f0 T bpf_prog_put\nffffffff81000000 T other\n", StandardCharsets.US_ASCII);
        TargetKernel target = kernel(types.btf()).withKallsyms(Kallsyms.open(symbols));

        LoadPlan plan = LoadPlan.of(Fixture.spec("kernel"), LoadOptions.DEFAULTS, target);

        Map<String, PlannedExtern> externs = plan.externs();
        assertThat(externs.get("bpf_prog_put").resolution()).isEqualTo(new Resolution.Address(0xffffffff814d58f0L));
        assertThat(externs.get("no_such_symbol").resolution()).isInstanceOf(Resolution.Missing.class);
        assertThat(externs.get("bpf_rcu_read_lock").resolution())
                .isEqualTo(new Resolution.Type(types.ids().lock(), Optional.empty()));
        assertThat(externs.get("bpf_no_such_function").resolution()).isInstanceOf(Resolution.Missing.class);
        assertThat(plan.programs().get("addresses").refusal()).isEmpty();
        assertThat(plan.programs().get("switched").unresolved().values())
                .singleElement()
                .asString()
                .contains("bpf_no_such_function");
    }

    @Test
    void typedVariablesAreFoundByNameAndType() throws IOException {
        Types types = someTypes();

        LoadPlan plan = LoadPlan.of(Fixture.spec("nowhere"), LoadOptions.DEFAULTS, kernel(types.btf()));
        LoadPlan other = LoadPlan.of(Fixture.spec("nowhere"), LoadOptions.DEFAULTS, kernel(otherQueue()));

        assertThat(plan.externs().get("runqueues").resolution())
                .isEqualTo(new Resolution.Type(types.ids().queue(), Optional.empty()));
        assertThat(other.externs().get("runqueues").toString())
                .contains("struct rq")
                .contains("int");
        assertThat(other.programs().get("queue").refusal()).isPresent();
    }

    /** A kernel whose variable of that name is a number. */
    private static Btf otherQueue() {
        BtfBuilder types = new BtfBuilder();
        int integer = types.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
        types.add(new BtfType.Variable(0, "runqueues", integer, BtfType.Linkage.GLOBAL));
        return types.build("another kernel");
    }

    @Test
    void anExternThatHasToExistRefusesOnlyTheProgramsThatUseIt(@TempDir Path directory) throws IOException {
        Path symbols = directory.resolve("kallsyms");
        Files.writeString(symbols, "ffffffff81000000 T other\n", StandardCharsets.US_ASCII);
        TargetKernel target = kernel(someTypes().btf()).withKallsyms(Kallsyms.open(symbols));

        LoadPlan plan = LoadPlan.of(Fixture.spec("kernel"), LoadOptions.DEFAULTS, target);

        assertThat(plan.programs().get("addresses").refusal().orElseThrow().reason())
                .contains("bpf_prog_put");
        assertThat(plan.programs().get("tasks").refusal()).isEmpty();
    }

    @Test
    void hiddenAddressesAreSaidToBeHidden(@TempDir Path directory) throws IOException {
        Path symbols = directory.resolve("kallsyms");
        Files.writeString(symbols, "0000000000000000 T bpf_prog_put\n", StandardCharsets.US_ASCII);

        LoadPlan plan = LoadPlan.of(
                Fixture.spec("kernel"),
                LoadOptions.DEFAULTS,
                kernel(someTypes().btf()).withKallsyms(Kallsyms.open(symbols)));

        assertThat(plan.programs().get("addresses").refusal().orElseThrow().reason())
                .contains("kptr_restrict");
    }

    @Test
    void codeIsFittedToTheKernelsTypes() throws IOException {
        LoadPlan plan = LoadPlan.of(
                Fixture.spec("kernel"), LoadOptions.DEFAULTS, kernel(someTypes().btf()));

        PlannedProgram program = plan.programs().get("switched");
        assertThat(program.relocations()).singleElement().satisfies(entry -> {
            int slot = entry.site().slot();
            assertThat(Slot.offset(program.code().slot(slot))).isEqualTo((short) 1288);
        });
        assertThat(program.poisoned()).isZero();
    }

    @Test
    void withoutTypesOfTheKernelNothingIsFitted() throws IOException {
        LoadPlan plan = LoadPlan.of(
                Fixture.spec("refused"), LoadOptions.DEFAULTS, kernel(noTypes()).withoutBtf());

        assertThat(plan.programs().get("poisoned").refusal().orElseThrow().reason())
                .contains("CONFIG_DEBUG_INFO_BTF");
        assertThat(plan.programs().get("good").refusal()).isEmpty();
    }

    @Test
    void aMissingMemberIsPoisonAndNamed() throws IOException {
        LoadPlan plan = LoadPlan.of(
                Fixture.spec("refused"),
                LoadOptions.DEFAULTS,
                kernel(someTypes().btf()));

        PlannedProgram program = plan.programs().get("poisoned");
        assertThat(program.poisoned()).isEqualTo(1);
        assertThat(program.unresolved().values())
                .singleElement()
                .asString()
                .contains("struct task_struct.no_such_member");
    }

    @Test
    void optionalProgramsAndChainsDoNotRefuseTheObject() throws IOException {
        LoadOptions options = LoadOptions.DEFAULTS
                .withOnly("queue", "nowhere", "unsaid")
                .withOptional("unsaid")
                .withFallback("nowhere", "queue");

        LoadPlan plan =
                LoadPlan.of(Fixture.spec("nowhere"), options, kernel(someTypes().btf()));

        assertThat(plan.refusals()).isEmpty();
        assertThat(plan.programs().get("nowhere").refusal()).isPresent();
    }

    @Test
    void oldKernelsGetOtherHelpersAndNoMappings() throws IOException {
        TargetKernel old = TargetKernel.described(noTypes(), new KernelVersion(4, 14, 0))
                .withKconfig(Kconfig.parse("CONFIG_HZ=250\nCONFIG_BPF_SYSCALL=y\n", "a test"));

        LoadPlan plan = LoadPlan.of(Fixture.spec("load"), LoadOptions.DEFAULTS, old);

        assertThat(plan.maps().get(".bss").definition().flags()).isZero();
        assertThat(plan.maps().get("counts").definition().name()).isEmpty();
    }

    @Test
    void aPlanSaysAllOfIt() throws IOException {
        String text = LoadPlan.of(
                        Fixture.spec("kernel"),
                        LoadOptions.DEFAULTS,
                        kernel(someTypes().btf()))
                .toString();

        assertThat(text)
                .contains("plan of kernel.bpf.o for Linux 6.18.3")
                .contains("switched: tracing in tp_btf/sched_switch")
                .contains("attaches to btf_trace_sched_switch")
                .contains("bpf_no_such_function (weak): no function")
                .contains("program type tracing, since Linux 5.5")
                .contains("CAP_PERFMON")
                .contains("refused:\n  program addresses: extern bpf_prog_put is not resolved");
    }
}
