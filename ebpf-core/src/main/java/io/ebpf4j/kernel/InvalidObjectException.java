package io.ebpf4j.kernel;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An object file, or type information, that breaks the rules of its format. */
public final class InvalidObjectException extends BpfException {
    private static final long serialVersionUID = 1L;

    /** Where the bytes came from. */
    private final String file;

    /** The section. */
    private final String section;

    /** Bytes from its start. */
    private final long offset;

    /** What is wrong. */
    private final String problem;

    /**
     * Makes the exception.
     *
     * @param file where the bytes came from
     * @param section the section, or the empty string when it is not known or there is none
     * @param offset bytes from the start of the section (of the file where there is no section), -1 if unknown
     * @param problem what is wrong
     */
    public InvalidObjectException(String file, String section, long offset, String problem) {
        this(file, section, offset, problem, null);
    }

    /**
     * Makes the exception.
     *
     * @param file where the bytes came from
     * @param section the section, or the empty string when it is not known or there is none
     * @param offset bytes from the start of the section (of the file where there is no section), -1 if unknown
     * @param problem what is wrong
     * @param cause what was caught, if anything
     */
    public InvalidObjectException(String file, String section, long offset, String problem, @Nullable Throwable cause) {
        super(
                file
                        + (section.isEmpty() ? "" : ", section " + section)
                        + (offset < 0 ? "" : String.format(Locale.ROOT, ", offset 0x%x", offset))
                        + ": "
                        + problem,
                cause);
        this.file = file;
        this.section = section;
        this.offset = offset;
        this.problem = problem;
    }

    /** {@return where the bytes came from} */
    public String file() {
        return file;
    }

    /** {@return the section, or the empty string} */
    public String section() {
        return section;
    }

    /** {@return bytes from the start of the section, or of the file where there is no section; -1 if unknown} */
    public long offset() {
        return offset;
    }

    /** {@return what is wrong} */
    public String problem() {
        return problem;
    }
}
