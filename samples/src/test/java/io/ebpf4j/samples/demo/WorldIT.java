package io.ebpf4j.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.samples.demo.service.AccessRecord;
import io.ebpf4j.testing.RequiresKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.SYS_ADMIN},
        feature = "atomic operations in traffic-control programs")
class WorldIT {
    private static long nstat(World world, Host host, String counter) throws IOException {
        String said = Program.run("ip", "netns", "exec", world.namespace(host).name(), "nstat", "-asz", counter);
        Matcher matcher = Pattern.compile(counter + " +(\\d+)").matcher(said);
        assertThat(matcher.find()).as(said).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static long retransmitsOfOthers(World world) throws IOException {
        long sum = 0;
        for (Host host : Host.values()) {
            sum += host == Host.NOTIFICATIONS ? 0 : nstat(world, host, "TcpRetransSegs");
        }
        return sum;
    }

    /** Who asked what and was told what, whatever the order. */
    private static List<String> exchanges(List<AccessRecord> log) {
        return log.stream()
                .map(record -> String.join(
                        " ",
                        record.traceId(),
                        record.caller(),
                        record.method(),
                        record.host(),
                        record.path(),
                        Integer.toString(record.status())))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private static List<AccessRecord> askedOf(World world, String host, Host... callers) throws IOException {
        List<AccessRecord> all = new ArrayList<>();
        for (Host caller : callers) {
            all.addAll(world.asked(caller));
        }
        return all.stream().filter(record -> record.host().equals(host)).toList();
    }

    @Test
    void storiesHappenAsTold() throws IOException {
        String links = Program.run("ip", "-o", "link");
        Remains remains;
        List<Long> pids = new ArrayList<>();
        try (World world = World.create()) {
            remains = world.remains();
            world.build();
            for (Host host : Host.values()) {
                long pid = world.service(host).pid();
                pids.add(pid);
                assertThat(Files.readString(Path.of("/proc/" + pid + "/comm")))
                        .isEqualToIgnoringNewLines(host.service());
                assertThat(Files.readString(Path.of("/proc/" + pid + "/cgroup")))
                        .endsWith("/" + host.label() + "\n");
                assertThat(((Number) Files.getAttribute(Path.of("/proc/" + pid + "/ns/net"), "unix:ino")).longValue())
                        .isEqualTo(world.namespace(host).inode());
            }
            assertThat(Program.run("ip", "-o", "link"))
                    .as("links of the machine itself")
                    .isEqualTo(links);

            Story.API_ERRORS.play(world);
            assertThat(world.asked(Host.RESUMES))
                    .hasSize(48)
                    .filteredOn(record -> record.status() == 500)
                    .hasSize(36);
            assertThat(world.asked(Host.JOBPOSTING)).hasSize(40).allMatch(record -> record.status() == 200);
            assertThat(world.asked(Host.NOTIFICATIONS)).hasSize(40).allMatch(record -> record.status() == 200);
            assertThat(world.twilioLink().dropped()).isZero();
            long before = nstat(world, Host.NOTIFICATIONS, "TcpRetransSegs");

            Story.LOSSY_PATH.play(world);
            long retransmits = nstat(world, Host.NOTIFICATIONS, "TcpRetransSegs");
            assertThat(world.twilioLink().dropped()).isGreaterThan(10);
            assertThat(retransmits - before)
                    .isGreaterThanOrEqualTo(world.twilioLink().dropped());
            assertThat(world.retransmits(Host.NOTIFICATIONS)).isEqualTo(retransmits);
            assertThat(retransmitsOfOthers(world)).isZero();

            Story.SLOW_UPGRADE.play(world);
            assertThat(world.served(Host.CORE_API_V2))
                    .hasSize(70)
                    .allMatch(record -> record.latencyNanos() > Story.SLOWER_MILLIS * 1_000_000L);

            List<AccessRecord> served = new ArrayList<>(world.served(Host.CORE_API_V1));
            served.addAll(world.served(Host.CORE_API_V2));
            assertThat(exchanges(served))
                    .isEqualTo(exchanges(askedOf(world, "core-api", Host.RESUMES, Host.JOBPOSTING)));
            assertThat(exchanges(world.served(Host.TWILIO)))
                    .isEqualTo(exchanges(askedOf(world, "api.twilio.com", Host.NOTIFICATIONS)));
        }
        assertNothingLeft(remains, pids);
        assertThat(Program.run("ip", "-o", "link")).isEqualTo(links);
    }

    private static void assertNothingLeft(Remains remains, List<Long> pids) throws IOException {
        assertThat(remains.list()).isEmpty();
        // one that has ended but that nobody has waited for yet runs no program any more
        assertThat(pids).noneMatch(pid -> Files.exists(Path.of("/proc/" + pid + "/exe")));
    }

    @Test
    void whatAKilledProcessLeftIsRemovedLater() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AbandonedWorld.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Remains remains;
        List<Long> pids;
        try (BufferedReader said = process.inputReader()) {
            String folder = said.readLine();
            assertThat(folder).isNotNull();
            RunName run =
                    RunName.ofThing(Path.of(folder).getFileName().toString()).orElseThrow();
            remains = new Remains(run);
            pids = process.descendants().map(ProcessHandle::pid).toList();
            assertThat(run.isAlive()).isTrue();
            World.removeLeftovers();
            // a group, a folder, and for each host and the router a namespace; for each host files of it
            assertThat(remains.list()).as("what a living process has").hasSize(2 + 2 * Host.values().length + 1);
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(pids).hasSize(Host.values().length);
        List<Path> left = remains.list();
        assertThat(left).isNotEmpty();
        assertThat(World.removeLeftovers()).containsAll(left);
        assertNothingLeft(remains, pids);
    }

    @Test
    void aWorldThatIsClosedWhileItIsBuiltStaysClosed() throws IOException {
        World world = World.create();
        world.close();
        assertThatThrownBy(world::build).isInstanceOf(IOException.class).hasMessageContaining("ended while");
        assertThat(world.remains().list()).isEmpty();
    }
}
