package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The paths of cgroups v2 by their ids: an id is the inode number of the folder (include/linux/kernfs.h). The folders are
 * walked once at the start, and again when somebody asks for one that is not known: at once where a walk is quick and the one
 * before is not just over, for a process of a few milliseconds is gone when {@link #refresh} has its turn; else by that. What
 * was not found then is not looked for again for a while. A folder that is gone stays known until others need its room. Any
 * thread may use it.
 */
final class CgroupFolders {
    private static final int MOST = 1 << 16;
    private static final int MOST_MISSING = 1 << 12;
    private static final long NOT_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BETWEEN_WALKS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int LEAF_LINKS =
            2; // kernfs counts a folder's sub-folders: those without any need not be listed

    private final Optional<Path> root;
    private final LongSupplier clock;
    private final Revisions revisions = new Revisions();
    private final Map<Long, CgroupPath> paths = new BoundedMap<>(MOST); // guarded by this
    private final Map<Long, Long> absent = new BoundedMap<>(MOST_MISSING); // until when; guarded by this
    private final Set<Long> missing = new HashSet<>(); // guarded by this
    private long walked; // when the last walk ended; guarded by this
    private long took; // and how long it took; guarded by this

    /** The folders below a mount of cgroup2; of none nothing is known. */
    CgroupFolders(Optional<Path> root) {
        this(root, System::nanoTime);
    }

    CgroupFolders(Optional<Path> root, LongSupplier clock) {
        this.root = root;
        this.clock = clock;
        root.ifPresent(folder -> add(walk(folder)));
        walked = clock.getAsLong() - BETWEEN_WALKS_NANOS;
    }

    /**
     * Where cgroup2 is mounted, as a process sees it: the first such mount.
     *
     * @param mountinfo /proc/PID/mountinfo, proc(5)
     */
    static Optional<Path> mount(Path mountinfo) {
        try {
            for (String line : Files.readAllLines(mountinfo, StandardCharsets.UTF_8)) {
                int separator = line.indexOf(" - ");
                if (separator > 0 && line.startsWith("cgroup2 ", separator + 3)) {
                    String point = line.split(" ", -1)[4];
                    return Optional.of(Path.of(point.replace("\\040", " ")));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("read " + mountinfo, e);
        }
    }

    /** The path of a cgroup; empty where it is not known, or not yet: then the next {@link #refresh} looks for it. */
    Optional<CgroupPath> find(long id) {
        if (id == 0) {
            return Optional.empty();
        }
        long now = clock.getAsLong();
        synchronized (this) {
            CgroupPath known = paths.get(id);
            if (known != null || absent.containsKey(id)) {
                return Optional.ofNullable(known);
            }
            if (missing.size() < MOST_MISSING) {
                missing.add(id);
            }
            if (took > QUICK_NANOS || now - walked < BETWEEN_WALKS_NANOS) {
                return Optional.empty();
            }
        }
        refresh(now);
        synchronized (this) {
            return Optional.ofNullable(paths.get(id));
        }
    }

    /** Another number after {@link #find} may answer otherwise. */
    long revision(long id) {
        return revisions.of(id);
    }

    /** Looks for what was asked for in vain. */
    void refresh(long now) {
        synchronized (this) {
            absent.values().removeIf(until -> now - until > 0);
            missing.removeAll(paths.keySet());
            if (missing.isEmpty() || root.isEmpty()) {
                missing.clear();
                return;
            }
        }
        long begun = clock.getAsLong();
        Map<Long, CgroupPath> found = walk(root.get());
        synchronized (this) {
            walked = clock.getAsLong();
            took = walked - begun;
            missing.removeAll(found.keySet());
            missing.forEach(id -> absent.put(id, now + NOT_AGAIN_NANOS));
            missing.clear();
        }
        add(found);
    }

    private void add(Map<Long, CgroupPath> found) {
        found.forEach((id, path) -> {
            boolean isNew;
            synchronized (this) {
                isNew = !path.equals(paths.put(id, path));
            }
            if (isNew) {
                revisions.changed(id);
            }
        });
    }

    /** Folders come and go meanwhile: those that went are left out. */
    private static Map<Long, CgroupPath> walk(Path root) {
        Map<Long, CgroupPath> found = new HashMap<>();
        ArrayDeque<Path> next = new ArrayDeque<>();
        next.add(root);
        for (Path folder = next.poll(); folder != null && found.size() < MOST; folder = next.poll()) {
            try {
                Map<String, Object> attributes =
                        Files.readAttributes(folder, "unix:ino,nlink", LinkOption.NOFOLLOW_LINKS);
                String path = "/" + root.relativize(folder);
                found.put((Long) attributes.get("ino"), CgroupPath.parse(path));
                if (!Objects.equals(attributes.get("nlink"), LEAF_LINKS)) {
                    try (DirectoryStream<Path> children = Files.newDirectoryStream(
                            folder, child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))) {
                        children.forEach(next::add);
                    }
                }
            } catch (IOException | DirectoryIteratorException gone) {
                // one that went meanwhile is not there
            }
        }
        return found;
    }
}
