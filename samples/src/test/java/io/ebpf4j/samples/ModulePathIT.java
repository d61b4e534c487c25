package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who embeds the library has: the jars that are built, and none of what they are built with. */
class ModulePathIT {
    private static final Path BUILT = Path.of("target", "lib");
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void aModuleIsCompiledAgainstTheLibraryJarsAlone() throws IOException {
        Path descriptor = Files.writeString(
                folder.resolve("module-info.java"), "module embedding { requires io.ebpf4j.observability; }");
        Path program = Files.writeString(folder.resolve("Embedding.java"), """
                package embedding;

                import io.ebpf4j.observability.probe.ConnectivityEvents;
                import io.ebpf4j.observability.probe.ConnectivityOptions;

                final class Embedding {
                    public static void main(String[] arguments) throws InterruptedException {
                        try (var events = ConnectivityEvents.start(ConnectivityOptions.DEFAULTS, System.out::println)) {
                            Thread.sleep(10_000);
                            System.out.println(events.ledger().delivered());
                        }
                    }
                }
                """);
        compile(List.of("-Xlint:all", "-Werror"), descriptor, program);
    }

    @Test
    void theExamplesOfTheReadmeCompile() throws IOException {
        List<String> examples = EXAMPLE.matcher(Files.readString(README))
                .results()
                .map((MatchResult example) -> example.group(1))
                .toList();
        assertThat(examples).hasSizeGreaterThan(1);
        for (int i = 0; i < examples.size(); i++) {
            Path source = Files.writeString(folder.resolve("Example" + i + ".java"), examples.get(i));
            compile(List.of("--add-modules", "io.ebpf4j.observability"), source);
        }
    }

    private void compile(List<String> options, Path... sources) throws IOException {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("-p", libraryJars(), "-d", folder.resolve("out").toString()));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(said, files, null, all, null, files.getJavaFileObjects(sources))
                    .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
    }

    private static String libraryJars() throws IOException {
        try (Stream<Path> files = Files.list(BUILT)) {
            return files.filter(file -> file.getFileName().toString().startsWith("ebpf-"))
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        }
    }
}
