package io.ebpf4j.observability.identity;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of identities says something that it cannot mean. The message names file, line, key and what is wrong. */
public final class IdentityFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The file, as text. */
    private final String file;

    /** The line where the entry begins. */
    private final int line;

    /** The entry's key. */
    private final String key;

    IdentityFileException(Path file, int line, String key, String reason, @Nullable Throwable cause) {
        super(file + ":" + line + ": " + (key.isEmpty() ? "" : key + ": ") + reason, cause);
        this.file = file.toString();
        this.line = line;
        this.key = key;
    }

    /** {@return the file} */
    public Path file() {
        return Path.of(file);
    }

    /** {@return the line where the entry begins, counted from 1} */
    public int line() {
        return line;
    }

    /** {@return the entry's key; empty where the line has none} */
    public String key() {
        return key;
    }
}
