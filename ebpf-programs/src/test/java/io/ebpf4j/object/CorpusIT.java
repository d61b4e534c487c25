package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.object.EachProgram.Outcome;
import io.ebpf4j.object.EachProgram.Verdict;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The BPF objects of Debian 12's own packages, against what the newest libbpf does with them on Linux 6.18 on x86-64. The
 * objects are fetched by .ci/corpus and named by {@code -Debpf4j.corpus=DIR}; the reference is in the resources.
 */
@RequiresKernel(
        since = "6.18",
        feature = "the corpus' reference",
        config = "CONFIG_DEBUG_INFO_BTF",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.PERFMON, Capability.SYS_ADMIN})
class CorpusIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A row of the reference. */
    private record Row(String object, String program, String load, int instructions, int poisoned) {}

    private static Map<String, Row> reference() throws IOException {
        Map<String, Row> rows = new LinkedHashMap<>();
        try (InputStream in = CorpusIT.class.getResourceAsStream("/corpus/debian12-programs.csv")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .forEach(line -> {
                        String[] cells = line.split(",", -1);
                        rows.put(
                                cells[0] + " " + cells[2],
                                new Row(
                                        cells[1],
                                        cells[2],
                                        cells[5],
                                        Integer.parseInt(cells[8]),
                                        Integer.parseInt(cells[9])));
                    });
        }
        return rows;
    }

    private static String hash(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void loadsWhatLibbpfLoadsAndRefusesTheRestForTheSameReason() throws IOException {
        Optional<Path> corpus =
                Optional.ofNullable(System.getProperty("ebpf4j.corpus")).map(Path::of);
        assumeTrue(corpus.isPresent(), "run .ci/corpus DIR and give -Debpf4j.corpus=DIR");
        Map<String, Row> rows = reference();
        TargetKernel target = TargetKernel.running();
        List<String> differences = new ArrayList<>();
        int loaded = 0;
        int judged = 0;

        for (Path file : objects(corpus.get().resolve("objects"))) {
            byte[] bytes = Files.readAllBytes(file);
            String hash = hash(bytes);
            if (rows.keySet().stream().noneMatch(key -> key.startsWith(hash))) {
                continue;
            }
            ObjectSpec spec = ObjectSpec.parse(bytes, file.getFileName().toString());
            for (Verdict verdict : EachProgram.judge(spec, target, PATIENCE)) {
                Row row = rows.remove(hash + " " + verdict.program());
                if (row != null) {
                    judged++;
                    loaded += verdict.outcome() == Outcome.LOADED ? 1 : 0;
                    differ(row, verdict).ifPresent(differences::add);
                }
            }
        }

        assertThat(differences).isEmpty();
        assertThat(rows).as("programs of the reference that were not met").isEmpty();
        assertThat(judged).isEqualTo(426);
        assertThat(loaded).isEqualTo(324);
    }

    private static Optional<String> differ(Row row, Verdict verdict) {
        String load = verdict.errno().map(Errno::name).orElse("OK");
        boolean same = row.load().equals(load)
                && row.instructions() == verdict.instructions()
                && row.poisoned() == verdict.poisoned();
        return same ? Optional.empty() : Optional.of(row + " but here: " + verdict);
    }

    private static List<Path> objects(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
