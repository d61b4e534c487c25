package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who embeds the library has: the jars that are built, and none of what they are built with. */
class ModulePathIT {
    private static final Path BUILT = Path.of("target", "lib");

    @Test
    void aModuleIsCompiledAgainstTheLibraryJarsAlone(@TempDir Path folder) throws IOException {
        String jars;
        try (Stream<Path> files = Files.list(BUILT)) {
            jars = files.filter(file -> file.getFileName().toString().startsWith("ebpf-"))
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        }
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
                        }
                    }
                }
                """);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-p", jars, "-d", folder.resolve("out").toString(), "-Xlint:all", "-Werror"),
                            null,
                            files.getJavaFileObjects(descriptor, program))
                    .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
    }
}
