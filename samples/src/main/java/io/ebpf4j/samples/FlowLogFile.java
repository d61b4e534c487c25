package io.ebpf4j.samples;

import io.ebpf4j.observability.export.FlowFilter;
import io.ebpf4j.observability.export.FlowLog;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes flows to a file, or to standard output. */
final class FlowLogFile implements AutoCloseable {
    private static final Path STANDARD_OUTPUT = Path.of("-");
    private static final long FLUSH_NANOS = 200_000_000;

    private final FlowLog log;
    private final FlowFilter filter;
    private final Writer writer;
    private final Closeable end;
    private long flushed = System.nanoTime(); // guarded by this

    private FlowLogFile(FlowLog log, FlowFilter filter, Writer writer, Closeable end) {
        this.log = log;
        this.filter = filter;
        this.writer = writer;
        this.end = end;
    }

    static FlowLogFile open(Path file, Writer out, Agent agent, FlowFilter filter) throws IOException {
        FlowLog log = new FlowLog(HostName.ofThisHost(), agent.observer().anchor());
        FlowLogFile opened;
        if (file.equals(STANDARD_OUTPUT)) {
            opened = new FlowLogFile(log, filter, out, out::flush); // it stays open: it is not ours
        } else {
            Writer writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            opened = new FlowLogFile(log, filter, writer, writer);
        }
        agent.onFlow(opened::write);
        return opened;
    }

    private synchronized void write(IdentifiedEvent event) {
        if (!filter.test(event)) {
            return;
        }
        try {
            log.write(event, writer);
            long now = System.nanoTime();
            if (now - flushed > FLUSH_NANOS) {
                writer.flush();
                flushed = now;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // ends the stream: a log with a hole that nobody is told of is none
        }
    }

    @Override
    public synchronized void close() throws IOException {
        end.close();
    }
}
