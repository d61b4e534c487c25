package io.ebpf4j.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps a file with the service map of the last minutes. Whoever reads it sees a whole map, never half of one. */
final class MapFile implements AutoCloseable {
    private static final long SECONDS = 5;

    private final Path file;
    private final MapForm form;
    private final Agent agent;
    private final Duration window;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("ebpf4j-map").daemon().unstarted(this::keep);

    private MapFile(Path file, MapForm form, Agent agent, Duration window) {
        this.file = file;
        this.form = form;
        this.agent = agent;
        this.window = window;
    }

    static MapFile keep(Path file, Agent agent, Duration window) throws IOException {
        MapFile kept = new MapFile(file, form(file), agent, window);
        kept.write();
        kept.thread.start();
        return kept;
    }

    private static MapForm form(Path file) throws IOException {
        String name = file.toString();
        String ending = name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
        for (MapForm form : MapForm.values()) {
            if (form.name().equals(ending)) {
                return form;
            }
        }
        throw new IOException(file + ": a map's file ends in .html, .dot, .mmd, .json or .txt");
    }

    private void write() throws IOException {
        Path whole = Files.writeString(
                file.resolveSibling(file.getFileName() + ".new"),
                form.renderer().render(agent.map(window)));
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void keep() {
        try {
            while (!closed.await(SECONDS, TimeUnit.SECONDS)) {
                try {
                    write();
                } catch (IOException e) {
                    // told, and tried again: the disk may be full for a while
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody but this class knows the thread: it is to end
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        write();
    }
}
