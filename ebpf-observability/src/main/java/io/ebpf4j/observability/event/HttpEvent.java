package io.ebpf4j.observability.event;

/** Something that was said in HTTP, as one end of a connection saw it. */
public sealed interface HttpEvent extends ConnectivityEvent permits HttpExchanged, HttpUnpaired {
    /**
     * Over which connection. Its direction is the end's role: where the socket is older than the program, what was said
     * proves it, for a request comes from the client. Its process made the last call.
     *
     * @return the connection
     */
    Connection connection();

    /** {@return where the bytes were seen} */
    PayloadSource source();
}
