package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The open conformance corpus, 103 objects of Debian 12's packages: what libbpf says of each program, down to the length
 * of the linked code, and the objects with legacy maps, which libbpf refuses. Runs with {@code -Debpf4j.corpus=DIR} on
 * the folder that .ci/corpus fills.
 */
class CorpusTest {

    private static List<Path> objects() throws IOException {
        String directory = System.getProperty("ebpf4j.corpus", "");
        assumeTrue(!directory.isEmpty(), "no corpus: run .ci/corpus DIR, then test with -Debpf4j.corpus=DIR");
        try (Stream<Path> files = Files.list(Path.of(directory, "objects"))) {
            return files.filter(f -> f.toString().endsWith(".o")).sorted().toList();
        }
    }

    private static String hash(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                .substring(0, 16);
    }

    /** Section, type and number of instructions of each program, by object and name. */
    private static Map<String, Map<String, String>> reference() throws IOException {
        try (InputStream in = CorpusTest.class.getResourceAsStream("/spec/debian12-programs.csv")) {
            assertThat(in).isNotNull();
            Map<String, Map<String, String>> result = new HashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .forEach(line -> {
                        String[] fields = line.split(",", -1);
                        result.computeIfAbsent(fields[0], key -> new TreeMap<>())
                                .put(fields[1], fields[2] + " " + fields[3] + " " + fields[4]);
                    });
            return result;
        }
    }

    @Test
    void readsEveryProgramAsLibbpfDoes() throws IOException, NoSuchAlgorithmException {
        Map<String, Map<String, String>> reference = reference();
        Set<String> seen = new HashSet<>();
        int programs = 0;
        for (Path path : objects()) {
            byte[] bytes = Files.readAllBytes(path);
            String hash = hash(bytes);
            ObjectSpec spec = ObjectSpec.parse(bytes, path.getFileName().toString());
            Map<String, String> expected = reference.getOrDefault(hash, Map.of());
            if (expected.isEmpty() || !seen.add(hash)) {
                continue;
            }
            Map<String, String> actual = new TreeMap<>();
            spec.programs()
                    .forEach((name, program) -> actual.put(
                            name,
                            (program.autoload() ? "" : "?") + program.sectionName() + " " + program.type() + " "
                                    + program.length()));
            assertThat(actual).as(path.getFileName().toString()).isEqualTo(expected);
            assertThat(spec.programs().values())
                    .allSatisfy(p -> assertThat(p.unsupported()).isEmpty());
            programs += actual.size();
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(reference.keySet());
        assertThat(programs).isEqualTo(426);
    }

    @Test
    void readsTheObjectsWithLegacyMaps() throws IOException {
        List<String> legacy = new ArrayList<>();
        for (Path path : objects()) {
            ObjectSpec spec = ObjectSpec.open(path);
            for (MapSpec map : spec.maps().values()) {
                if (map.origin() == MapSpec.Origin.LEGACY) {
                    legacy.add(map.name());
                    assertThat(map.type().number()).isBetween(1, 33);
                    assertThat(map.maxEntries()).isPositive();
                }
            }
            if (path.getFileName().toString().contains("keymaps_protocols")) {
                assertThat(spec.maps()).as(path.toString()).containsKey("decoder_state_map");
                assertThat(spec.programs().get("bpf_decoder").sectionName()).startsWith("lirc_mode2/");
            }
        }
        assertThat(legacy).contains("decoder_state_map", "raw_map");
    }
}
