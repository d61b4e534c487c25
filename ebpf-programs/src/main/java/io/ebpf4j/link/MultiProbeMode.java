package io.ebpf4j.link;

/** When a program attached to many functions runs. */
public enum MultiProbeMode {
    /** When a function is entered. */
    ENTRY,
    /** When a function returns. */
    RETURN,
    /** Both: the run at entry decides whether the one at return takes place; since 6.10 (kprobes), 6.13 (uprobes). */
    SESSION
}
