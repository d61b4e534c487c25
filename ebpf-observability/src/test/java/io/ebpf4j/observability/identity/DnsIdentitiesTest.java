package io.ebpf4j.observability.identity;

import static io.ebpf4j.observability.identity.Connections.SECOND;
import static io.ebpf4j.observability.identity.Connections.SERVER;
import static io.ebpf4j.observability.identity.Connections.answer;
import static io.ebpf4j.observability.identity.Subjects.CURL;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.ProcessRef;
import java.util.List;
import org.junit.jupiter.api.Test;

class DnsIdentitiesTest {
    private static final ProcessRef OTHER = new ProcessRef(5, 0, 10_000_000, "other");
    private static final ProcessRef ELSEWHERE = new ProcessRef(6, 0, 10_000_000, "elsewhere");

    private final DnsIdentities source = new DnsIdentities();

    @Test
    void theNameAskedForIsTheIdentityAndItsAliasesTheDetail() {
        source.learn(answer(
                SECOND,
                CURL,
                1,
                "API.Example.com.",
                60,
                List.of("edge.example.net", "e7.example.net"),
                "198.51.100.7"));
        assertThat(Subjects.ask(source, Subjects.far("198.51.100.7", 443, 2 * SECOND)))
                .singleElement()
                .isEqualTo(new Finding(
                        new NameIdentity("api.example.com"),
                        Provenance.DNS,
                        SECOND,
                        61 * SECOND,
                        "A answer for api.example.com to curl(4711), alias of edge.example.net, e7.example.net"));
        assertThat(Subjects.ask(source, Subjects.near(CURL, 0))).isEmpty();
        assertThat(Subjects.names(source, Subjects.far("198.51.100.8", 443, 2 * SECOND)))
                .isEmpty();
    }

    @Test
    void severalNamesAreListedTheNewestFirst() {
        source.learn(answer(SECOND, CURL, 1, "a.example", 60, "198.51.100.7", "2001:db8::7"));
        source.learn(answer(2 * SECOND, CURL, 1, "b.example", 60, "198.51.100.7"));
        source.learn(answer(3 * SECOND, CURL, 1, "c.example", 60, "198.51.100.7"));
        source.learn(answer(4 * SECOND, CURL, 1, "a.example", 60, "198.51.100.7"));
        assertThat(Subjects.names(source, Subjects.far("198.51.100.7", 443, 5 * SECOND)))
                .containsExactly("a.example", "c.example", "b.example");
        assertThat(Subjects.names(source, Subjects.far("2001:db8::7", 443, 5 * SECOND)))
                .containsExactly("a.example");
    }

    @Test
    void whoAskedCountsFirstThenItsNetworkNamespaceThenAnybody() {
        source.learn(answer(SECOND, ELSEWHERE, 2, "elsewhere.example", 60, "198.51.100.7"));
        Subject subject = Subjects.far("198.51.100.7", 443, 5 * SECOND); // curl's, in namespace 1
        assertThat(Subjects.names(source, subject)).containsExactly("elsewhere.example");
        source.learn(answer(2 * SECOND, OTHER, 1, "resolved.example", 60, "198.51.100.7"));
        assertThat(Subjects.names(source, subject)).containsExactly("resolved.example");
        source.learn(answer(SECOND, CURL, 1, "own.example", 60, "198.51.100.7"));
        assertThat(Subjects.names(source, subject)).containsExactly("own.example");
    }

    @Test
    void aNameLearnedLaterCountsOnlyWhereNoneWasKnown() {
        source.learn(answer(SECOND, CURL, 1, "early.example", 60, "198.51.100.7"));
        source.learn(answer(9 * SECOND, CURL, 1, "late.example", 60, "198.51.100.7"));
        assertThat(Subjects.names(source, Subjects.far("198.51.100.7", 443, 5 * SECOND)))
                .containsExactly("early.example");
        source.learn(answer(9 * SECOND, CURL, 1, "late.example", 60, "198.51.100.8"));
        assertThat(Subjects.names(source, Subjects.far("198.51.100.8", 443, 5 * SECOND)))
                .containsExactly("late.example");
    }

    @Test
    void aNameOutlivesItsTimeByAnHourAndSaysSo() {
        source.learn(answer(SECOND, CURL, 1, "a.example", 10, "198.51.100.7"));
        Finding finding = Subjects.ask(source, Subjects.far("198.51.100.7", 443, 60 * SECOND))
                .get(0);
        assertThat(finding.isStale(10 * SECOND)).isFalse();
        assertThat(finding.isStale(60 * SECOND)).isTrue();
        assertThat(Subjects.ask(source, Subjects.far("198.51.100.7", 443, 3600 * SECOND)))
                .hasSize(1);
        assertThat(Subjects.ask(source, Subjects.far("198.51.100.7", 443, 3700 * SECOND)))
                .isEmpty();
    }

    @Test
    void bounded() {
        for (int i = 0; i < 40; i++) {
            source.learn(answer(i * SECOND, SERVER, 1, "n" + i + ".example", 3600, "198.51.100.7"));
        }
        assertThat(Subjects.names(source, Subjects.far("198.51.100.7", 443, 50 * SECOND)))
                .hasSize(32)
                .startsWith("n39.example");
        assertThat(source.dropped()).isEqualTo(8);
        for (int i = 0; i < 20_000; i++) {
            source.learn(answer(
                    SECOND, SERVER, 1, "x.example", 60, "10." + i / 65536 + "." + (i / 256 % 256) + "." + i % 256));
        }
        assertThat(source.addresses()).isEqualTo(1 << 14);
    }

    @Test
    void aNewAnswerIsWorthAskingAgainAndARepeatedOneIsNot() {
        Subject subject = Subjects.far("198.51.100.7", 443, SECOND);
        long before = source.revision(subject);
        source.learn(answer(SECOND, CURL, 1, "a.example", 10, "198.51.100.7"));
        long after = source.revision(subject);
        assertThat(after).isNotEqualTo(before);
        source.learn(answer(2 * SECOND, CURL, 1, "a.example", 10, "198.51.100.7"));
        assertThat(source.revision(subject)).isEqualTo(after);
    }
}
