package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.HttpExchange;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventFilterTest {
    private static final long MAPPED = 0x0000_ffff_0000_0000L;
    private static final Connection CONNECTION = new Connection(
            7,
            Direction.CLIENT,
            new Endpoint(0, MAPPED | 0x7f000001L, 40000),
            new Endpoint(0, MAPPED | 0xc0000205L, 80),
            new ProcessRef(4711, 0, 1, "curl"),
            1,
            1);
    private static final ConnectivityEvent STARTED = new ConnectStarted(1, 0, CONNECTION);
    private static final ConnectivityEvent HTTP = new HttpExchanged(
            1,
            0,
            CONNECTION,
            PayloadSource.SOCKET,
            new HttpExchange(
                    HttpExchange.Protocol.HTTP_1_1,
                    "GET",
                    "/",
                    "www.Example.com:80",
                    503,
                    1,
                    2,
                    3,
                    4,
                    5,
                    Optional.empty(),
                    -1,
                    Completeness.WHOLE));
    private static final ConnectivityEvent FORKED =
            new ProcessForked(1, 0, new ProcessRef(4711, 0, 1, "sh"), new ProcessKey(1, 1), 0, 0);
    private static final ConnectivityEvent GAP =
            new GapEvent(1, -1, new RecordKind(Layer.TCP, "closed"), GapEvent.Cause.RING_FULL, 1, 0, 1);

    @Test
    void eachWantsWhatSaysIt() {
        assertThat(EventFilter.port(80)).accepts(STARTED, HTTP).rejects(FORKED);
        assertThat(EventFilter.port(40000)).accepts(STARTED);
        assertThat(EventFilter.port(81)).rejects(STARTED);
        assertThat(EventFilter.pid(4711)).accepts(STARTED, HTTP, FORKED);
        assertThat(EventFilter.comm("curl")).accepts(STARTED).rejects(FORKED);
        assertThat(EventFilter.direction(Direction.SERVER)).rejects(STARTED, FORKED);
        assertThat(EventFilter.networkNamespaces(Set.of(1L))).accepts(STARTED, HTTP, FORKED, GAP);
        assertThat(EventFilter.networkNamespaces(Set.of(2L)))
                .rejects(STARTED, HTTP)
                .accepts(FORKED, GAP);
        assertThat(EventFilter.status(500, 599)).accepts(HTTP).rejects(STARTED);
        assertThat(EventFilter.status(200, 299)).rejects(HTTP);
        assertThat(EventFilter.protocol(EventFilter.Protocol.HTTP1))
                .accepts(HTTP)
                .rejects(STARTED);
        assertThat(EventFilter.protocol(EventFilter.Protocol.TLS)).rejects(HTTP);
        assertThat(EventFilter.layers(Set.of(Layer.PROCESS))).accepts(FORKED).rejects(HTTP);
    }

    @Test
    void aProcessNameIsAsLongAsTheKernels() {
        ConnectivityEvent event =
                new ProcessForked(1, 0, new ProcessRef(1, 0, 1, "averyverylongna"), new ProcessKey(1, 1), 0, 0);
        assertThat(EventFilter.comm("averyverylongname")).accepts(event);
    }

    @Test
    void namesAreComparedWithoutCaseAndPort() {
        assertThat(EventFilter.name("www.example.com")).accepts(HTTP).rejects(STARTED);
        assertThat(EventFilter.name("*.example.com")).accepts(HTTP);
        assertThat(EventFilter.name("*.www.example.com")).rejects(HTTP);
        assertThat(EventFilter.name("example.com")).rejects(HTTP);
    }

    @Test
    void gapsAlwaysPass() {
        assertThat(EventFilter.port(1)
                        .and(EventFilter.pid(1))
                        .and(EventFilter.name("x"))
                        .and(EventFilter.status(1, 1))
                        .and(EventFilter.layers(Set.of(Layer.DNS)))
                        .and(EventFilter.protocol(EventFilter.Protocol.DNS)))
                .accepts(GAP)
                .rejects(STARTED);
    }

    @Test
    void theyCompose() {
        assertThat(EventFilter.port(80).and(EventFilter.pid(1))).rejects(STARTED);
        assertThat(EventFilter.port(81).or(EventFilter.pid(4711))).accepts(STARTED);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, true",
        "192.0.2.5, true",
        "192.0.2.4, false",
        "0.0.0.0/0, true",
        "127.0.0.0/8, true",
        "::/0, true",
        "2001:db8::/32, false",
        "10.0.0.0/8, false"
    })
    void addressesOfEitherEnd(String range, boolean expected) {
        assertThat(EventFilter.address(AddressRange.parse(range)).test(STARTED)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24", "1.2.3.4/x", "::1/129", "a.b.c.d"
            })
    void whatIsNoRangeIsRefusedAndNotLookedUp(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
