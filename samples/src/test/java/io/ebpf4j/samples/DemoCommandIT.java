package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.link.CgroupMount;
import io.ebpf4j.testing.RequiresKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "HTTP bytes of other processes")
class DemoCommandIT {
    private static final List<Path> PLACES = List.of(Path.of("/run"), Path.of("/run/netns"), Path.of("/etc/netns"));

    /** What the demo of a process made, and has not removed. */
    private static List<String> things(long pid) throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> places = new ArrayList<>(PLACES);
        places.add(CgroupMount.require());
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> things = Files.list(place)) {
                    things.map(Path::toString)
                            .filter(thing -> thing.contains("ebpf4j-demo-" + pid + "-"))
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    @Test
    void threeStoriesHaveTheirVerdicts(@TempDir Path folder) throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Path map = folder.resolve("map.html");
        int status = Ebpf4j.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute("demo", "--check", "--json", "--map", map.toString());
        assertThat(status).as(out + "\n" + err).isZero();
        assertThat(out.toString().lines())
                .hasSize(4)
                .allMatch(line -> line.endsWith("\"holds\":true}"))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"destination\":\"core-api\",\"fault\":\"api_error\",\"side\":\"server\""),
                        line -> assertThat(line)
                                .contains(
                                        "\"destination\":\"api.twilio.com\",\"fault\":\"transport_loss\",\"side\":\"network\""),
                        line -> assertThat(line)
                                .contains("\"destination\":\"core-api\",\"fault\":\"api_slow\",\"side\":\"server\""),
                        line -> assertThat(line).startsWith("{\"story\":null,\"claims\":[{"));
        assertThat(map).content().contains("core-api", "api.twilio.com");
        assertThat(things(ProcessHandle.current().pid())).isEmpty();
    }

    @Test
    void whatWasBuiltGoesWithCtrlC() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Ebpf4j.class.getName(),
                        "demo")
                .start();
        try (BufferedReader said = process.errorReader()) {
            String line = said.readLine();
            while (line != null && !line.contains("ordinary day")) {
                line = said.readLine();
            }
            assertThat(line).as("it began to play").isNotNull();
            assertThat(things(process.pid())).isNotEmpty();
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(said.lines()).noneMatch(rest -> rest.contains("could be removed"));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(things(process.pid())).isEmpty();
    }

    @Test
    void cleaningFindsNothingWhereNothingWasLeft() {
        StringWriter err = new StringWriter();
        int status = Ebpf4j.commandLine().setErr(new PrintWriter(err)).execute("demo", "--clean");
        assertThat(status).isZero();
        assertThat(err.toString()).startsWith("demo: ");
    }
}
