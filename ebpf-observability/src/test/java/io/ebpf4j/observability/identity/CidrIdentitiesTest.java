package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.observability.event.AddressRange;
import io.ebpf4j.observability.event.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrIdentitiesTest {
    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, host",
        "10.1.2.4, rack",
        "10.1.9.9, site",
        "11.0.0.1, all",
        "2001:db8::1, six",
        "2001:db9::1, ''",
    })
    void theNarrowestRangeWins(String address, String name) {
        CidrIdentities source = new CidrIdentities(List.of(
                new CidrIdentity("all", "0.0.0.0/0"),
                new CidrIdentity("host", "10.1.2.3/32"),
                new CidrIdentity("site", "10.1.0.0/16"),
                new CidrIdentity("rack", "10.1.2.0/24"),
                new CidrIdentity("six", "2001:db8::/32")));
        assertThat(String.join(",", Subjects.names(source, Subjects.far(address, 443))))
                .isEqualTo(name);
    }

    @Test
    void thousandsOfRangesAnswerAsALookThroughAllOfThemDoes() {
        long seed = Long.getLong("ebpf4j.seed", 20261127);
        Random random = new Random(seed);
        List<CidrIdentity> rules = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            rules.add(new CidrIdentity(
                    "r" + i,
                    "10." + random.nextInt(4) + "." + random.nextInt(256) + "." + random.nextInt(256) + "/"
                            + (8 + random.nextInt(25))));
        }
        CidrIdentities source = new CidrIdentities(rules);
        List<AddressRange> ranges =
                rules.stream().map(rule -> AddressRange.parse(rule.cidr())).toList();
        for (int i = 0; i < 2000; i++) {
            Endpoint endpoint = Subjects.endpoint(
                    "10." + random.nextInt(4) + "." + random.nextInt(256) + "." + random.nextInt(256), 1);
            String best = "";
            int longest = -1;
            for (int rule = 0; rule < ranges.size(); rule++) { // the later of two equal ones stands
                AddressRange range = ranges.get(rule);
                if (range.contains(endpoint) && range.prefix() >= longest) {
                    longest = range.prefix();
                    best = rules.get(rule).group();
                }
            }
            assertThat(String.join(",", Subjects.names(source, Subjects.far(endpoint.host(), 1))))
                    .as("%s, seed %d", endpoint, seed)
                    .isEqualTo(best);
        }
    }

    @Test
    void aRangeThatIsNoneIsAnError() {
        assertThatThrownBy(() -> new CidrIdentities(List.of(new CidrIdentity("x", "10.0.0.0/40"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("40");
    }
}
