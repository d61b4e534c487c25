package io.ebpf4j.samples.demo;

import io.ebpf4j.link.CgroupMount;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A control group (version 2).
 *
 * @param folder its folder
 */
record ControlGroup(Path folder) {
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final long LOOK_MILLIS = 10;

    /** The one that holds all. */
    static ControlGroup root() {
        return new ControlGroup(CgroupMount.require());
    }

    ControlGroup child(String name) {
        return new ControlGroup(folder.resolve(name));
    }

    void create() throws IOException {
        Files.createDirectory(folder);
    }

    /** What makes a shell a member. */
    Path members() {
        return folder.resolve("cgroup.procs");
    }

    /** Its id, by which events name it: the inode number of its folder. */
    long id() throws IOException {
        return ((Number) Files.getAttribute(folder, "unix:ino")).longValue();
    }

    /** Ends all processes in it and below, and removes it with what is below. */
    void remove() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (DirectoryStream<Path> below = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path child : below) {
                new ControlGroup(child).remove();
            }
        }
        long begin = System.nanoTime();
        while (!removed()) {
            if (System.nanoTime() - begin > PATIENCE_NANOS) {
                throw new IOException(folder + " still has processes: " + Files.readAllLines(members()));
            }
            pause();
        }
    }

    /** Ends what runs in it. A process that is being ended is on no list any more, but the kernel still counts it. */
    private boolean removed() throws IOException {
        try {
            for (String pid : Files.readAllLines(members())) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
            Files.delete(folder);
            return true;
        } catch (NoSuchFileException gone) {
            return true;
        } catch (FileSystemException busy) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while processes end", e);
        }
    }
}
