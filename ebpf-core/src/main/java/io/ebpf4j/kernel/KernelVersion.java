package io.ebpf4j.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Linux version, ordered.
 *
 * <p>What a distribution appends ({@code -1-amd64}, {@code -rc3}, {@code +}) is not kept: features are compared by
 * upstream release. A distribution that back-ports features has them in spite of its version; {@link Features} asks the
 * kernel itself.
 *
 * @param major first number
 * @param minor second number
 * @param patch third number, 0 where there is none
 */
public record KernelVersion(int major, int minor, int patch) implements Comparable<KernelVersion> {
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,4})\\.(\\d{1,6})(?:\\.(\\d{1,6}))?(?:\\D.*)?");
    private static final Comparator<KernelVersion> ORDER = Comparator.comparingInt(KernelVersion::major)
            .thenComparingInt(KernelVersion::minor)
            .thenComparingInt(KernelVersion::patch);

    /** Checks that no number is negative. */
    public KernelVersion {
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException("negative: " + major + "." + minor + "." + patch);
        }
    }

    /**
     * {@return the version of a release text}
     *
     * @param release such as {@code 6.18.0-1-amd64} or {@code 5.8}
     * @throws IllegalArgumentException if it does not begin with two numbers
     */
    public static KernelVersion parse(String release) {
        Matcher matcher = RELEASE.matcher(release.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a kernel release: " + release);
        }
        String patch = matcher.group(3);
        return new KernelVersion(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                patch == null ? 0 : Integer.parseInt(patch));
    }

    /**
     * {@return the kernel this process runs on, from {@code /proc/sys/kernel/osrelease}}
     *
     * @throws UncheckedIOException if /proc is not mounted
     */
    public static KernelVersion running() {
        return parse(runningRelease());
    }

    /**
     * {@return the full release text of the running kernel, as {@code uname -r} prints it}
     *
     * @throws UncheckedIOException if /proc is not mounted
     */
    public static String runningRelease() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/osrelease"), StandardCharsets.US_ASCII)
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel release cannot be read; is /proc mounted?", e);
        }
    }

    /**
     * {@return whether this is a release or a later one}
     *
     * @param wantedMajor first number
     * @param wantedMinor second number
     */
    public boolean isAtLeast(int wantedMajor, int wantedMinor) {
        return major != wantedMajor ? major > wantedMajor : minor >= wantedMinor;
    }

    /**
     * {@return whether this is another version or a later one}
     *
     * @param wanted the other version
     */
    public boolean isAtLeast(KernelVersion wanted) {
        return compareTo(wanted) >= 0;
    }

    /** {@return {@code KERNEL_VERSION(major, minor, patch)}, which kprobe programs must carry before Linux 5.0} */
    public int code() {
        return (major << 16) + (minor << 8) + Math.min(patch, 255);
    }

    @Override
    public int compareTo(KernelVersion other) {
        return ORDER.compare(this, other);
    }

    /** {@return {@code 6.18} or, with a patch level, {@code 6.18.3}} */
    @Override
    public String toString() {
        return patch == 0 ? major + "." + minor : major + "." + minor + "." + patch;
    }
}
