package io.ebpf4j.kernel;

/** Two sides that must agree do not: a layout, a pinned map, a type. The message prints both. */
public final class IncompatibleException extends BpfException {
    private static final long serialVersionUID = 1L;

    /** What it was about. */
    private final String subject;

    /** The side that was asked for. */
    private final String ours;

    /** The side that was found. */
    private final String theirs;

    /**
     * Makes the exception.
     *
     * @param subject what does not agree
     * @param ours the side that was asked for
     * @param theirs the side that was found
     */
    public IncompatibleException(String subject, String ours, String theirs) {
        super(subject + " does not agree\n  wanted: " + ours + "\n  found:  " + theirs);
        this.subject = subject;
        this.ours = ours;
        this.theirs = theirs;
    }

    /** {@return what does not agree} */
    public String subject() {
        return subject;
    }

    /** {@return the side that was asked for} */
    public String ours() {
        return ours;
    }

    /** {@return the side that was found} */
    public String theirs() {
        return theirs;
    }
}
