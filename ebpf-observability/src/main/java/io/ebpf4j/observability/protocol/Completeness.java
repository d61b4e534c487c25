package io.ebpf4j.observability.protocol;

/** Whether a message was seen to its end: captures are bounded, and a parser that joins late misses beginnings. */
public enum Completeness {
    /** Every byte of the message was there. */
    WHOLE,
    /** The capture ended before the message did; what is reported was read before the cut. */
    CUT
}
