package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.observability.servicemap.ServiceMap;
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
 * @param map who talked to whom, how well, and whose fault it was
 * @param claims what has to be so
 */
public record StoryReport(
        Story story,
        double seconds,
        List<HttpRow> http,
        List<TcpRow> tcp,
        Map<Pair, LayerVerdict> verdicts,
        ServiceMap map,
        List<Claim> claims) {
    /** Copies the collections. */
    public StoryReport {
        http = List.copyOf(http);
        tcp = List.copyOf(tcp);
        verdicts = Map.copyOf(verdicts);
        claims = List.copyOf(claims);
    }

    /** {@return the report for a terminal, line by line} */
    public List<String> lines() {
        return ReportText.lines(this);
    }

    /** {@return the same as one JSON object} */
    public JsonLine json() {
        return ReportJson.of(this);
    }

    /** {@return whether all is as it has to be} */
    public boolean holds() {
        return claims.stream().allMatch(Claim::holds);
    }
}
