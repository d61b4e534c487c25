package io.ebpf4j.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A cgroup of its own, which this process is in until it is closed. */
final class TestCgroup implements AutoCloseable {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final Path path;
    private final Path before;

    private TestCgroup(Path path, Path before) {
        this.path = path;
        this.before = before;
    }

    static TestCgroup enter() throws IOException {
        Path mount = CgroupMount.require();
        String own = Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring("0::/".length()))
                .findFirst()
                .orElseThrow();
        Path before = mount.resolve(own);
        Path path = mount.resolve("ebpf4j-test-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet());
        Files.createDirectory(path);
        TestCgroup cgroup = new TestCgroup(path, before);
        cgroup.move(path);
        return cgroup;
    }

    Path path() {
        return path;
    }

    private void move(Path to) throws IOException {
        Files.writeString(
                to.resolve("cgroup.procs"),
                Long.toString(ProcessHandle.current().pid()),
                StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        move(before);
        Files.delete(path);
    }
}
