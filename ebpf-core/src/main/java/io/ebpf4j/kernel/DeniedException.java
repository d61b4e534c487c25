package io.ebpf4j.kernel;

/** The kernel refuses for lack of privilege: a capability, kernel lockdown, or a sysctl. */
public final class DeniedException extends BpfException {
    private static final long serialVersionUID = 1L;

    /** What was refused. */
    private final String what;

    /** What is missing or in the way. */
    private final String missing;

    /** What to do about it. */
    private final String hint;

    /**
     * Makes the exception.
     *
     * @param what what was refused
     * @param missing what is missing or in the way: {@code CAP_BPF}, {@code kernel lockdown (integrity)}, a sysctl
     * @param hint what to do about it
     */
    public DeniedException(String what, String missing, String hint) {
        super(what + " is denied: " + missing + (hint.isEmpty() ? "" : "; " + hint));
        this.what = what;
        this.missing = missing;
        this.hint = hint;
    }

    /** {@return what was refused} */
    public String what() {
        return what;
    }

    /** {@return what is missing or in the way} */
    public String missing() {
        return missing;
    }

    /** {@return what to do about it, or the empty string} */
    public String hint() {
        return hint;
    }
}
