package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessStarted;
import io.ebpf4j.observability.event.ProcessTable;
import io.ebpf4j.observability.protocol.Completeness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessesTest {
    private static final String ID = "3fa9b4f5f7b0c8e1d2a3948576abcdef00112233445566778899aabbccddeeff";
    private static final ProcessRef JOB = new ProcessRef(2_000_000_000, 0, 50_000_000, "job"); // no such number exists
    private static final long SECOND = 1_000_000_000;

    @TempDir
    Path root;

    private LocalProcesses processes() {
        return new LocalProcesses(
                new ProcessTable(16, Duration.ofSeconds(10)),
                new CgroupFolders(Optional.of(root)),
                Optional.empty(),
                false);
    }

    private static ProcessStarted started(ProcessRef process, String executable) {
        return new ProcessStarted(
                SECOND, 0, process, new ProcessKey(1, 0), 0, 0, executable, List.of(), Completeness.WHOLE);
    }

    @Test
    void aContainerAndAUnitAreNamedByTheCgroup() throws IOException {
        Path container = Files.createDirectories(root.resolve("system.slice/docker-" + ID + ".scope"));
        Path unit = Files.createDirectories(root.resolve("system.slice/nginx.service"));
        LocalProcesses processes = processes();
        CgroupIdentities containers = new CgroupIdentities(processes);
        ProcessIdentities programs = new ProcessIdentities(processes);
        Subject within = Subjects.near(JOB, (Long) Files.getAttribute(container, "unix:ino"));
        Subject nginx = Subjects.near(ProcessRef.UNKNOWN, (Long) Files.getAttribute(unit, "unix:ino"));

        assertThat(Subjects.ask(containers, within)).singleElement().satisfies(finding -> {
            assertThat(finding.identity()).isEqualTo(new ContainerIdentity("docker", ID, ""));
            assertThat(finding.provenance()).isEqualTo(Provenance.CGROUP);
            assertThat(finding.detail()).isEqualTo("cgroup /system.slice/docker-" + ID + ".scope");
        });
        assertThat(Subjects.ask(containers, nginx)).isEmpty();
        assertThat(Subjects.ask(programs, nginx)).singleElement().satisfies(finding -> {
            assertThat(finding.identity()).isEqualTo(new ProcessIdentity("nginx.service", ""));
            assertThat(finding.provenance()).isEqualTo(Provenance.PROCESS);
        });
        assertThat(Subjects.ask(containers, Subjects.far("10.0.0.1", 80))).isEmpty();
        assertThat(Subjects.ask(programs, Subjects.far("10.0.0.1", 80))).isEmpty();
    }

    @Test
    void aPodIsKnownByItsCgroup() throws IOException {
        Path pod = Files.createDirectories(
                root.resolve("kubepods.slice/kubepods-pod2b1f8a4c_9d3e_4f6a_8b7c_1a2b3c4d5e6f.slice/cri-containerd-"
                        + ID + ".scope"));
        LocalProcesses processes = processes();
        Subject subject = Subjects.near(JOB, (Long) Files.getAttribute(pod, "unix:ino"));
        assertThat(processes.pod(subject)).isEqualTo("2b1f8a4c-9d3e-4f6a-8b7c-1a2b3c4d5e6f");
        assertThat(processes.container(subject)).isEqualTo(ID);
        assertThat(processes.pod(Subjects.far("10.0.0.1", 80))).isEmpty();
    }

    @Test
    void aShortLivedProcessIsNamedAfterItsEndForAGraceTime() {
        LocalProcesses processes = processes();
        ProcessIdentities source = new ProcessIdentities(processes);
        Subject subject = Subjects.near(JOB, 0);
        assertThat(Subjects.ask(source, subject).get(0).identity())
                .as("by what the kernel calls it, while nothing more is known")
                .isEqualTo(new ProcessIdentity("", "job"));
        long revision = source.revision(subject);

        source.learn(started(JOB, "/opt/jobs/nightly"));
        assertThat(source.revision(subject)).isNotEqualTo(revision);
        source.learn(new ProcessExited(2 * SECOND, 0, JOB, new ProcessKey(1, 0), 0, 0, 0));
        source.refresh(3 * SECOND);
        assertThat(Subjects.ask(source, subject).get(0).identity())
                .isEqualTo(new ProcessIdentity("", "/opt/jobs/nightly"));
        source.refresh(13 * SECOND);
        assertThat(Subjects.ask(source, subject).get(0).identity()).isEqualTo(new ProcessIdentity("", "job"));
    }

    @Test
    void aProcessThatIsGoneIsFoundWhenAnEventTellsOfIt() {
        LocalProcesses processes =
                new LocalProcesses(new ProcessTable(), new CgroupFolders(Optional.empty()), Optional.of(root), false);
        Subject subject = Subjects.near(JOB, 0);
        assertThat(processes.of(subject).executable()).isEmpty();
        assertThat(processes.of(subject).executable()).isEmpty();
        processes.learn(started(JOB, "/opt/jobs/nightly"));
        assertThat(processes.of(subject).executable()).isEqualTo("/opt/jobs/nightly");
    }

    @Test
    void thisProcessIsFoundInProc() throws IOException {
        LocalProcesses processes = LocalProcesses.ofThisHost();
        // its start as /proc tells it, in hundredths of a second
        String stat = Files.readString(Path.of("/proc/self/stat"));
        long start = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]) * 10_000_000;
        ProcessRef self = new ProcessRef((int) ProcessHandle.current().pid(), 0, start, "java");
        assertThat(processes.of(Subjects.near(self, 0)).executable())
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/exe")).toString());
        assertThat(processes.of(Subjects.near(self, 0)).cgroup())
                .isEqualTo(CgroupPath.ofProcess(Files.readAllLines(Path.of("/proc/self/cgroup"))));
    }
}
