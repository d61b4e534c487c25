package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same object through libbpf (bpftool prog loadall) and through us: the kernel must hold the same programs. */
@RequiresKernel(
        since = "5.18",
        feature = "kernel functions, typed variables",
        config = "CONFIG_DEBUG_INFO_BTF",
        capability = {Capability.BPF, Capability.NET_ADMIN, Capability.PERFMON, Capability.SYS_ADMIN})
class LibbpfParityIT {
    private static final Pattern MAP = Pattern.compile("map\\[id:(\\d+)]");

    @TempDir
    Path files;

    @Test
    void programsOfMapsAndGlobals() throws IOException {
        compare("load");
    }

    @Test
    void programsOfTheKernelsTypes() throws IOException {
        compare("kernel");
    }

    private void compare(String name) throws IOException {
        Path file = files.resolve(name + ".bpf.o");
        try (InputStream in = LibbpfParityIT.class.getResourceAsStream(name + ".bpf.o")) {
            Files.copy(in, file);
        }
        Path theirs = Files.createTempDirectory(Path.of("/sys/fs/bpf"), "ebpf4j_libbpf_");
        Path ours = Files.createTempDirectory(Path.of("/sys/fs/bpf"), "ebpf4j_ours_");
        try {
            Command.run(
                    "bpftool",
                    "prog",
                    "loadall",
                    file.toString(),
                    theirs.resolve("programs").toString());
            // libbpf keeps what is pinned by name where the specification says, bpftool has no option for it
            try (BpfObject object = BpfObject.open(Fixture.spec(name), LoadOptions.DEFAULTS.withPinRoot(ours))
                    .load()) {
                List<String> compared = new ArrayList<>();
                for (BpfProgram program : object.programs().values()) {
                    Path pin = theirs.resolve("programs").resolve(program.name());
                    String expected = dump("pinned", pin.toString());
                    String actual = dump("id", Integer.toString(program.info().id()));
                    assertThat(actual).as(program.name()).isEqualTo(expected);
                    assertThat(program.info().tag()).isNotEmpty();
                    compared.add(program.name());
                }
                assertThat(compared).hasSameElementsAs(names(theirs.resolve("programs")));
            }
        } finally {
            delete(theirs.resolve("programs"));
            delete(theirs);
            delete(ours);
            Files.deleteIfExists(Path.of("/sys/fs/bpf/shared"));
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> pins = Files.list(directory)) {
            return pins.map(pin -> pin.getFileName().toString()).toList();
        }
    }

    /** Ids of maps differ from load to load: their names, types and sizes must not. */
    private static String dump(String... program) throws IOException {
        List<String> words = new ArrayList<>(List.of("bpftool", "prog", "dump", "xlated"));
        words.addAll(List.of(program));
        return MAP.matcher(Command.run(words.toArray(String[]::new))).replaceAll(LibbpfParityIT::describe);
    }

    private static String describe(MatchResult found) {
        try (BpfMap map = BpfMap.open(Integer.parseInt(found.group(1)))) {
            return "map " + map.name() + " " + map.type().name() + " " + map.keySize() + " " + map.valueSize() + " "
                    + map.maxEntries() + " " + map.flags();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> pins = Files.list(directory)) {
                for (Path pin : pins.toList()) {
                    Files.delete(pin);
                }
            }
            Files.delete(directory);
        }
    }
}
