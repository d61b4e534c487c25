package io.ebpf4j.observability.proof;

import io.ebpf4j.observability.probe.TestNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code traffic.c}, compiled into a folder. */
final class CProgram {
    private CProgram() {}

    static Path compile(Path folder) {
        Path source = folder.resolve("traffic.c");
        Path program = folder.resolve("traffic");
        try (InputStream in = CProgram.class.getResourceAsStream("traffic.c")) {
            if (in == null) {
                throw new IllegalStateException("traffic.c is not among the test resources");
            }
            Files.copy(in, source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TestNetwork.run("gcc", "-O2", "-Wall", "-o", program.toString(), source.toString());
        return program;
    }
}
