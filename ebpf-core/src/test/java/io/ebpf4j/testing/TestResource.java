package io.ebpf4j.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Files of src/test/resources. */
public final class TestResource {
    private TestResource() {}

    /**
     * {@return a file's bytes}
     *
     * @param path path from the root of the resources, with a leading slash
     */
    public static byte[] bytes(String path) {
        try (InputStream in = TestResource.class.getResourceAsStream(path)) {
            return Objects.requireNonNull(in, path).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return a text file's lines}
     *
     * @param path path from the root of the resources, with a leading slash
     */
    public static List<String> lines(String path) {
        return new String(bytes(path), StandardCharsets.UTF_8).lines().toList();
    }
}
