package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.protocol.Completeness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFilesTest {
    @TempDir
    private Path root;

    private Path proc;
    private ProcessFiles files;

    @BeforeEach
    void directories() throws IOException {
        proc = Files.createDirectory(root.resolve("proc"));
        Path cgroups = Files.createDirectory(root.resolve("cgroup"));
        Files.createDirectories(cgroups.resolve("unified/a.slice"));
        files = new ProcessFiles(proc, cgroups);
    }

    private Path process(int pid, String name, int parent, long ticks) throws IOException {
        Path directory = Files.createDirectory(proc.resolve(Integer.toString(pid)));
        // the fields of proc_pid_stat(5) up to the start time
        String between = " 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ";
        Files.writeString(directory.resolve("stat"), pid + " (" + name + ") S " + parent + between + ticks + " 0 0\n");
        Files.writeString(directory.resolve("status"), "Name:\tx\nUid:\t1\t1000\t1\t1\n");
        Files.writeString(directory.resolve("cmdline"), "/opt/x y\0--z\0");
        Files.writeString(directory.resolve("cgroup"), "3:cpu:/b\n0::/a.slice\n");
        return directory;
    }

    @Test
    void readsWhatProcTells() throws IOException {
        process(1, "init", 0, 5);
        // a name may hold what looks like the end of it
        Path directory = process(42, "a) R (b", 1, 700);
        Files.createSymbolicLink(directory.resolve("exe"), Path.of("/opt/x y"));
        Files.createDirectory(proc.resolve("sys"));
        KnownProcess process = files.read(directory).orElseThrow();
        assertThat(process.process()).isEqualTo(new ProcessRef(42, 1000, 7_000_000_000L, "a) R (b"));
        assertThat(process.parent()).isEqualTo(new ProcessKey(1, 50_000_000));
        assertThat(process.executable()).isEqualTo("/opt/x y");
        assertThat(process.arguments()).containsExactly("/opt/x y", "--z");
        assertThat(process.cgroup())
                .isEqualTo(
                        ((Number) Files.getAttribute(root.resolve("cgroup/unified/a.slice"), "unix:ino")).longValue());
        assertThat(process.isRunning()).isTrue();
        assertThat(files.all()).extracting(one -> one.process().pid()).containsExactlyInAnyOrder(1, 42);
    }

    @Test
    void aThreadOfTheKernelHasNoProgram() throws IOException {
        Path directory = process(2, "kthreadd", 0, 0);
        Files.writeString(directory.resolve("cmdline"), "");
        KnownProcess process = files.read(directory).orElseThrow();
        assertThat(process.executable()).isEmpty();
        assertThat(process.arguments()).isEqualTo(List.of());
        assertThat(process.parent()).isEqualTo(new ProcessKey(0, 0));
    }

    @Test
    void aTableAsksForWhatEventsHaveNotToldYet() throws IOException {
        ProcessTable table = new ProcessTable(10, Duration.ofSeconds(1), files);
        process(42, "curl", 1, 700);
        ProcessRef curl = new ProcessRef(42, 0, 7_001_234_567L, "curl");
        ProcessRef before = new ProcessRef(42, 0, 6_001_234_567L, "curl");
        assertThat(table.find(curl)).isEmpty();
        assertThat(table.ask(before)).isEmpty();
        assertThat(table.ask(curl).orElseThrow().arguments()).containsExactly("/opt/x y", "--z");
        assertThat(table.find(curl)).isPresent();
    }

    @Test
    void aTableAsksAgainWhereItKnowsAnEarlierProgram() throws IOException {
        ProcessTable table = new ProcessTable(10, Duration.ofSeconds(1), files);
        ProcessRef shell = new ProcessRef(42, 0, 7_001_234_567L, "sh");
        ProcessRef curl = new ProcessRef(42, 0, 7_001_234_567L, "curl");
        ProcessKey parent = new ProcessKey(1, 1);
        table.accept(new ProcessStarted(1, 0, shell, parent, 1, 1, "/bin/sh", List.of("sh"), Completeness.WHOLE));
        assertThat(table.ask(curl).orElseThrow().executable()).isEqualTo("/bin/sh");
        process(42, "curl", 1, 700);
        assertThat(table.ask(shell).orElseThrow().executable()).isEqualTo("/bin/sh");
        assertThat(table.ask(curl).orElseThrow().arguments()).containsExactly("/opt/x y", "--z");
        // what has ended is known for good: the number may be somebody else's now
        table.accept(new ProcessExited(2, 0, shell, parent, 1, 1, 0));
        assertThat(table.ask(curl).orElseThrow().isRunning()).isFalse();
    }

    @Test
    void aProcessThatEndsMeanwhileIsLeftOut() throws IOException {
        Path directory = process(7, "gone", 1, 5);
        Files.delete(directory.resolve("cgroup"));
        assertThat(files.read(directory)).isEmpty();
        assertThat(files.all()).isEmpty();
    }
}
