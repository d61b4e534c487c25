package io.ebpf4j.kernel;

/** A system call failed for a reason that no other kind of exception names. */
public final class SystemCallException extends BpfException {
    private static final long serialVersionUID = 1L;

    /** The call. */
    private final String call;

    /** Its error. */
    @SuppressWarnings("serial") // a record of one int; exceptions are not sent anywhere
    private final Errno errno;

    /** What it was about. */
    private final String subject;

    /**
     * Makes the exception.
     *
     * @param call the call, such as {@code bpf(BPF_MAP_CREATE)}
     * @param errno its error
     * @param subject what it was about, with the arguments that matter; may be empty
     */
    public SystemCallException(String call, Errno errno, String subject) {
        super(call + " failed with " + errno + (subject.isEmpty() ? "" : ": " + subject));
        this.call = call;
        this.errno = errno;
        this.subject = subject;
    }

    /** {@return the call, such as {@code bpf(BPF_MAP_CREATE)}} */
    public String call() {
        return call;
    }

    /** {@return its error} */
    public Errno errno() {
        return errno;
    }

    /** {@return what it was about, or the empty string} */
    public String subject() {
        return subject;
    }
}
