package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.ebpf4j.kernel.Capability;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@RequiresKernel(
        since = "5.12",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "socket cookies in tp_btf programs")
class CommandLineIT {
    @TempDir
    private Path folder;

    private Path object;

    /** What a command printed and how it ended. */
    private record Ran(int status, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    @BeforeEach
    void copyTheBundledObject() throws IOException {
        object = folder.resolve("tcp.bpf.o");
        try (InputStream stream = CommandLineIT.class.getResourceAsStream("/io/ebpf4j/observability/probe/tcp.bpf.o")) {
            Files.copy(stream, object);
        }
    }

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Ebpf4j.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Ran(line.execute(arguments), out.toString(), err.toString());
    }

    @Test
    void loadSaysOfEachProgramAndOfTheObjectWhatBecameOfIt() {
        Ran ran = run("object", "load", "--each", "--json", object.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.lines())
                .contains("{\"file\":\"" + object + "\",\"program\":\"tcp_state\","
                        + "\"section\":\"tp_btf/inet_sock_set_state\",\"type\":\"tracing\",\"outcome\":\"loaded\","
                        + "\"errno\":null,\"reason\":null}");
        int programs = ran.lines().size() - 1;
        assertThat(ran.lines().getLast())
                .isEqualTo("{\"file\":\"" + object + "\",\"outcome\":\"object\",\"loaded\":" + programs
                        + ",\"skipped\":0,\"refused\":0}");
    }

    @Test
    void loadTellsAnUnreadableFileAndGoesOn() throws IOException {
        Path rubbish = Files.write(folder.resolve("rubbish.o"), new byte[] {1, 2, 3});
        Ran ran = run("object", "load", "--json", rubbish.toString(), object.toString());
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.lines().getFirst()).contains("rubbish.o").contains("\"outcome\":\"unreadable\"");
        assertThat(ran.lines().getLast()).contains("\"outcome\":\"object\"").contains("\"refused\":0");
    }

    @Test
    void planExplainsEveryRelocation() {
        Ran ran = run("object", "plan", object.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains("tcp_state: tracing in tp_btf/inet_sock_set_state")
                .contains("relocations of tcp_state:")
                .contains("struct tcp_sock.bytes_acked")
                .contains("CAP_BPF for loading programs");
        assertThat(run("object", "plan", "--json", object.toString()).lines())
                .singleElement()
                .asString()
                .startsWith("{\"file\":")
                .contains("\"outcome\":\"resolved\"");
    }

    @Test
    void planFitsToTypesOfAFile() {
        Ran ran = run("object", "plan", "--btf", "/sys/kernel/btf/vmlinux", object.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("struct tcp_sock.bytes_acked");
    }

    @Test
    void inspectNeedsNoKernel() {
        Ran ran = run("object", "inspect", object.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains("Dual BSD/GPL")
                .contains("ringbuf events")
                .contains("only_netns in .rodata");
        assertThat(run("object", "inspect", "--json", object.toString()).lines())
                .hasSize(1);
    }

    @Test
    void aMissingFileIsSaidInOneLine() {
        Ran ran = run("object", "inspect", "/nowhere.o");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).isEqualToIgnoringNewLines("ebpf4j: /nowhere.o: no such file");
    }

    @Test
    void doctorFindsThatObserveWorksWhereThisTestDoes() {
        Ran ran = run("doctor", "--json");
        assertThat(ran.lines())
                .contains("{\"check\":\"ebpf4j observe\",\"state\":\"ok\",\"detail\":\"works here\",\"advice\":[]}");
        assertThat(run("doctor").out()).contains("Linux ");
    }

    @Test
    void observeStopsAfterWhatItWasAskedFor() throws Exception {
        CompletableFuture<Ran> observing =
                CompletableFuture.supplyAsync(() -> run("observe", "--json", "--count", "1", "--duration", "60"));
        while (!observing.isDone()) {
            refused();
        }
        Ran ran = observing.get(60, TimeUnit.SECONDS);
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.lines())
                .singleElement()
                .asString()
                .startsWith("{\"time\":\"")
                .contains("\"monotonic_ns\":");
        assertThat(ran.err()).contains("records, ");
    }

    @Test
    void whatWasRecordedIsReplayedThroughFilters() throws Exception {
        Path recording = folder.resolve("recording");
        CompletableFuture<Ran> recorded =
                CompletableFuture.supplyAsync(() -> run("record", recording.toString(), "--duration", "3"));
        while (!recorded.isDone()) {
            refused();
        }
        assertThat(recorded.get(60, TimeUnit.SECONDS).status())
                .as(recorded.get().err())
                .isZero();
        Ran replayed = run("replay", "--json", "--port", "1", "--direction", "client", recording.toString());
        assertThat(replayed.status()).as(replayed.err()).isZero();
        assertThat(replayed.lines())
                .isNotEmpty()
                .allMatch(line -> line.contains("\"port\":1}") && line.contains("\"direction\":\"client\"")
                        || line.contains("\"event\":\"lost\""))
                .anyMatch(line -> line.contains("\"event\":\"failed\"") && line.contains("ECONNREFUSED"));
        assertThat(run("replay", "--address", "nonsense", recording.toString()).status())
                .isEqualTo(2);
        Files.write(recording, new byte[] {1, 2, 3});
        assertThat(run("replay", recording.toString()).err()).contains("the file was cut");
    }

    /** A server that answers what it is asked, until closed. */
    private static HttpServer server() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** Of a process of its own: what the agent's own process says is left out. */
    private static void ask(HttpServer server) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(
                                "curl",
                                "-s",
                                "http://127.0.0.1:" + server.getAddress().getPort() + "/")
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void mapAndTopShowWhoTalkedToWhom() throws Exception {
        HttpServer server = server();
        try {
            CompletableFuture<Ran> mapping =
                    CompletableFuture.supplyAsync(() -> run("map", "--form", "json", "--duration", "4"));
            while (!mapping.isDone()) {
                ask(server);
            }
            Ran map = mapping.get(60, TimeUnit.SECONDS);
            assertThat(map.status()).as(map.err()).isZero();
            assertThat(map.out()).contains("\"nodes\":[").contains("\"name\":\"curl\"");
            CompletableFuture<Ran> table =
                    CompletableFuture.supplyAsync(() -> run("top", "--once", "--json", "--interval", "3"));
            while (!table.isDone()) {
                ask(server);
            }
            Ran top = table.get(60, TimeUnit.SECONDS);
            assertThat(top.status()).as(top.err()).isZero();
            assertThat(top.lines())
                    .anyMatch(line -> line.contains("\"source\":\"curl\"")
                            && line.contains("\"requests_per_second\":")
                            && !line.contains("\"requests_per_second\":0.0"));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theNodeAgentWritesFlowsAndTheMap() throws Exception {
        Path flows = folder.resolve("flows.jsonl");
        Path map = folder.resolve("map.html");
        HttpServer server = server();
        try {
            int port = server.getAddress().getPort();
            CompletableFuture<Ran> observing = CompletableFuture.supplyAsync(() -> run(
                    "observe",
                    "--flow-log",
                    flows.toString(),
                    "--flow-filter",
                    "to-port=" + port,
                    "--flow-filter",
                    "protocol=http",
                    "--map",
                    map.toString(),
                    "--metrics-port",
                    "0",
                    "--duration",
                    "4"));
            while (!observing.isDone()) {
                ask(server);
            }
            Ran ran = observing.get(60, TimeUnit.SECONDS);
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.err()).contains("metrics at http://127.0.0.1:");
            assertThat(ran.out()).isEmpty();
            List<String> lines = Files.readAllLines(flows).stream()
                    .filter(line -> !line.startsWith("{\"lost_events\""))
                    .toList();
            assertThat(lines).isNotEmpty().allMatch(line -> line.contains("\"destination_port\":" + port));
            // The request that was under way when the watch ended is told without its answer, once for each end.
            assertThat(lines.stream().filter(line -> !line.contains("\"code\":204")))
                    .hasSizeLessThanOrEqualTo(2)
                    .allMatch(line -> line.contains("\"response_bytes\":0"));
            assertThat(lines).anyMatch(line -> line.contains("\"code\":204"));
            assertThat(map).content().startsWith("<!DOCTYPE html>").contains("curl");
            assertThat(folder.resolve("map.html.new")).doesNotExist();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatTheAgentCannotDoIsSaidBeforeItBegins() throws Exception {
        assertThat(run("observe", "--cidr", "office", "--map", "x.html").status())
                .isEqualTo(2);
        assertThat(run("observe", "--contexts", "sourceContext=pods", "--map", "x.html")
                        .err())
                .contains("there are identity, namespace");
        Ran ending = run("observe", "--map", folder.resolve("map.pdf").toString());
        assertThat(ending.status()).isEqualTo(1);
        assertThat(ending.err()).contains("ends in .html, .dot, .mmd, .json or .txt");
        Ran filter = run("observe", "--flow-log", "-", "--flow-filter", "uuid=1");
        assertThat(filter.status()).isEqualTo(2);
        assertThat(filter.err()).contains("--uuid cannot be asked for");
        Path names = Files.writeString(folder.resolve("names.properties"), "workload.cart.colour = red\n");
        Ran named = run("map", "--identities", names.toString(), "--duration", "1");
        assertThat(named.status()).isEqualTo(1);
        assertThat(named.err()).contains("ebpf4j: ").contains("colour").doesNotContain("\tat ");
    }

    private static void refused() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        } catch (ConnectException expected) {
            assertThat(expected).isNotNull();
        }
    }
}
