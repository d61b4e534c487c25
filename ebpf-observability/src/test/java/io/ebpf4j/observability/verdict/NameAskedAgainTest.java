package io.ebpf4j.observability.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsOutcome;
import io.ebpf4j.observability.event.DnsRetry;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.DnsTransport;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.DnsMessage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A program that does not keep addresses asks for the same name again and again. */
class NameAskedAgainTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final int A = 1;
    private static final int AAAA = 28;
    private static final ProcessRef PROCESS = new ProcessRef(7, 0, 70, "java");
    private static final int NETWORK = 1;

    private final AskedNames names = new AskedNames(JourneyOptions.DEFAULTS);

    private static Endpoint endpoint(String address, int port) throws UnknownHostException {
        int bits = ByteBuffer.wrap(InetAddress.getByName(address).getAddress()).getInt();
        return new Endpoint(0, 0xffff_0000_0000L | Integer.toUnsignedLong(bits), port); // IPv4-mapped
    }

    /** Both types at the same time, as getaddrinfo(3) asks; the name has only one. */
    private void ask(long started, long ended) throws UnknownHostException {
        names.add(question(started, ended, A, List.of(InetAddress.getByName("198.51.100.80"))));
        names.add(question(started, ended + MILLI, AAAA, List.of()));
    }

    private static DnsTransaction question(long started, long ended, int type, List<InetAddress> addresses)
            throws UnknownHostException {
        return new DnsTransaction(
                ended,
                0,
                new Connection(
                        1,
                        Direction.CLIENT,
                        endpoint("10.0.0.1", 40_000),
                        endpoint("10.0.0.53", 53),
                        PROCESS,
                        NETWORK,
                        0),
                DnsTransport.UDP,
                1,
                "api.example.com",
                type,
                DnsOutcome.ANSWERED,
                0,
                List.of(),
                addresses,
                5,
                DnsMessage.Truncation.NONE,
                Completeness.WHOLE,
                started,
                1,
                DnsRetry.NONE,
                0);
    }

    @Test
    void waitsForTheLastCallOnly() throws UnknownHostException {
        for (int i = 0; i < 10; i++) {
            ask(i * SECOND, i * SECOND + 3 * MILLI);
        }
        AskedNames.Answer answer =
                names.before(PROCESS, NETWORK, endpoint("198.51.100.80", 80), 9 * SECOND + 5 * MILLI);
        assertThat(answer).isNotNull();
        assertThat(answer.began()).isEqualTo(9 * SECOND);
        assertThat(answer.nanos()).isEqualTo(4 * MILLI);
    }

    @Test
    void theFirstCallIsWaitedForWhole() throws UnknownHostException {
        names.add(question(0, 900 * MILLI, AAAA, List.of())); // the slower type, and the first
        names.add(question(0, 950 * MILLI, A, List.of(InetAddress.getByName("198.51.100.80"))));
        AskedNames.Answer answer = names.before(PROCESS, NETWORK, endpoint("198.51.100.80", 80), 960 * MILLI);
        assertThat(answer).isNotNull();
        assertThat(answer.nanos()).isEqualTo(950 * MILLI);
    }
}
