package io.ebpf4j.observability.probe;

/** Whether the events of a window of time are all there. */
public enum WindowCompleteness {
    /** No record of this time was lost. */
    COMPLETE,
    /** Records were lost that may be of this time, or it began before everything was watched. */
    INCOMPLETE,
    /** The window ends later than the losses were last looked at: ask again in a quarter of a second. */
    UNKNOWN
}
