package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupFoldersTest {
    private static final long SECOND = 1_000_000_000;

    private long now;

    @TempDir
    Path root;

    private long folder(String path) throws IOException {
        return (Long) Files.getAttribute(Files.createDirectories(root.resolve(path)), "unix:ino");
    }

    @Test
    void anIdIsTheInodeOfAFolder() throws IOException {
        long nginx = folder("system.slice/nginx.service");
        Files.writeString(root.resolve("system.slice/cgroup.procs"), "1");
        CgroupFolders folders = new CgroupFolders(Optional.of(root));
        assertThat(folders.find(nginx)).map(CgroupPath::path).contains("/system.slice/nginx.service");
        assertThat(folders.find(folder("."))).map(CgroupPath::isRoot).contains(true);
        assertThat(folders.find(0)).isEmpty();
    }

    @Test
    void aNewFolderIsFoundAtOnceAndStaysKnownWhenItIsGone() throws IOException {
        CgroupFolders folders = new CgroupFolders(Optional.of(root), () -> now);
        long job = folder("jobs/one");
        long revision = folders.revision(job);
        assertThat(folders.find(job)).map(CgroupPath::path).contains("/jobs/one");
        assertThat(folders.revision(job)).isNotEqualTo(revision);

        Files.delete(root.resolve("jobs/one"));
        now += SECOND;
        folders.find(1); // asked for in vain: another walk
        assertThat(folders.find(job)).map(CgroupPath::path).contains("/jobs/one");
    }

    @Test
    void theNextRefreshFindsWhatComesRightAfterAWalk() throws IOException {
        CgroupFolders folders = new CgroupFolders(Optional.of(root), () -> now);
        folders.find(folder("jobs/one"));
        long other = folder("jobs/other");
        assertThat(folders.find(other)).isEmpty();
        folders.refresh(now);
        assertThat(folders.find(other)).map(CgroupPath::path).contains("/jobs/other");
    }

    @Test
    void whatIsNotThereIsNotLookedForAgainForAWhile() throws IOException {
        CgroupFolders folders = new CgroupFolders(Optional.of(root), () -> now);
        Path hidden = Files.createDirectories(root.resolveSibling(root.getFileName() + "-elsewhere"));
        long job = (Long) Files.getAttribute(hidden, "unix:ino");
        try {
            assertThat(folders.find(job)).isEmpty();
            Files.move(hidden, root.resolve("jobs"));
            now += 2 * SECOND;
            folders.refresh(now);
            assertThat(folders.find(job)).isEmpty();
            now += 30 * SECOND;
            folders.refresh(now);
            assertThat(folders.find(job)).map(CgroupPath::path).contains("/jobs");
        } finally {
            Files.deleteIfExists(hidden);
        }
    }

    @Test
    void findsTheMount() throws IOException {
        Path mountinfo = root.resolve("mountinfo");
        Files.writeString(mountinfo, """
                31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
                35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
                41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
                """);
        assertThat(CgroupFolders.mount(mountinfo)).contains(Path.of("/sys/fs/cgroup/unified"));
        Files.writeString(mountinfo, "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n");
        assertThat(CgroupFolders.mount(mountinfo)).isEmpty();
    }
}
