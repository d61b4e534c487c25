package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.relocate.CoreRelocator;
import io.ebpf4j.relocate.Relocation;
import io.ebpf4j.relocate.RelocationEntry;
import io.ebpf4j.relocate.RelocationOutcome;
import io.ebpf4j.relocate.TargetBtf;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All 426 programs of the open conformance corpus relocated against the running kernel: as many instructions, and as many of them
 * poisoned, as the newest libbpf has on Linux 6.18. Runs with {@code -Debpf4j.corpus=DIR} on the folder that .ci/corpus fills.
 */
class CorpusRelocationIT {
    @Test
    void everyProgramIsRelocatedAsLibbpfDoes() throws IOException, NoSuchAlgorithmException {
        String directory = System.getProperty("ebpf4j.corpus", "");
        assumeTrue(!directory.isEmpty(), "no corpus: run .ci/corpus DIR, then test with -Debpf4j.corpus=DIR");
        KernelVersion running = KernelVersion.running();
        assumeTrue(
                running.major() == 6 && running.minor() == 18,
                "the reference is of Linux 6.18, whose types poison other programs than those of " + running);
        Map<String, ObjectSpec> objects = objects(Path.of(directory, "objects"));
        CoreRelocator relocator = new CoreRelocator(TargetBtf.of(Btf.vmlinux()));
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> actual = new TreeMap<>();
        for (String row : reference()) {
            String[] fields = row.split(",", -1);
            String key = fields[1] + " " + fields[2];
            expected.put(key, fields[8] + " instructions, " + fields[9] + " poisoned");
            ObjectSpec object = objects.get(fields[0]);
            assertThat(object).as("object %s of the corpus", fields[1]).isNotNull();
            ProgramSpec program = object.programs().get(fields[2]);
            assertThat(program).as(key).isNotNull();
            actual.put(key, program.length() + " instructions, " + poisoned(relocator, object, program) + " poisoned");
        }
        assertThat(actual).hasSize(426).isEqualTo(expected);
    }

    private static int poisoned(CoreRelocator relocator, ObjectSpec object, ProgramSpec program) {
        if (program.coreRelocations().isEmpty()) {
            return 0;
        }
        Relocation relocation = relocator.relocate(
                object.btf().orElseThrow(),
                program.coreRelocations(),
                program.slots(),
                object.origin(),
                program.name());
        assertThat(relocation.slots()).hasSize(program.length());
        assertThat(relocation.report().entries()).hasSameSizeAs(program.coreRelocations());
        for (RelocationEntry entry : relocation.report().entries()) {
            assertThat(entry.path()).isNotEmpty();
            switch (entry.outcome()) {
                case RelocationOutcome.Resolved resolved ->
                    assertThat(entry.candidates()).as(entry.path() + resolved).isNotEmpty();
                case RelocationOutcome.Absent absent ->
                    assertThat(absent.reason()).isNotEmpty();
                case RelocationOutcome.Poisoned poison -> {
                    assertThat(poison.reason()).isNotEmpty();
                    assertThat(entry.after()).isEqualTo("call 0xbad2310");
                }
            }
        }
        return relocation.poisoned();
    }

    private static Map<String, ObjectSpec> objects(Path directory) throws IOException, NoSuchAlgorithmException {
        Map<String, ObjectSpec> objects = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".o")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                String hash = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                        .substring(0, 16);
                objects.put(hash, ObjectSpec.parse(bytes, file.getFileName().toString()));
            }
        }
        return objects;
    }

    private static List<String> reference() throws IOException {
        try (InputStream in = CorpusRelocationIT.class.getResourceAsStream("/corpus/debian12-programs.csv")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .toList();
        }
    }
}
