package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.Features;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.VerifierException;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.UpdateMode;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.LogPolicy;
import io.ebpf4j.program.ProgramInfo;
import io.ebpf4j.program.ProgramStatistics;
import io.ebpf4j.program.TestRun;
import io.ebpf4j.spec.ProgramType;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects in the real kernel: what they hold, what they run, what they share, what is refused. */
@RequiresKernel(
        since = "5.8",
        feature = "ring buffers, globals and test runs",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.PERFMON, Capability.SYS_ADMIN})
class BpfObjectIT {
    private static final byte[] PACKET = new byte[64];

    private Path pins;

    @BeforeEach
    void makePinDirectory() throws IOException {
        pins = Files.createTempDirectory(Path.of("/sys/fs/bpf"), "ebpf4j_it_");
    }

    @AfterEach
    void removePinDirectory() throws IOException {
        try (var left = Files.list(pins)) {
            for (Path pin : left.toList()) {
                Files.delete(pin);
            }
        }
        Files.delete(pins);
    }

    private BpfObject load(String name, LoadOptions options) throws IOException {
        return BpfObject.open(Fixture.spec(name), options.withPinRoot(pins)).load();
    }

    private static int run(BpfObject object, String program) {
        return object.program(program).testRun(TestRun.onPacket(PACKET)).returnValue();
    }

    @Test
    void constantsAreThoseOfTheFileUnlessTheyAreSet() throws IOException {
        try (BpfObject object = load("load", LoadOptions.DEFAULTS)) {
            assertThat(run(object, "constants")).isEqualTo(1 * 1000 + 3 * 100 + 10 + 1);
        }
        LoadOptions options = LoadOptions.DEFAULTS
                .withGlobal("step", 2)
                .withGlobal("settings", new LoadPlanTest.Settings(5, 6))
                .withGlobal("label", "else")
                .withGlobal("limit", 0);
        try (BpfObject object = load("load", options)) {
            assertThat(run(object, "constants")).isEqualTo(2 * 1000 + 5 * 100);
            assertThat(object.global("label").get(Codec.string(16))).isEqualTo("else");
            assertThat(object.global("settings").get(Codec.of(LoadPlanTest.Settings.class)))
                    .isEqualTo(new LoadPlanTest.Settings(5, 6));
        }
    }

    @Test
    void variablesAreReadAndWrittenWhileProgramsRun() throws IOException {
        try (BpfObject object = load("load", LoadOptions.DEFAULTS.withGlobal("step", 3))) {
            GlobalVariable counter = object.global("counter");
            TestRun.Result result = object.program("packet_length")
                    .testRun(TestRun.onPacket(PACKET).withRepeat(100));

            assertThat(result.returnValue()).isEqualTo(PACKET.length);
            assertThat(result.data().length()).isEqualTo(PACKET.length);
            assertThat(counter.get()).isEqualTo(300);
            counter.setRelease(1L << 40);
            run(object, "packet_length");
            assertThat(counter.getAcquire()).isEqualTo((1L << 40) + 3);
            assertThat(counter.getAndAdd(7)).isEqualTo((1L << 40) + 3);
            assertThat(counter.compareAndSet((1L << 40) + 10, 0)).isTrue();
            assertThat(counter.get()).isZero();
            assertThat(object.global("limit").get()).isEqualTo(-5);
            assertThat(object.global("small").get()).isEqualTo(-2);
        }
    }

    @Test
    void constantsCannotBeChangedAfterwards() throws IOException {
        try (BpfObject object = load("load", LoadOptions.DEFAULTS);
                Arena arena = Arena.ofConfined()) {
            BpfMap constants = object.map(".rodata");
            MemorySegment value = arena.allocate(constants.valueSize());

            assertThat(object.global("step").memory().isReadOnly()).isTrue();
            assertThatThrownBy(() -> object.global("step").set(2)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> constants.update(arena.allocate(4), value, UpdateMode.ANY))
                    .isInstanceOf(BpfException.class);
        }
    }

    @Test
    void aViewDoesNotOutliveItsObject() throws IOException {
        BpfObject object = load("load", LoadOptions.DEFAULTS);
        GlobalVariable counter = object.global("counter");

        object.close();

        assertThatThrownBy(counter::get).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> object.program("entry").fd()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theKernelsConfigurationReachesThePrograms() throws IOException {
        try (BpfObject object = load("load", LoadOptions.DEFAULTS)) {
            assertThat(run(object, "configuration")).isEqualTo(-4);

            String release = Files.readString(Path.of("/proc/sys/kernel/osrelease"), StandardCharsets.US_ASCII);
            Matcher version = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*", Pattern.DOTALL)
                    .matcher(release);
            assertThat(version.matches()).isTrue();
            long code = (Long.parseLong(version.group(1)) << 16)
                    + (Long.parseLong(version.group(2)) << 8)
                    + Math.min(255, Long.parseLong(version.group(3)));
            assertThat(object.global("kernel_version").get()).isEqualTo(code);
            assertThat(object.global("bpf_syscall").get()).isEqualTo(1);
            assertThat(object.global("absent_option").get()).isZero();
            assertThat(object.global("hz").get()).isIn(100L, 250L, 300L, 1000L);
        }
    }

    @Test
    void tailCallsFindTheirProgram() throws IOException {
        try (BpfObject object = load("load", LoadOptions.DEFAULTS)) {
            assertThat(run(object, "entry")).isEqualTo(42);
        }
        try (BpfObject object = load("load", LoadOptions.DEFAULTS.withDisabled("tail"))) {
            assertThat(run(object, "entry")).isEqualTo(7);
        }
    }

    @Test
    void mapsAreReachedThroughTheirReferences() throws IOException {
        try (BpfObject object = load("load", LoadOptions.DEFAULTS);
                Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(4);
            MemorySegment value = arena.allocate(8, 8);
            value.set(ValueLayout.JAVA_LONG, 0, 77);
            object.map("shared").update(key, value, UpdateMode.ANY);

            assertThat(run(object, "through_maps")).isEqualTo(77);

            MemorySegment entry = arena.allocate(16, 8);
            key.set(ValueLayout.JAVA_INT, 0, 3);
            assertThat(object.map("counts").lookup(key, entry)).isTrue();
            assertThat(entry.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
            assertThat(entry.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(2);
            MemorySegment id = arena.allocate(4);
            assertThat(object.map("outer").lookup(key, id)).isTrue();
            assertThat(id.get(ValueLayout.JAVA_INT, 0))
                    .isEqualTo(object.map("inner_b").info().id());
        }
    }

    @Test
    void aMapPinnedByNameIsSharedAndStays() throws IOException {
        int id;
        try (BpfObject first = load("load", LoadOptions.DEFAULTS);
                BpfObject second = load("load", LoadOptions.DEFAULTS)) {
            id = first.map("shared").info().id();
            assertThat(second.map("shared").info().id()).isEqualTo(id);
            assertThat(second.map("counts").info().id())
                    .isNotEqualTo(first.map("counts").info().id());
        }
        try (BpfMap pinned = BpfMap.open(pins.resolve("shared"))) {
            assertThat(pinned.info().id()).isEqualTo(id);
        }
    }

    @Test
    void aLoadThatFailsLeavesNoPinBehind() {
        assertThatThrownBy(() -> load("load", LoadOptions.DEFAULTS.withMaxEntries("counts", 0)))
                .isInstanceOf(BpfException.class)
                .hasMessageContaining("counts");

        assertThat(pins.resolve("shared")).doesNotExist();
    }

    @Test
    void aMapCanTakeThePlaceOfAnother() throws IOException {
        try (BpfObject first = load("load", LoadOptions.DEFAULTS)) {
            LoadOptions options = LoadOptions.DEFAULTS.withMap("counts", first.map("counts"));
            try (BpfObject second = load("load", options)) {
                run(second, "through_maps");
                assertThat(second.map("counts")).isSameAs(first.map("counts"));
                assertThat(second.program("through_maps").info().mapIds())
                        .contains(first.map("counts").info().id());
            }
            assertThat(first.map("counts").info().maxEntries()).as("still open").isEqualTo(64);
        }
    }

    @Test
    @RequiresKernel(since = "5.18", feature = "kernel functions, typed variables", config = "CONFIG_DEBUG_INFO_BTF")
    void externsAreThoseOfTheRunningKernel() throws IOException {
        try (BpfObject object = load("kernel", LoadOptions.DEFAULTS)) {
            assertThat(object.programs()).containsOnlyKeys("addresses", "switched", "tasks");
            object.program("addresses").testRun(TestRun.once());

            String symbol;
            try (var lines = Files.lines(Path.of("/proc/kallsyms"), StandardCharsets.ISO_8859_1)) {
                symbol = lines.filter(line -> line.endsWith(" bpf_prog_put"))
                        .findFirst()
                        .orElseThrow();
            }
            assertThat(object.global("untyped").get())
                    .isEqualTo(Long.parseUnsignedLong(symbol.substring(0, symbol.indexOf(' ')), 16));
            assertThat(object.global("missing").get()).isZero();
        }
    }

    @Test
    void theVerifierIsQuotedAndExplained() throws IOException {
        assertThatThrownBy(() -> load("refused", LoadOptions.DEFAULTS.withOnly("missing_null_check")))
                .isInstanceOfSatisfying(VerifierException.class, e -> {
                    assertThat(e.diagnostics().program()).isEqualTo("missing_null_check");
                    assertThat(e.diagnostics().errno()).isEqualTo(Errno.EACCES);
                    assertThat(e.diagnostics().source()).contains("refused.bpf.c:26");
                    assertThat(e.diagnostics().sourceLine()).isEqualTo("*value += 1;");
                    assertThat(e.diagnostics().hint()).contains("NULL");
                    assertThat(e.diagnostics().log())
                            .contains("invalid mem access")
                            .contains("processed ");
                });
        assertThatThrownBy(() -> load("refused", LoadOptions.DEFAULTS.withOnly("poisoned")))
                .isInstanceOf(VerifierException.class)
                .hasMessageContaining("CO-RE relocation of struct task_struct.no_such_member failed");
        assertThatThrownBy(() -> load("refused", LoadOptions.DEFAULTS.withOnly("missing_function")))
                .isInstanceOf(VerifierException.class)
                .hasMessageContaining("kernel function bpf_no_such_function is missing");
        assertThatThrownBy(() -> load("load", LoadOptions.DEFAULTS.withDisabledMaps("counts")))
                .isInstanceOf(VerifierException.class)
                .hasMessageContaining("map counts is not made");
    }

    @Test
    void aProgramThatIsTooLargeIsExplainedFromItsWholeLog() throws IOException {
        assertThatThrownBy(() -> load("endless", LoadOptions.DEFAULTS))
                .isInstanceOfSatisfying(VerifierException.class, e -> {
                    assertThat(e.diagnostics().errno()).isEqualTo(Errno.E2BIG);
                    assertThat(e.diagnostics().summary()).contains("1000001 instructions");
                    assertThat(e.diagnostics().log()).startsWith("0: R1=ctx()").hasSizeGreaterThan(1 << 20);
                });
    }

    @Test
    void whatIsBrokenMayBeOptional() throws IOException {
        LoadOptions options = LoadOptions.DEFAULTS
                .withOnly("good", "wrong_helper")
                .withOptional("wrong_helper")
                .withFallback("packet_bounds", "good");

        try (BpfObject object = load("refused", options)) {
            assertThat(object.programs().keySet()).containsExactly("good");
            assertThat(object.skipped())
                    .filteredOn(skipped -> skipped.name().equals("packet_bounds"))
                    .singleElement()
                    .satisfies(skipped -> assertThat(skipped.reason()).contains("packet access at offset 13"));
        }
    }

    @Test
    void functionsOfLoadedProgramsCanBeReplaced() throws IOException {
        try (BpfObject target = load("load", LoadOptions.DEFAULTS)) {
            LoadOptions options = LoadOptions.DEFAULTS
                    .withOnly("replacement")
                    .withProgramTarget("replacement", target.program("configuration"), "");
            assertThatThrownBy(() -> load(
                            "nowhere",
                            options.withProgramTarget("replacement", target.program("configuration"), "thrice")))
                    .isInstanceOf(BpfException.class)
                    .hasMessageContaining("configuration.thrice");
            try (BpfObject replacing = load("nowhere", options)) {
                assertThat(replacing.program("replacement").info().attachBtfId())
                        .isEqualTo(replacing.program("replacement").attachBtfId())
                        .isNotZero();
            } catch (SystemCallException e) {
                // A kernel whose policy denies replacing programs says so, to the probe as to the load.
                assertThat(e.errno()).isEqualTo(Errno.EPERM);
                assertThat(Features.running()
                                .programType(ProgramType.EXT.number())
                                .isSupported())
                        .isFalse();
            }
        }
    }

    @Test
    void programsThatHaveToBeAskedForAreNamed() throws IOException {
        try (BpfObject object = load("demand", LoadOptions.DEFAULTS)) {
            assertThat(object.programs()).containsOnlyKeys("usual");
            assertThatThrownBy(() -> object.program("on_demand"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("question mark");
        }
        try (BpfObject object = load("demand", LoadOptions.DEFAULTS.withEnabled("on_demand"))) {
            assertThat(run(object, "on_demand")).isEqualTo(1);
        }
    }

    @Test
    void theKernelKnowsWhatWasLoaded() throws IOException {
        LogPolicy always = LogPolicy.AFTER_FAILURE.withMoment(LogPolicy.Moment.ALWAYS);
        try (BpfObject object = load("load", LoadOptions.DEFAULTS.withLogPolicy(always))) {
            BpfProgram program = object.program("through_maps");
            ProgramInfo info = program.info();

            String shown = Command.run("bpftool", "prog", "show", "id", Integer.toString(info.id()));
            assertThat(shown)
                    .startsWith(info.id() + ": sched_cls  name through_maps  tag " + info.tag() + "  gpl")
                    .contains("xlated " + info.translatedBytes() + "B")
                    .contains("jited " + info.jitedBytes() + "B")
                    .contains("btf_id " + info.btfId());
            for (int id : info.mapIds()) {
                assertThat(shown).containsPattern("map_ids [0-9,]*\\b" + id + "\\b");
            }
            assertThat(info.mapIds()).hasSizeGreaterThanOrEqualTo(5);
            assertThat(info.licence()).isEqualTo(ProgramInfo.Licence.GPL_COMPATIBLE);
            assertThat(info.verifiedInstructions()).isPositive();
            assertThat(program.verifierLog()).contains("processed " + info.verifiedInstructions() + " insns");
            assertThat(program.translated().length() * 8L).isEqualTo(info.translatedBytes());
            assertThat(BpfProgram.ids()).contains(info.id());
            try (BpfProgram same = BpfProgram.openById(info.id())) {
                assertThat(same.name()).isEqualTo("through_maps");
                assertThat(same.info().tag()).isEqualTo(info.tag());
            }
            Path pin = pins.resolve("program");
            program.pin(pin);
            try (BpfProgram same = BpfProgram.openPinned(pin)) {
                assertThat(same.info().id()).isEqualTo(info.id());
            }
            program.unpin(pin);
            assertThat(pin).doesNotExist();
        }
    }

    @Test
    void runsAreCountedWhileStatisticsAreOn() throws IOException {
        try (BpfObject object = load("load", LoadOptions.DEFAULTS.withOnly("constants"))) {
            BpfProgram program = object.program("constants");
            try (ProgramStatistics on = ProgramStatistics.enable()) {
                assertThat(on).isNotNull();
                program.testRun(TestRun.onPacket(PACKET).withRepeat(50));
            }
            ProgramInfo info = program.info();

            assertThat(info.runCount()).isBetween(50L, 60L);
            assertThat(info.runTime()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(1));
        }
    }

    @Test
    void eachProgramIsJudgedOnItsOwn() throws IOException {
        List<EachProgram.Verdict> verdicts =
                EachProgram.judge(Fixture.spec("refused"), TargetKernel.running(), Duration.ofSeconds(60));

        assertThat(verdicts)
                .extracting(
                        EachProgram.Verdict::program,
                        verdict -> verdict.errno().map(Errno::name).orElse("loaded"))
                .containsExactlyInAnyOrder(
                        tuple("missing_null_check", "EACCES"),
                        tuple("wrong_helper", "EINVAL"),
                        tuple("packet_bounds", "EACCES"),
                        tuple("poisoned", "EINVAL"),
                        tuple("missing_function", "EINVAL"),
                        tuple("good", "loaded"));
        EachProgram.judge(Fixture.spec("load"), TargetKernel.running(), Duration.ofSeconds(60))
                .forEach(verdict ->
                        assertThat(verdict.outcome()).as("%s", verdict).isEqualTo(EachProgram.Outcome.LOADED));
        assertThat(Path.of("/sys/fs/bpf/shared"))
                .as("pins are made in a namespace of their own")
                .doesNotExist();
    }
}
