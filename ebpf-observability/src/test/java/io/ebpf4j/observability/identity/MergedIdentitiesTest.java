package io.ebpf4j.observability.identity;

import static io.ebpf4j.observability.identity.Connections.SECOND;
import static io.ebpf4j.observability.identity.Connections.answer;
import static io.ebpf4j.observability.identity.Subjects.CURL;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.ProcessRef;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MergedIdentitiesTest {
    private final IdentityTable table = new IdentityTable(100);

    /** Says what it is told to say, and counts how often it was asked. */
    private static final class Told implements IdentitySource {
        private List<Finding> findings = List.of();
        private long revision;
        private int asked;

        void say(Finding... now) {
            findings = List.of(now);
            revision++;
        }

        @Override
        public void find(Subject subject, Consumer<? super Finding> taker) {
            asked++;
            findings.forEach(taker);
        }

        @Override
        public long revision(Subject subject) {
            return revision;
        }
    }

    private static Finding finding(String name, Provenance provenance, long learned) {
        return new Finding(new NameIdentity(name), provenance, learned, learned + SECOND, "");
    }

    private static WorkloadIdentity workload(String pod) {
        return new WorkloadIdentity("", "shop", "Deployment", "core-api", pod, "", Map.of());
    }

    private MergedIdentities merged(IdentitySource... sources) {
        return new MergedIdentities(List.of(sources), table, MergeOptions.DEFAULTS);
    }

    @Test
    void theOrderIsThatOfProvenanceWhateverTheOrderOfTheSources() {
        Told one = new Told();
        one.say(
                finding("host", Provenance.HTTP_HOST, 1),
                finding("b", Provenance.DNS, 2),
                finding("a", Provenance.DNS, 1));
        Told other = new Told();
        other.say(finding("file", Provenance.STATIC_FILE, 1), finding("range", Provenance.CIDR_RULE, 1));
        Resolution resolution = merged(one, other).resolve(Subjects.far("10.0.0.1", 80));
        assertThat(resolution.findings())
                .extracting(finding -> finding.identity().displayName())
                .containsExactly("file", "b", "a", "host", "range");
        assertThat(resolution.identity()).isEqualTo(new NameIdentity("file"));
        assertThat(table.identity(resolution.number())).isEqualTo(resolution.identity());
        assertThat(merged().resolve(Subjects.far("10.0.0.1", 80))).isSameAs(Resolution.UNKNOWN);
    }

    @Test
    void aConnectionIsResolvedOnceUntilSomethingIsLearned() {
        Told source = new Told();
        source.say(finding("a", Provenance.DNS, 1));
        MergedIdentities merged = merged(source);
        Resolution first = merged.resolve(Subjects.far("10.0.0.1", 80, SECOND));
        assertThat(merged.resolve(Subjects.far("10.0.0.1", 80, 2 * SECOND))).isSameAs(first);
        assertThat(source.asked).isEqualTo(1);
        source.revision++;
        assertThat(merged.resolve(Subjects.far("10.0.0.1", 80, 3 * SECOND))).isEqualTo(first);
        assertThat(source.asked).isEqualTo(2);
        merged.resolve(Subjects.near(CURL, 0));
        assertThat(source.asked).as("the other end").isEqualTo(3);
        merged.resolve(Subjects.near(ProcessRef.UNKNOWN, 0));
        assertThat(source.asked).as("another owner").isEqualTo(4);
    }

    @Test
    void aNameOutlivesItsTimeWhileTheConnectionIsOpenAndYieldsToABetterOne() {
        Told source = new Told();
        source.say(finding("a", Provenance.DNS, SECOND), finding("h", Provenance.HTTP_HOST, SECOND));
        MergedIdentities merged = merged(source);
        merged.resolve(Subjects.far("10.0.0.1", 80, 2 * SECOND));
        source.say();
        assertThat(merged.resolve(Subjects.far("10.0.0.1", 80, 9 * SECOND)).identity())
                .as("forgotten by its source")
                .isEqualTo(new NameIdentity("a"));
        source.say(finding("b", Provenance.DNS, 10 * SECOND));
        assertThat(merged.resolve(Subjects.far("10.0.0.1", 80, 11 * SECOND)).identity())
                .as("the address is somebody else's now, this connection is not")
                .isEqualTo(new NameIdentity("a"));
        source.say(finding("peer", Provenance.PEER_SOCKET, 12 * SECOND), finding("b", Provenance.DNS, 10 * SECOND));
        assertThat(merged.resolve(Subjects.far("10.0.0.1", 80, 12 * SECOND)).findings())
                .extracting(finding -> finding.identity().displayName())
                .containsExactly("peer", "a", "h");
    }

    @Test
    void aNameThatComesALittleLateNamesTheConnectionThatHasNone() {
        DnsIdentities dns = new DnsIdentities();
        MergedIdentities merged =
                merged(dns, new AddressIdentities(AddressIdentities.Outside.WORLD, Set::of, Map.of()));
        Subject subject = Subjects.far("198.51.100.7", 443, 2 * SECOND);
        assertThat(merged.resolve(subject).identity()).isEqualTo(ReservedIdentity.WORLD);
        dns.learn(answer(SECOND, CURL, 1, "a.example", 1, "198.51.100.7")); // told after, answered before
        assertThat(merged.resolve(subject).identity()).isEqualTo(new NameIdentity("a.example"));
        dns.learn(answer(3 * SECOND, CURL, 1, "b.example", 1, "198.51.100.7"));
        assertThat(merged.resolve(subject).identity()).isEqualTo(new NameIdentity("a.example"));
        assertThat(merged.resolve(subject).isAmbiguous()).isFalse();
    }

    @Test
    void podsOfAWorkloadAreOneNumberAndSayWhichTheyAre() {
        Told source = new Told();
        MergedIdentities merged = merged(source);
        source.say(new Finding(workload("core-api-1"), Provenance.KUBERNETES, 1, Long.MAX_VALUE, ""));
        Resolution one = merged.resolve(far(1));
        source.say(new Finding(workload("core-api-2"), Provenance.KUBERNETES, 1, Long.MAX_VALUE, ""));
        Resolution other = merged.resolve(far(2));
        assertThat(one.number()).isEqualTo(other.number());
        assertThat(one.identity()).isEqualTo(workload("core-api-1"));
        assertThat(other.identity()).isEqualTo(workload("core-api-2"));
        assertThat(table.identity(one.number())).isEqualTo(workload(""));
    }

    private static Subject far(long cookie) {
        return new Subject(
                Subject.Side.FAR, Subjects.endpoint("10.0.0.1", 80), ProcessRef.UNKNOWN, 0, 1, CURL, cookie, SECOND);
    }

    @Test
    void aSocketWithoutAPeerHasManyFarEnds() {
        MergedIdentities merged = merged((subject, findings) ->
                findings.accept(finding("a" + subject.endpoint().port(), Provenance.DNS, 1)));
        for (int round = 0; round < 2; round++) {
            for (int port = 1; port < 200; port++) {
                assertThat(merged.resolve(Subjects.far("10.0.0.1", port)).identity())
                        .isEqualTo(new NameIdentity("a" + port));
            }
        }
        assertThat(merged.connections()).isEqualTo(1);
    }

    @Test
    void connectionsAreForgottenAfterTheirEndAndForWantOfRoom() {
        MergedIdentities merged = new MergedIdentities(
                List.of(), table, MergeOptions.DEFAULTS.withMostConnections(10).withGrace(Duration.ofSeconds(5)));
        for (int cookie = 1; cookie <= 25; cookie++) {
            merged.resolve(far(cookie));
        }
        assertThat(merged.connections()).isEqualTo(10);
        assertThat(merged.evicted()).isEqualTo(15);
        merged.ended(25, SECOND);
        merged.ended(24, 4 * SECOND);
        assertThat(merged.connections()).isEqualTo(10);
        merged.refresh(7 * SECOND);
        assertThat(merged.connections()).isEqualTo(9);
        for (int cookie = 100; cookie < 1000; cookie++) {
            merged.resolve(far(cookie));
            merged.ended(cookie, 7 * SECOND);
        }
        assertThat(merged.connections()).isLessThanOrEqualTo(10);
    }

    @Test
    void anEndWithoutASocketIsResolvedEachTime() {
        AtomicInteger asked = new AtomicInteger();
        MergedIdentities merged = merged((subject, findings) -> asked.incrementAndGet());
        merged.resolve(far(0));
        merged.resolve(far(0));
        assertThat(asked).hasValue(2);
        assertThat(merged.connections()).isZero();
    }
}
