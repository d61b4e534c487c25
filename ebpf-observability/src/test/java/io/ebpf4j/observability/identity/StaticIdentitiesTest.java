package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.observability.event.ProcessKey;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessStarted;
import io.ebpf4j.observability.protocol.Completeness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaticIdentitiesTest {
    private static final String FILE = """
            # the shop
            cluster = demo
            namespace = tenant-jobs

            workload.core-api.kind = Deployment
            workload.core-api.service = core-api
            workload.core-api.label.app = core-api
            workload.core-api.label.app.kubernetes.io/version = v2
            workload.core-api.address = 10.0.1.10 10.0.2.0/24 \\
                192.0.2.7:8080 [2001:db8::7]:8080
            workload.core-api.executable = /opt/core-api/bin/*

            workload.mail.workload = notifications
            workload.mail.namespace = other
            workload.mail.address = 192.0.2.0/24 2001:db8::/32
            ! ranges
            cidr.office.address = 192.0.2.0/24 198.51.100.0/24
            """;

    @TempDir
    Path folder;

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("identities.properties"), text);
    }

    private StaticIdentities open(String text) throws IOException {
        return new StaticIdentities(write(text), LocalProcesses.ofEvents());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.1.10, 80, core-api",
        "10.0.2.200, 80, core-api",
        "10.0.3.1, 80, ''",
        "192.0.2.7, 8080, 'core-api,office'",
        "192.0.2.7, 8081, 'notifications,office'",
        "2001:db8::7, 8080, core-api",
        "2001:db8::8, 8080, notifications",
        "198.51.100.4, 1, office",
    })
    void namesAnAddress(String address, int port, String names) throws IOException {
        assertThat(String.join(",", Subjects.names(open(FILE), Subjects.far(address, port))))
                .isEqualTo(names);
    }

    @Test
    void aWorkloadHasItsPartsAndThoseOfAll() throws IOException {
        Finding finding =
                Subjects.ask(open(FILE), Subjects.far("10.0.1.10", 80)).get(0);
        assertThat(finding.identity())
                .isEqualTo(new WorkloadIdentity(
                        "demo",
                        "tenant-jobs",
                        "Deployment",
                        "core-api",
                        "",
                        "core-api",
                        Map.of("app", "core-api", "app.kubernetes.io/version", "v2")));
        assertThat(finding.provenance()).isEqualTo(Provenance.STATIC_FILE);
        assertThat(finding.detail()).isEqualTo("identities.properties:9: 10.0.1.10");
        assertThat(Subjects.ask(open(FILE), Subjects.far("198.51.100.1", 80))
                        .get(0)
                        .provenance())
                .isEqualTo(Provenance.CIDR_RULE);
    }

    @Test
    void namesAProcessByItsExecutable() throws IOException {
        LocalProcesses processes = LocalProcesses.ofEvents();
        StaticIdentities source = new StaticIdentities(write(FILE), processes);
        ProcessRef server = new ProcessRef(9, 0, 50_000_000, "server");
        processes.learn(started(server, "/opt/core-api/bin/server"));
        ProcessRef other = new ProcessRef(10, 0, 60_000_000, "other");
        processes.learn(started(other, "/opt/core-api/bin/tool/server"));

        assertThat(Subjects.names(source, Subjects.near(server, 0))).containsExactly("core-api");
        assertThat(Subjects.names(source, Subjects.near(other, 0))).isEmpty();
    }

    private static ProcessStarted started(ProcessRef process, String executable) {
        return new ProcessStarted(1, 0, process, new ProcessKey(1, 0), 0, 0, executable, List.of(), Completeness.WHOLE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "workload.a.address = 10.0.0.1\\nworklod.b.address = 1.2.3.4 | 2 | worklod.b.address | not known",
                "workload.a.kind = Job | 1 | workload.a.kind | nothing recognises",
                "\\n\\nworkload.a.address = localhost | 3 | workload.a.address | no address or range",
                "workload.a.address = 10.0.0.1:70000 | 1 | workload.a.address | no port: 70000",
                "workload.a.address = [::1] | 1 | workload.a.address | no port behind [::1]",
                "workload.a.address = 10.0.0.0/33 | 1 | workload.a.address | no prefix of 33",
                "workload.a.cgroup = /a[ | 1 | workload.a.cgroup | no glob",
                "workload.a.adress = 10.0.0.1 | 1 | workload.a.adress | no part of a workload",
                "workload.a.address = 10.0.0.1\\nworkload.a.address = 10.0.0.2 | 2 | workload.a.address | given before, in line 1",
                "workload.a.address = 10.0.0.1\\nworkload.b.address = 10.0.0.1 | 2 | workload.b.address | another workload's already",
                "cidr.a.address = | 1 | cidr.a.address | nothing is given",
                "cidr.a = 10.0.0.0/8 | 1 | cidr.a | not of the form",
                "workload.a.unit = \\\\u12 | 1 | '' | Malformed",
            })
    void whatIsNotUnderstoodIsNamedByFileLineAndKey(String text, int line, String key, String reason) {
        assertThatThrownBy(() -> open(text.replace("\\n", "\n").replace("\\\\", "\\")))
                .isInstanceOfSatisfying(IdentityFileException.class, e -> {
                    assertThat(e.file()).isEqualTo(folder.resolve("identities.properties"));
                    assertThat(e.line()).isEqualTo(line);
                    assertThat(e.key()).isEqualTo(key);
                    assertThat(e).hasMessageContaining(reason).hasMessageContaining("identities.properties:" + line);
                });
    }

    @Test
    void aFileThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> new StaticIdentities(folder.resolve("none"), LocalProcesses.ofEvents()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none");
    }

    @Test
    void aChangedFileIsReadAgainAndABrokenOneLeavesTheNames() throws IOException {
        StaticIdentities source = open(FILE);
        Subject subject = Subjects.far("10.0.1.10", 80);
        long revision = source.revision(subject);
        source.refresh(1);
        assertThat(source.revision(subject)).isEqualTo(revision);

        write("workload.renamed.address = 10.0.1.10");
        source.refresh(2);
        assertThat(Subjects.names(source, subject)).containsExactly("renamed");
        assertThat(source.revision(subject)).isNotEqualTo(revision);
        assertThat(source.problem()).isEmpty();

        Path file = write("workload.broken.address = nobody");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        source.refresh(3);
        assertThat(Subjects.names(source, subject)).containsExactly("renamed");
        assertThat(source.problem()).hasValueSatisfying(e -> assertThat(e).hasMessageContaining("broken"));

        Files.delete(file);
        source.refresh(4);
        assertThat(Subjects.names(source, subject)).containsExactly("renamed");
        assertThat(source.problem()).hasValueSatisfying(e -> assertThat(e).isInstanceOf(UncheckedIOException.class));
    }
}
