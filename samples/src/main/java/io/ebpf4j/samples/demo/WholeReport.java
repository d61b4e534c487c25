package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.json.JsonLine;
import java.util.ArrayList;
import java.util.List;

/**
 * What has to be so of all that was seen since the demo was looked at: the ordinary day, the stories, and what lay between them.
 *
 * @param claims requests are as in the servers' logs, retransmits as the kernel's
 */
public record WholeReport(List<Claim> claims) {
    /** Copies the list. */
    public WholeReport {
        claims = List.copyOf(claims);
    }

    /** {@return whether all is as it has to be} */
    public boolean holds() {
        return claims.stream().allMatch(Claim::holds);
    }

    /** {@return the report for a terminal, line by line} */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("The whole demo");
        lines.addAll(ReportText.checked("the servers' logs and the kernel's counters", claims));
        lines.add("");
        return lines;
    }

    /** {@return the same as one JSON object} */
    public JsonLine json() {
        return new JsonLine()
                .putNull("story")
                .put("claims", claims.stream().map(ReportJson::claim).toList())
                .putTruth("holds", JsonLine.Truth.of(holds()));
    }
}
