package io.ebpf4j.kernel;

/** What a program should attach to does not exist or does not fit: a symbol, a device, a cgroup, a tracepoint. */
public final class InvalidTargetException extends BpfException {
    private static final long serialVersionUID = 1L;

    /** The target as it was given. */
    private final String target;

    /**
     * Makes the exception.
     *
     * @param target the target as it was given
     * @param problem what is wrong with it
     */
    public InvalidTargetException(String target, String problem) {
        super(target + ": " + problem);
        this.target = target;
    }

    /** {@return the target as it was given} */
    public String target() {
        return target;
    }
}
