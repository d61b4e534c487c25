package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.KnownProcess;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessForked;
import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessStarted;
import io.ebpf4j.observability.event.ProcessTable;
import io.ebpf4j.observability.event.ProcessType;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes; what is expected is what the shell that starts them says of them, and /proc. */
@RequiresKernel(
        since = "5.11",
        capability = {Capability.BPF, Capability.PERFMON},
        feature = "bpf_get_current_task_btf")
class ProcessProbeIT {
    private static final int RUNS = 1_000;
    private static final int SIGKILL = 9;
    private static final String TRUE = real("/bin/true");

    private final List<ProcessEvent> events = new ArrayList<>();
    private final ProcessTable table = new ProcessTable();
    private ProcessProbe probe;
    private DrainedProbe drained;

    @BeforeEach
    void start() {
        probe = ProcessProbe.open(ProcessProbeOptions.DEFAULTS, view -> {
            events.add(view.toEvent());
            table.accept(view.toEvent());
        });
        drained = new DrainedProbe(probe);
        table.seed();
    }

    @AfterEach
    void stop() {
        drained.close();
    }

    /** What realpath(1) says. */
    private static String real(String path) {
        return TestNetwork.run("realpath", path).strip();
    }

    private <T extends ProcessEvent> T await(Class<T> kind, Predicate<T> wanted) {
        T found =
                drained.await(() -> of(kind).stream().filter(wanted).findFirst().orElse(null));
        if (found == null) {
            throw new AssertionError("no such " + kind.getSimpleName() + " among " + of(kind) + "; " + probe.records());
        }
        return found;
    }

    private <T extends ProcessEvent> List<T> of(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static Process shell(String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void ofAThousandShortLivedProgramsNoneIsMissed() throws IOException {
        Process shell =
                shell("i=0; while [ $i -lt " + RUNS + " ]; do /bin/true number $i & echo $!; wait; i=$((i+1)); done");
        int parent = (int) shell.pid();
        List<Integer> pids =
                TestNetwork.output(shell, "sh").lines().map(Integer::valueOf).toList();
        await(ProcessExited.class, event -> event.process().pid() == parent);

        List<ProcessStarted> started = of(ProcessStarted.class).stream()
                .filter(event ->
                        event.executable().equals(TRUE) && event.parent().pid() == parent)
                .toList();
        assertThat(started).hasSize(RUNS);
        Map<ProcessKey, ProcessForked> forked = byKey(of(ProcessForked.class));
        Map<ProcessKey, ProcessExited> exited = byKey(of(ProcessExited.class));
        for (int i = 0; i < RUNS; i++) {
            ProcessStarted event = started.get(i);
            assertThat(event.process().pid()).isEqualTo(pids.get(i));
            assertThat(event.arguments()).containsExactly("/bin/true", "number", Integer.toString(i));
            assertThat(event.completeness()).isEqualTo(Completeness.WHOLE);
            assertThat(event.process().comm()).isEqualTo("true");
            assertThat(event.process().uid()).isZero();
            ProcessKey key = event.process().key();
            assertThat(forked.get(key).parent()).isEqualTo(event.parent());
            ProcessExited end = exited.get(key);
            assertThat(end.status()).isZero();
            assertThat(forked.get(key).timestamp()).isLessThan(event.timestamp());
            assertThat(event.timestamp()).isLessThan(end.timestamp());
            // it is gone, and yet has its name
            KnownProcess known = table.find(event.process()).orElseThrow();
            assertThat(known.executable()).isEqualTo(TRUE);
            assertThat(known.arguments()).isEqualTo(event.arguments());
            assertThat(known.isRunning()).isFalse();
        }
        assertThat(started).extracting(event -> event.process().key()).doesNotHaveDuplicates();
        for (ProcessType type : ProcessType.values()) {
            assertThat(probe.records().get(type).lost()).as("%s", type).isZero();
        }
        assertThat(probe.reader().rejected()).isZero();
        assertThat(probe.missedRuns()).isZero();
    }

    private static <T extends ProcessEvent> Map<ProcessKey, T> byKey(List<T> events) {
        return events.stream()
                .collect(Collectors.toMap(event -> event.process().key(), Function.identity(), (first, second) -> {
                    throw new AssertionError("twice: " + first + " and " + second);
                }));
    }

    @Test
    void aPathIsResolvedAndAScriptIsItsInterpreters(@TempDir Path directory) throws IOException {
        String deep = "d".repeat(100);
        Path far = Files.createDirectories(directory.resolve(deep).resolve(deep).resolve(deep));
        Files.copy(Path.of(TRUE), far.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createSymbolicLink(directory.resolve("link"), far.resolve("copy"));
        Path script = directory.resolve("script");
        Files.writeString(script, "#!/bin/sh\n:\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        String root = directory.toRealPath().toString();
        TestNetwork.output(shell("cd \"$1\" && ../\"$(basename \"$1\")\"/link relative; ./script; :", root), "sh");
        ProcessStarted linked =
                await(ProcessStarted.class, event -> event.arguments().contains("relative"));
        String path = far.toRealPath().resolve("copy").toString();
        assertThat(linked.executable()).hasSizeLessThanOrEqualTo(255).endsWith("/" + deep + "/copy");
        assertThat(path).endsWith("/" + linked.executable());
        ProcessStarted scripted =
                await(ProcessStarted.class, event -> event.arguments().contains("./script"));
        assertThat(scripted.executable()).isEqualTo(real("/bin/sh"));
    }

    @Test
    void aPathGoesOnAboveAMountPoint(@TempDir Path directory) throws IOException {
        Path mounted = Files.createDirectory(directory.resolve("mounted"));
        TestNetwork.run("mount", "-t", "tmpfs", "none", mounted.toString());
        try {
            Path copy = Files.createDirectory(mounted.resolve("below")).resolve("copy");
            Files.copy(Path.of(TRUE), copy, StandardCopyOption.COPY_ATTRIBUTES);
            TestNetwork.run(copy.toString(), "over a mount point");
            ProcessStarted started =
                    await(ProcessStarted.class, event -> event.arguments().contains("over a mount point"));
            assertThat(started.executable()).isEqualTo(copy.toRealPath().toString());
            // another root directory: the path is the process's own
            TestNetwork.output(
                    shell("cp -L --parents $(ldd \"$1\" | grep -o '/[^ ]*') \"$2\"", TRUE, mounted.toString()), "cp");
            TestNetwork.run("chroot", mounted.toString(), "/below/copy", "inside");
            ProcessStarted inside =
                    await(ProcessStarted.class, event -> event.arguments().equals(List.of("/below/copy", "inside")));
            assertThat(inside.executable()).isEqualTo("/below/copy");
        } finally {
            TestNetwork.run("umount", "-l", mounted.toString());
        }
    }

    @Test
    void tellsHowItEnded() throws IOException {
        Process seven = shell("exit 7");
        Process killed = shell("kill -9 $$");
        ProcessExited byItself =
                await(ProcessExited.class, event -> event.process().pid() == seven.pid());
        assertThat(byItself.exitCode()).isEqualTo(7);
        assertThat(byItself.signal()).isZero();
        ProcessExited bySignal =
                await(ProcessExited.class, event -> event.process().pid() == killed.pid());
        assertThat(bySignal.signal()).isEqualTo(SIGKILL);
        assertThat(bySignal.exitCode()).isZero();
    }

    @Test
    void threadsAreNoProcesses() throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(java.toString(), "-version")
                .redirectErrorStream(true)
                .start();
        String said = TestNetwork.output(process, "java"); // a dozen threads at least
        assertThat(said).contains("build");
        await(ProcessExited.class, event -> event.process().pid() == process.pid());
        assertThat(of(ProcessForked.class))
                .filteredOn(event -> event.process().pid() == process.pid())
                .hasSize(1);
        assertThat(of(ProcessForked.class))
                .filteredOn(event -> event.parent().pid() == process.pid())
                .isEmpty();
        drained.drain();
        assertThat(of(ProcessExited.class))
                .filteredOn(event -> event.process().pid() == process.pid())
                .hasSize(1);
    }

    @Test
    void argumentsAreBoundedAndSaidToBe() throws IOException {
        Process process = new ProcessBuilder("/bin/true", "a".repeat(300), "b".repeat(300)).start();
        ProcessStarted started = await(
                ProcessStarted.class,
                event -> event.process().pid() == process.pid()
                        && event.executable().equals(TRUE));
        assertThat(started.completeness()).isEqualTo(Completeness.CUT);
        // 512 bytes hold the name, the first one and what then is left, each but the last with its zero
        assertThat(started.arguments()).containsExactly("/bin/true", "a".repeat(300), "b".repeat(512 - 10 - 301));
    }

    @Test
    void aProcessIsNamedAsProcNamesIt() throws IOException {
        Process process = new ProcessBuilder("/bin/sleep", "30").start();
        try {
            ProcessStarted started = await(
                    ProcessStarted.class,
                    event -> event.process().pid() == process.pid()
                            && event.executable().equals(real("/bin/sleep")));
            ProcessRef ref = started.process();
            // the start time is /proc's, else it would be taken for another process
            assertThat(ref.executable()).contains(Path.of("/bin/sleep").toRealPath());
            assertThat(started.parent().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            ProcessTable seeded = new ProcessTable();
            seeded.seed();
            KnownProcess known = seeded.find(ref).orElseThrow();
            assertThat(known.arguments()).containsExactly("/bin/sleep", "30");
            assertThat(known.cgroup()).isEqualTo(started.cgroup());
            assertThat(known.parent().pid()).isEqualTo(started.parent().pid());
            assertThat(seeded.find(started.parent()).orElseThrow().executable()).endsWith("java");
            long netns = ((Number)
                            Files.getAttribute(Path.of("/proc", Long.toString(process.pid()), "ns/net"), "unix:ino"))
                    .longValue();
            assertThat(started.networkNamespace()).isEqualTo(netns);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void theCgroupIsItsFoldersInode() throws IOException {
        Path unified = Path.of("/sys/fs/cgroup/unified");
        Path cgroup = (Files.isDirectory(unified) ? unified : Path.of("/sys/fs/cgroup"))
                .resolve("e4j-" + ProcessHandle.current().pid());
        Files.createDirectory(cgroup);
        try {
            Process process = shell("echo $$ > \"$1/cgroup.procs\" && exec /bin/true in it", cgroup.toString());
            assertThat(TestNetwork.output(process, "sh")).isEmpty();
            ProcessStarted started = await(
                    ProcessStarted.class,
                    event -> event.process().pid() == process.pid()
                            && event.arguments().equals(List.of("/bin/true", "in", "it")));
            assertThat(started.cgroup()).isEqualTo(((Number) Files.getAttribute(cgroup, "unix:ino")).longValue());
        } finally {
            Files.delete(cgroup);
        }
    }

    @Test
    void whatFindsTheRingFullIsCounted() throws IOException {
        List<ProcessType> told = new ArrayList<>();
        try (ProcessProbe small = ProcessProbe.open(
                        ProcessProbeOptions.DEFAULTS.withRingBytes(4096), view -> told.add(view.type()));
                DrainedProbe reader = new DrainedProbe(small)) {
            String said = TestNetwork.output(shell("for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done"), "sh");
            assertThat(said.getBytes(StandardCharsets.UTF_8)).isEmpty();
            reader.drain();
            Map<ProcessType, LossLedger.Counts> counts = small.records();
            assertThat(counts.get(ProcessType.STARTED).lost()).isPositive();
            for (ProcessType type : ProcessType.values()) {
                LossLedger.Counts of = counts.get(type);
                long delivered = told.stream().filter(type::equals).count();
                assertThat(of.delivered()).as("%s", type).isEqualTo(delivered);
            }
        }
    }
}
