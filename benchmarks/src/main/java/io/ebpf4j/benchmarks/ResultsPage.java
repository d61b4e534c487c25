package io.ebpf4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Locale;

/** The page with the results: the table is written by the run, what stands below its mark is kept. */
final class ResultsPage {
    private static final String MARK = "## What bounds what";

    private ResultsPage() {}

    static String table(Collection<Row> rows) {
        StringBuilder table = new StringBuilder(
                "| Work | C | Java | Java to C (spread) | Least to least | Bytes an operation | Reach |\n|---|---:|---:|---:|---:|---:|---:|\n");
        for (Row row : rows) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %s | %s |%n",
                    row.name(),
                    row.theirs(),
                    row.ours(),
                    row.ratio(),
                    row.leastRatio(),
                    row.allocated(),
                    row.reach()));
        }
        return table.toString();
    }

    static void write(Path page, String table, String rounds) throws IOException {
        String kept = MARK + "\n";
        if (Files.exists(page)) {
            String before = Files.readString(page);
            int mark = before.indexOf(MARK);
            if (mark >= 0) {
                kept = before.substring(mark);
            }
        }
        Files.writeString(
                page,
                "# Results\n\n`benchmarks/run` wrote this table: medians of " + rounds
                        + " rounds, C and Java by turns in one run. The ratio is the median of the rounds' ratios, with the least and\n"
                        + "the greatest of them; least to least is of each side's best round.\n\n" + machine() + "\n\n"
                        + table + "\n" + kept);
    }

    private static String machine() throws IOException {
        String processor = Files.readString(Path.of("/proc/cpuinfo"))
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[2];
        return processor + ", " + Runtime.getRuntime().availableProcessors() + " CPUs, Linux "
                + System.getProperty("os.version") + ", JDK " + Runtime.version() + ", "
                + LocalDate.now(ZoneOffset.UTC) + "; load average of the last 15 minutes at the end: " + load + ".";
    }
}
