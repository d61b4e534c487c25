package io.ebpf4j.link;

/** Where in a function a probe fires. */
public enum ProbePoint {
    /** Before the instruction at the address runs. */
    ENTRY,
    /** When the function returns. */
    RETURN
}
