package io.ebpf4j.observability.event;

/** The kinds of process records; a kind's number is looked up by its {@link #constant()} in {@code enum process_event_type}. */
public enum ProcessType {
    /** A process started another program (exec). */
    STARTED("EVENT_PROCESS_STARTED"),
    /** A process made another one, its copy (fork). */
    FORKED("EVENT_PROCESS_FORKED"),
    /** A process and all of its threads are over. */
    EXITED("EVENT_PROCESS_EXITED");

    private final String constant;

    ProcessType(String constant) {
        this.constant = constant;
    }

    /** {@return the name in {@code enum process_event_type}} */
    public String constant() {
        return constant;
    }
}
