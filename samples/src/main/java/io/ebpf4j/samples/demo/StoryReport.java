package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.verdict.LayerVerdict;
import java.util.List;
import java.util.Map;

/**
 * What was seen of a story.
 *
 * @param story the story
 * @param seconds how long it took
 * @param http requests by who asked whom, as their clients saw them
 * @param tcp connections by who is connected to whom, as their clients saw them
 * @param verdicts which layer is at fault, for each pair that talked over HTTP
 * @param map the service map, as text
 * @param claims what has to be so
 */
record StoryReport(
        Story story,
        double seconds,
        List<HttpRow> http,
        List<TcpRow> tcp,
        Map<Pair, LayerVerdict> verdicts,
        String map,
        List<Claim> claims) {
    StoryReport {
        http = List.copyOf(http);
        tcp = List.copyOf(tcp);
        verdicts = Map.copyOf(verdicts);
        claims = List.copyOf(claims);
    }

    boolean holds() {
        return claims.stream().allMatch(Claim::holds);
    }
}
