package io.ebpf4j.observability.proof;

import io.ebpf4j.observability.probe.TestNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A class of these tests that runs as a program in a JVM of its own. */
final class JavaProgram {
    private JavaProgram() {}

    /** Starts a class, which must be one class file, within a network. */
    static Process start(TestNetwork network, Path folder, Class<?> main, String... arguments) {
        String file = main.getName().replace('.', '/') + ".class";
        Path target = folder.resolve(file);
        try (InputStream in = main.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new IllegalStateException("no class file of " + main);
            }
            Files.createDirectories(target.resolveSibling(""));
            if (!Files.exists(target)) {
                Files.copy(in, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dsun.net.httpserver.maxIdleConnections=1000",
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                folder.toString(),
                main.getName()));
        command.addAll(List.of(arguments));
        return network.start(command.toArray(String[]::new));
    }
}
