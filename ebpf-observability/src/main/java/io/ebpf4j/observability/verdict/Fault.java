package io.ebpf4j.observability.verdict;

/** Which layer is at fault. The order is that of a request's way: the first that fails is to blame for what follows. */
public enum Fault {
    /** The name was not resolved, or only after long. */
    NAME_RESOLUTION,
    /** There is no route, or the next hop does not answer for its address. */
    ROUTING,
    /** Nothing answers at all: what was sent is swallowed on its way. */
    FILTERED,
    /** The server's host refuses the connection: nobody listens there. */
    CONNECT,
    /** The server's queue of connections to be accepted is full, or long. */
    BACKLOG,
    /** Segments are lost on the way and have to be sent again. */
    TRANSPORT_LOSS,
    /** The way itself takes long: round trips are long, though nothing is lost. */
    TRANSPORT_SLOW,
    /** The receiver does not read: its window is closed. */
    RECEIVER_SLOW,
    /** The two ends do not agree to speak TLS, or only after long. */
    TLS,
    /** The answer is an error of the server, or the server ended the connection instead of an answer. */
    API_ERROR,
    /** The server takes long to answer. */
    API_SLOW,
    /** Enough was seen, and nothing is wrong with it. */
    NONE_SEEN,
    /** Too little was seen to say anything. */
    NOT_ENOUGH_SEEN
}
