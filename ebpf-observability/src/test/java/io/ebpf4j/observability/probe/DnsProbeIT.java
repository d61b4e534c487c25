package io.ebpf4j.observability.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOptions;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsRetry;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.KnownProcess;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.ProcessExited;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.ProcessTable;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import io.ebpf4j.testing.RequiresKernel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A dnsmasq in a namespace of its own, asked by dig, getent and curl; what they say is what is expected. */
@RequiresKernel(
        since = "6.3",
        capability = {Capability.BPF, Capability.PERFMON, Capability.SYS_ADMIN, Capability.NET_ADMIN},
        feature = "sock_send_length and sock_recv_length")
class DnsProbeIT {
    private static final int A = 1;
    private static final int TXT = 16;
    private static final int AAAA = 28;
    private static final int ECONNREFUSED = 111;
    private static final Pattern QUERY_TIME = Pattern.compile(";; Query time: (\\d+) usec");
    private static final Pattern ID = Pattern.compile(", id: (\\d+)");

    private final List<DnsTransaction> transactions = new ArrayList<>();
    private TestNetwork network;
    private DnsServer server;
    private DnsProbe probe;
    private DrainedProbe drained;

    @BeforeEach
    void start() {
        network = new TestNetwork();
        server = new DnsServer(network);
        probe = DnsProbe.open(
                DnsProbeOptions.DEFAULTS
                        .withNetworkNamespace(network.inode())
                        .withTransactions(DnsOptions.DEFAULTS.withTimeout(Duration.ofSeconds(2))),
                transactions::add);
        drained = new DrainedProbe(probe);
    }

    @AfterEach
    void stop() {
        // also where the start failed half-way: the namespace must go
        if (drained != null) {
            drained.close();
        }
        if (server != null) {
            server.close();
        }
        if (network != null) {
            network.close();
        }
    }

    private DnsTransaction await(Predicate<DnsTransaction> wanted) {
        DnsTransaction found = drained.await(
                () -> transactions.stream().filter(wanted).findFirst().orElse(null));
        if (found == null) {
            throw new AssertionError("no such transaction among " + transactions.size() + ", of which the last are "
                    + transactions.reversed().stream().limit(10).toList() + "; "
                    + probe.reader().counts() + probe.records());
        }
        return found;
    }

    private DnsTransaction await(Direction direction, String name, int type) {
        return await(transaction -> transaction.connection().direction() == direction
                && transaction.name().equals(name)
                && transaction.type() == type);
    }

    /** What dig says, and who it was. */
    private record Dig(long pid, String said) {
        int id() {
            return (int) number(ID);
        }

        Duration queryTime() {
            return Duration.ofNanos(1_000 * number(QUERY_TIME));
        }

        private long number(Pattern pattern) {
            Matcher matcher = pattern.matcher(said);
            assertThat(matcher.find()).as(said).isTrue();
            return Long.parseLong(matcher.group(1));
        }
    }

    private Dig dig(String... arguments) {
        List<String> command = new ArrayList<>(List.of("dig", "-u", "@127.0.0.1"));
        command.addAll(List.of(arguments));
        Process process = network.start(command.toArray(String[]::new));
        return new Dig(process.pid(), TestNetwork.output(process, "dig"));
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    @Test
    void bothEndsOfAQuestionAreToldWithTheirProcesses() throws UnknownHostException {
        Dig dig = dig("host.test", "A");
        DnsTransaction client = await(Direction.CLIENT, "host.test", A);
        DnsTransaction served = await(Direction.SERVER, "host.test", A);
        for (DnsTransaction end : List.of(client, served)) {
            assertThat(end.outcome()).isEqualTo(DnsOutcome.ANSWERED);
            assertThat(end.id()).isEqualTo(dig.id());
            assertThat(end.transport()).isEqualTo(DnsTransport.UDP);
            assertThat(end.responseCode()).isZero();
            assertThat(end.addresses()).containsExactly(address("192.0.2.1"));
            assertThat(end.canonicalNames()).isEmpty();
            assertThat(end.timeToLive()).isEqualTo(DnsServer.TTL);
            assertThat(end.queries()).isEqualTo(1);
            assertThat(end.truncation()).isEqualTo(DnsMessage.Truncation.NONE);
            assertThat(end.completeness()).isEqualTo(Completeness.WHOLE);
            assertThat(end.retry()).isEqualTo(DnsRetry.NONE);
            assertThat(end.connection().networkNamespace()).isEqualTo(network.inode());
        }
        assertThat(client.connection().process().pid()).isEqualTo((int) dig.pid());
        assertThat(client.connection().process().comm()).isEqualTo("dig");
        assertThat(client.connection().remote()).hasToString("127.0.0.1:53");
        assertThat(served.connection().process().pid()).isEqualTo((int) server.pid());
        assertThat(served.connection().remote().port())
                .isEqualTo(client.connection().local().port());
        // the asker waits longer than the server works, and dig's clock starts earlier and stops later than ours
        assertThat(client.latency()).isBetween(served.latency(), dig.queryTime().plusNanos(1_000));
        assertThat(served.latency()).isPositive();
    }

    @Test
    void anAddressOfTheSixthVersion() throws UnknownHostException {
        dig("host.test", "AAAA");
        assertThat(await(Direction.CLIENT, "host.test", AAAA).addresses()).containsExactly(address("2001:db8::1"));
    }

    @Test
    void aChainOfAliasesIsToldInOrderUnderTheNameAskedFor() throws UnknownHostException {
        dig("ALIAS.test", "A");
        DnsTransaction client = await(Direction.CLIENT, "ALIAS.test", A);
        assertThat(client.canonicalNames()).containsExactly("middle.test", "host.test");
        assertThat(client.addresses()).containsExactly(address("192.0.2.1"));
    }

    @Test
    void aNameThatDoesNotExist() {
        Dig dig = dig("nothing.test");
        DnsTransaction client = await(Direction.CLIENT, "nothing.test", A);
        assertThat(dig.said()).contains("status: NXDOMAIN");
        assertThat(client.responseCode()).isEqualTo(3);
        assertThat(DnsMessage.responseCodeName(client.responseCode())).isEqualTo("Non-Existent Domain");
        assertThat(client.addresses()).isEmpty();
        assertThat(client.timeToLive()).isEqualTo(-1);
    }

    @Test
    void overTcp() throws UnknownHostException {
        Dig dig = dig("+tcp", "alias.test", "A");
        DnsTransaction client = await(Direction.CLIENT, "alias.test", A);
        assertThat(client.transport()).isEqualTo(DnsTransport.TCP);
        assertThat(client.id()).isEqualTo(dig.id());
        assertThat(client.canonicalNames()).containsExactly("middle.test", "host.test");
        assertThat(client.addresses()).containsExactly(address("192.0.2.1"));
        assertThat(client.retry()).isEqualTo(DnsRetry.NONE);
        assertThat(client.connection().process().pid()).isEqualTo((int) dig.pid());
        // dig's time has the connection in it
        assertThat(client.latency()).isLessThanOrEqualTo(dig.queryTime().plusNanos(1_000));
        DnsTransaction served = await(Direction.SERVER, "alias.test", A);
        assertThat(served.transport()).isEqualTo(DnsTransport.TCP);
        assertThat(served.latency()).isPositive().isLessThan(client.latency());
    }

    @Test
    void anAnswerThatFitsNoDatagramIsAskedForAgainOverTcp() {
        Dig dig = dig("+noedns", "big.test", "TXT");
        assertThat(dig.said()).contains("Truncated, retrying in TCP mode");
        DnsTransaction first = await(transaction -> transaction.connection().direction() == Direction.CLIENT
                && transaction.transport() == DnsTransport.UDP);
        DnsTransaction second = await(transaction -> transaction.connection().direction() == Direction.CLIENT
                && transaction.transport() == DnsTransport.TCP);
        assertThat(first.truncation()).isEqualTo(DnsMessage.Truncation.TRUNCATED);
        assertThat(first.retry()).isEqualTo(DnsRetry.NONE);
        assertThat(second.type()).isEqualTo(TXT);
        assertThat(second.truncation()).isEqualTo(DnsMessage.Truncation.NONE);
        assertThat(second.retry()).isEqualTo(DnsRetry.AFTER_TRUNCATION);
        assertThat(second.completeness()).isEqualTo(Completeness.WHOLE);
        assertThat(second.timeToLive()).isEqualTo(DnsServer.TTL);
    }

    @Test
    void aServerThatDoesNotAnswer() {
        Process process = network.start("dig", "@" + TestNetwork.BLACK_HOLE, "+time=1", "+tries=1", "host.test");
        long pid = process.pid();
        long before = System.nanoTime();
        DnsTransaction client = await(Direction.CLIENT, "host.test", A);
        assertThat(client.outcome()).isEqualTo(DnsOutcome.UNANSWERED);
        assertThat(client.responseCode()).isEqualTo(-1);
        assertThat(client.connection().remote()).hasToString(TestNetwork.BLACK_HOLE + ":53");
        assertThat(client.connection().process().pid()).isEqualTo((int) pid);
        assertThat(client.latency()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        assertThat(client.started()).isGreaterThanOrEqualTo(before);
        assertThat(probe.reader().counts().unanswered()).isEqualTo(1);
        assertThat(probe.reader().counts().pending()).isZero();
    }

    @Test
    void aServerThatIsNotThere() {
        Process process = network.start("dig", "@127.0.0.2", "+time=1", "+tries=1", "host.test");
        long pid = process.pid();
        DnsTransaction client = await(Direction.CLIENT, "host.test", A);
        assertThat(client.outcome()).isEqualTo(DnsOutcome.FAILED);
        assertThat(client.error()).isEqualTo(ECONNREFUSED);
        assertThat(client.connection().process().pid()).isEqualTo((int) pid);
        assertThat(client.latency()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void theLibrarysResolverAsksForBothFamiliesAtOnce() throws UnknownHostException {
        Process process = network.start("getent", "ahosts", "alias.test");
        long pid = process.pid();
        String said = TestNetwork.output(process, "getent");
        assertThat(said).contains("192.0.2.1").contains("2001:db8::1");
        DnsTransaction v4 = await(Direction.CLIENT, "alias.test", A);
        DnsTransaction v6 = await(Direction.CLIENT, "alias.test", AAAA);
        assertThat(v4.addresses()).containsExactly(address("192.0.2.1"));
        assertThat(v6.addresses()).containsExactly(address("2001:db8::1"));
        // one socket, and one call for both questions
        assertThat(v4.connection().cookie()).isEqualTo(v6.connection().cookie());
        for (DnsTransaction end : List.of(v4, v6)) {
            assertThat(end.canonicalNames()).containsExactly("middle.test", "host.test");
            assertThat(end.connection().process().pid()).isEqualTo((int) pid);
            assertThat(end.connection().process().comm()).isEqualTo("getent");
        }
    }

    @Test
    void whatCurlAsksFor() throws UnknownHostException {
        Process process = network.start("curl", "-s", "-4", "--max-time", "5", "http://host.test:1/");
        long pid = process.pid();
        DnsTransaction client = await(Direction.CLIENT, "host.test", A);
        assertThat(client.addresses()).containsExactly(address("192.0.2.1"));
        assertThat(client.connection().process().pid()).isEqualTo((int) pid);
        assertThat(client.connection().process().comm()).isEqualTo("curl");
    }

    @Test
    void whoAskedIsKnownByItsArgumentsAlsoWhenItIsGone() throws InterruptedException {
        ProcessTable table = new ProcessTable();
        BlockingQueue<DnsTransaction> told = new LinkedBlockingQueue<>();
        CountDownLatch ended = new CountDownLatch(10);
        List<Long> pids = new ArrayList<>();
        ConnectivityOptions options = ConnectivityOptions.DEFAULTS
                .withLayers(EnumSet.of(Layer.DNS, Layer.PROCESS))
                .withNetworkNamespace(network.inode());
        try (ConnectivityEvents stream = ConnectivityEvents.start(options, event -> {
            if (event instanceof ProcessEvent process) {
                table.accept(process);
                if (process instanceof ProcessExited && process.process().comm().equals("dig")) {
                    ended.countDown();
                }
            } else if (event instanceof DnsTransaction transaction
                    && transaction.connection().direction() == Direction.CLIENT) {
                told.add(transaction);
            }
        })) {
            table.seed();
            for (int i = 0; i < 10; i++) {
                pids.add(dig("host.test", "+tries=" + (i + 1)).pid());
            }
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 10; i++) {
                DnsTransaction transaction = told.poll(20, TimeUnit.SECONDS);
                ProcessRef asker = transaction.connection().process();
                assertThat(asker.pid()).isEqualTo(pids.get(i).intValue());
                KnownProcess known = table.find(asker).orElseThrow();
                assertThat(known.executable()).endsWith("/dig");
                assertThat(known.arguments())
                        .containsExactly("dig", "-u", "@127.0.0.1", "host.test", "+tries=" + (i + 1));
                assertThat(known.isRunning()).isFalse();
            }
            assertThat(stream.ledger().lost()).isZero();
        }
    }

    @Test
    void overTheSixthVersion() {
        Process process = network.start("dig", "-6", "@::1", "host.test");
        long pid = process.pid();
        TestNetwork.output(process, "dig");
        DnsTransaction client = await(Direction.CLIENT, "host.test", A);
        DnsTransaction served = await(Direction.SERVER, "host.test", A);
        assertThat(client.connection().remote()).hasToString("[::1]:53");
        assertThat(client.connection().process().pid()).isEqualTo((int) pid);
        assertThat(served.connection().remote().port())
                .isEqualTo(client.connection().local().port());
        assertThat(client.outcome()).isEqualTo(DnsOutcome.ANSWERED);
    }

    /** A query for the A record of a name of one label and {@code test}. */
    private static ByteBuffer query(int id, String label) {
        ByteBuffer query = ByteBuffer.allocate(64).putShort((short) id).putShort((short) 0x0100);
        query.putShort((short) 1).putShort((short) 0).putInt(0);
        query.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        query.put((byte) 4).put("test".getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
        return query.putShort((short) A).putShort((short) 1).flip();
    }

    /** Sockets of both versions talk to 127.0.0.1, connected and not, by write, writev and sendto. */
    @Test
    void everyWayToSendAndToReceive() {
        int asked = network.call(() -> {
            InetSocketAddress to = new InetSocketAddress(address("127.0.0.1"), 53);
            int id = 0;
            for (StandardProtocolFamily family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
                try (DatagramChannel channel = DatagramChannel.open(family)) {
                    channel.send(query(++id, "sendto" + family), to);
                    channel.receive(ByteBuffer.allocate(512));
                }
                try (DatagramChannel channel = DatagramChannel.open(family).connect(to)) {
                    channel.write(query(++id, "write" + family));
                    channel.read(ByteBuffer.allocate(512));
                    channel.write(new ByteBuffer[] {query(++id, "writev" + family)});
                    channel.read(new ByteBuffer[] {ByteBuffer.allocateDirect(512), ByteBuffer.allocateDirect(1)});
                }
            }
            return id;
        });
        for (StandardProtocolFamily family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
            for (String way : List.of("sendto", "write", "writev")) {
                DnsTransaction client = await(Direction.CLIENT, way + family + ".test", A);
                assertThat(client.outcome()).as("%s", client).isEqualTo(DnsOutcome.ANSWERED);
                assertThat(client.responseCode()).isEqualTo(3);
                assertThat(client.connection().remote()).hasToString("127.0.0.1:53");
                assertThat(client.connection().process().pid())
                        .isEqualTo((int) ProcessHandle.current().pid());
            }
        }
        assertThat(probe.reader().counts().answered()).isEqualTo(2L * asked);
        assertThat(probe.reader().counts().unreadable()).isZero();
        assertThat(probe.reader().counts().malformed()).isZero();
    }

    @Test
    void nothingIsMissingOfAThousandQuestions() {
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            batch.append("n").append(i).append(".test A\n");
        }
        network.call(() -> {
            Path file = Files.createTempFile("names", ".txt");
            try {
                Files.writeString(file, batch);
                return TestNetwork.run("dig", "@127.0.0.1", "+noall", "-f", file.toString());
            } finally {
                Files.delete(file);
            }
        });
        await(Direction.CLIENT, "n999.test", A);
        await(Direction.SERVER, "n999.test", A);
        for (Direction end : List.of(Direction.CLIENT, Direction.SERVER)) {
            assertThat(transactions)
                    .filteredOn(transaction -> transaction.connection().direction() == end)
                    .hasSize(1_000)
                    .allMatch(transaction ->
                            transaction.outcome() == DnsOutcome.ANSWERED && transaction.responseCode() == 3)
                    .extracting(DnsTransaction::name)
                    .doesNotHaveDuplicates();
        }
        assertThat(probe.reader().counts().questions()).isEqualTo(2_000);
        assertThat(probe.reader().counts().answered()).isEqualTo(2_000);
        assertThat(probe.reader().counts().unreadable()).isZero();
        assertThat(probe.records().lost()).isZero();
        assertThat(probe.records().pending()).isZero();
        assertThat(probe.reader().rejected()).isZero();
        assertThat(probe.missedRuns()).isZero();
    }
}
