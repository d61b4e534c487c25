package io.ebpf4j.samples.demo.service;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file with a line for each request. Whoever has written a record finds it in the file. For any thread. */
public final class AccessLog implements AutoCloseable {
    private final BufferedWriter file;

    private AccessLog(BufferedWriter file) {
        this.file = file;
    }

    static AccessLog create(Path path) throws IOException {
        return new AccessLog(Files.newBufferedWriter(path));
    }

    /**
     * {@return what a log says so far}
     *
     * @param path the log
     * @throws IOException it cannot be read
     */
    public static List<AccessRecord> read(Path path) throws IOException {
        return Files.readAllLines(path).stream().map(AccessRecord::parse).toList();
    }

    synchronized void write(AccessRecord record) throws IOException {
        file.write(record.line());
        file.newLine();
        file.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
