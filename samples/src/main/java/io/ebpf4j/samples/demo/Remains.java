package io.ebpf4j.samples.demo;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run of the demo makes on the machine, found by its name alone, so that it can be removed whoever made it and however far it
 * came: processes, control groups, network namespaces with their links, the files of those namespaces, and a folder.
 */
final class Remains {
    static final Path RESOLVER_FOLDER = Path.of("/etc/netns"); // ip-netns(8)
    private static final Path FOLDERS = Path.of("/run");

    private final RunName run;

    Remains(RunName run) {
        this.run = run;
    }

    /** The run's own folder, on a file system that does not outlive the machine. */
    static Path folder(RunName run) {
        return FOLDERS.resolve(run.toString());
    }

    /** Left in the run's folder by who made /etc/netns itself. */
    static Path madeResolverFolder(RunName run) {
        return folder(run).resolve("made-etc-netns");
    }

    /** The runs whose processes are dead but of which something is left. */
    static List<RunName> ofTheDead() throws IOException {
        Set<RunName> runs = new LinkedHashSet<>();
        for (Path place : List.of(
                NetworkNamespace.FOLDER, RESOLVER_FOLDER, ControlGroup.root().folder(), FOLDERS)) {
            for (Path thing : named(place, RunName.PREFIX)) {
                RunName.ofThing(thing.getFileName().toString()).ifPresent(runs::add);
            }
        }
        List<RunName> dead = new ArrayList<>();
        for (RunName candidate : runs) {
            if (!candidate.isAlive()) {
                dead.add(candidate);
            }
        }
        return dead;
    }

    /** What there is, for a reader. */
    List<Path> list() throws IOException {
        List<Path> all = new ArrayList<>(named(ControlGroup.root().folder(), run.toString()));
        all.addAll(named(NetworkNamespace.FOLDER, run.toString()));
        all.addAll(named(RESOLVER_FOLDER, run.toString()));
        all.addAll(named(FOLDERS, run.toString()));
        return all;
    }

    /**
     * Removes all of it. What cannot be removed does not keep the rest from being removed.
     *
     * @throws IOException something is left; what else failed is suppressed in it
     */
    void remove() throws IOException {
        List<IOException> failures = new ArrayList<>();
        // processes first: they hold what else there is
        for (Path group : named(ControlGroup.root().folder(), run.toString())) {
            attempt(failures, () -> new ControlGroup(group).remove());
        }
        for (Path namespace : named(NetworkNamespace.FOLDER, run.toString())) {
            attempt(
                    failures,
                    () -> Program.run(
                            "ip", "netns", "del", namespace.getFileName().toString()));
        }
        for (Path files : named(RESOLVER_FOLDER, run.toString())) {
            attempt(failures, () -> deleteTree(files));
        }
        if (Files.exists(madeResolverFolder(run))) {
            attempt(failures, Remains::deleteResolverFolder);
        }
        if (failures.isEmpty() && Files.exists(folder(run))) {
            attempt(failures, () -> deleteTree(folder(run)));
        }
        if (!failures.isEmpty()) {
            IOException first = failures.getFirst();
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private interface Step {
        void take() throws IOException;
    }

    private static void attempt(List<IOException> failures, Step step) {
        try {
            step.take();
        } catch (IOException e) {
            failures.add(e);
        }
    }

    private static void deleteResolverFolder() throws IOException {
        try {
            Files.deleteIfExists(RESOLVER_FOLDER);
        } catch (DirectoryNotEmptyException used) {
            return; // by somebody else by now
        }
    }

    private static List<Path> named(Path folder, String prefix) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                folder, entry -> entry.getFileName().toString().startsWith(prefix))) {
            entries.forEach(found::add);
        } catch (NoSuchFileException none) {
            return List.of();
        }
        return found;
    }

    private static void deleteTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
