package io.ebpf4j.observability.identity;

import static io.ebpf4j.observability.identity.Connections.SECOND;
import static io.ebpf4j.observability.identity.Connections.SERVER;
import static io.ebpf4j.observability.identity.Connections.hello;
import static io.ebpf4j.observability.identity.Connections.request;
import static io.ebpf4j.observability.identity.Subjects.CURL;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionNamesTest {
    // 77 is the cookie of Subjects
    private static final Connection CLIENT = Connections.client(77, CURL, "10.9.9.9", 40000, "198.51.100.7", 443);
    private static final Connection SERVED = Connections.server(77, SERVER, "10.9.9.9", 443, "10.0.0.1", 1234);

    private final ConnectionNames source = new ConnectionNames();

    @Test
    void aClientsHelloNamesTheFarEnd() {
        source.learn(hello(SECOND, CLIENT, "API.example.com"));
        assertThat(Subjects.ask(source, Subjects.far("198.51.100.7", 443)))
                .singleElement()
                .isEqualTo(new Finding(
                        new NameIdentity("api.example.com"),
                        Provenance.TLS_SERVER_NAME,
                        SECOND,
                        Long.MAX_VALUE,
                        "server name in the TLS hello"));
        assertThat(Subjects.ask(source, Subjects.near(CURL, 0))).isEmpty();
    }

    @Test
    void aServersHelloNamesTheNearEnd() {
        source.learn(hello(SECOND, SERVED, "api.example.com"));
        assertThat(Subjects.names(source, Subjects.near(SERVER, 0))).containsExactly("api.example.com");
        assertThat(Subjects.ask(source, Subjects.far("10.0.0.1", 1234))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com",
        "api.example.com:8080, api.example.com",
        "API.Example.COM., api.example.com",
        "localhost:80, localhost",
        "core_api, core_api",
        "192.0.2.7, ''",
        "192.0.2.7:80, ''",
        "[2001:db8::1]:80, ''",
        "2001:db8::1, ''",
        "'', ''",
        "'a b', ''",
        "-, -",
        "<script>, ''",
    })
    void aHostIsANameOnlyWhereItIsNoAddress(String host, String name) {
        source.learn(request(SECOND, CLIENT, host));
        assertThat(String.join(",", Subjects.names(source, Subjects.far("198.51.100.7", 80))))
                .isEqualTo(name);
    }

    @Test
    void namesThatTryToTakeLongAreRefusedAtOnce() {
        assertThat(ConnectionNames.isName("a-".repeat(126) + "!")).isFalse();
        assertThat(ConnectionNames.isName("a".repeat(254))).isFalse();
    }

    @Test
    void ofManyHostsTheNewestFourAreKept() {
        for (int i = 0; i < 10; i++) {
            source.learn(request(i * SECOND, CLIENT, "h" + i + ".example"));
        }
        source.learn(hello(SECOND, CLIENT, "front.example"));
        assertThat(Subjects.names(source, Subjects.far("198.51.100.7", 80)))
                .containsExactly("front.example", "h9.example", "h8.example", "h7.example", "h6.example");
    }
}
