package io.ebpf4j.ring;

/** What a handler says after a record. */
public enum Verdict {
    /** Go on with the next record. */
    CONTINUE,
    /** End this drain; the record counts as consumed. */
    STOP
}
