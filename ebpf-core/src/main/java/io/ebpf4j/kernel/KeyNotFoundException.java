package io.ebpf4j.kernel;

/** An element had to be there and is not. */
public final class KeyNotFoundException extends BpfException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param subject the map, and the key where it can be printed
     */
    public KeyNotFoundException(String subject) {
        super(subject + ": no such key");
    }
}
