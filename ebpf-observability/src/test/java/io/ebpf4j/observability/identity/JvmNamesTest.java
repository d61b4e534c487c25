package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.ProcessRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmNamesTest {
    private final JvmNames source = new JvmNames(Subjects.CURL.pid());

    @Test
    void namesTheFarEndOfItsOwnConnectionsOnly() throws UnknownHostException {
        InetAddress address = InetAddress.getByName("198.51.100.7");
        source.learn("API.example.com", List.of(address), 5);
        source.learn("192.0.2.1", List.of(InetAddress.getByName("192.0.2.1")), 5);
        assertThat(Subjects.ask(source, Subjects.far("198.51.100.7", 443)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.identity()).isEqualTo(new NameIdentity("api.example.com"));
                    assertThat(finding.provenance()).isEqualTo(Provenance.JVM_RESOLVER);
                    assertThat(finding.learned()).isEqualTo(5);
                });
        assertThat(Subjects.ask(source, Subjects.far("192.0.2.1", 443))).isEmpty();
        Subject others = new Subject(
                Subject.Side.FAR,
                Subjects.endpoint("198.51.100.7", 443),
                ProcessRef.UNKNOWN,
                0,
                1,
                Connections.SERVER,
                78,
                1);
        assertThat(Subjects.ask(source, others)).isEmpty();
    }

    @Test
    void aJvmWhoseUserRegisteredTheResolverLearnsItsOwnNames(@TempDir Path folder)
            throws IOException, InterruptedException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(
                services.resolve("java.net.spi.InetAddressResolverProvider"), JvmResolverProvider.class.getName());
        String path = System.getProperty("java.class.path");
        assertThat(run(folder + ":" + path)).isEqualTo("before: 0, after: 1 localhost");
        assertThat(run(path)).as("being on the path alone").isEqualTo("before: 0, after: 0 ");
    }

    private static String run(String classPath) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath,
                        Resolving.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Looks a name up before and after somebody wants to know. */
    static final class Resolving {
        private Resolving() {}

        public static void main(String[] arguments) throws UnknownHostException {
            Security.setProperty("networkaddress.cache.ttl", "0"); // else the second question is not asked
            InetAddress.getAllByName("localhost");
            JvmNames names = JvmNames.ofThisJvm();
            Subject subject = new Subject(
                    Subject.Side.FAR,
                    Subjects.endpoint("127.0.0.1", 80),
                    ProcessRef.UNKNOWN,
                    0,
                    1,
                    new ProcessRef((int) ProcessHandle.current().pid(), 0, 1, "java"),
                    1,
                    System.nanoTime());
            int before = Subjects.ask(names, subject).size();
            InetAddress.getAllByName("localhost");
            List<String> after = Subjects.names(names, subject);
            System.out.print("before: " + before + ", after: " + after.size() + " " + String.join(",", after));
        }
    }
}
