package io.ebpf4j.kernel;

/** An element was to be created and is there already. */
public final class KeyExistsException extends BpfException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param subject the map, and the key where it can be printed
     */
    public KeyExistsException(String subject) {
        super(subject + ": the key exists");
    }
}
