package io.ebpf4j.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The configuration a kernel was built with. Immutable.
 *
 * <p>Values are the raw text after {@code =}: {@code y}, {@code m}, {@code n}, a number, or a string in double quotes.
 */
public final class Kconfig {
    private static final int LARGEST = 16 << 20;

    private final Map<String, String> values;
    private final String origin;

    private Kconfig(Map<String, String> values, String origin) {
        this.values = Map.copyOf(values);
        this.origin = origin;
    }

    /**
     * {@return the configuration of the running kernel: {@code /proc/config.gz}, else {@code /boot/config-RELEASE} and the
     * other usual places; without any, {@link #isKnown()} is false and no option has a value}
     *
     * @throws UncheckedIOException if a file is there and cannot be read
     */
    public static Kconfig running() {
        String release = KernelVersion.runningRelease();
        List<Path> places = List.of(
                Path.of("/proc/config.gz"),
                Path.of("/boot/config-" + release),
                Path.of("/lib/modules/" + release + "/config"),
                Path.of("/usr/lib/modules/" + release + "/config"),
                Path.of("/lib/modules/" + release + "/build/.config"));
        for (Path place : places) {
            if (Files.isReadable(place)) {
                return open(place);
            }
        }
        return new Kconfig(Map.of(), "");
    }

    /**
     * {@return the configuration in a file}
     *
     * @param file the file; compressed if its name ends in {@code .gz}
     * @throws UncheckedIOException if it cannot be read
     */
    public static Kconfig open(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            byte[] text = in.readNBytes(LARGEST + 1);
            if (text.length > LARGEST) {
                throw new IOException("more than " + LARGEST + " bytes");
            }
            return parse(new String(text, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel configuration " + file + " cannot be read", e);
        }
    }

    /**
     * {@return the configuration in a text}
     *
     * @param text lines {@code CONFIG_X=value}; comments and everything else are passed over
     * @param origin where it came from
     */
    public static Kconfig parse(String text, String origin) {
        Map<String, String> values = new HashMap<>();
        text.lines().map(String::strip).forEach(line -> {
            int equals = line.indexOf('=');
            if (line.startsWith("CONFIG_") && equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return new Kconfig(values, origin);
    }

    /** {@return whether a configuration was found} */
    public boolean isKnown() {
        return !origin.isEmpty();
    }

    /** {@return the file it came from, the empty string if none was found} */
    public String origin() {
        return origin;
    }

    /**
     * {@return the raw value of an option, nothing if it is not set}
     *
     * @param option its name with the prefix, such as {@code CONFIG_HZ}
     */
    public Optional<String> value(String option) {
        return Optional.ofNullable(values.get(option));
    }

    /**
     * {@return whether an option is {@code y} or {@code m}}
     *
     * @param option its name with the prefix
     */
    public boolean isEnabled(String option) {
        String value = values.get(option);
        return "y".equals(value) || "m".equals(value);
    }

    /** {@return every option that is set, by name} */
    public Map<String, String> values() {
        return values;
    }
}
