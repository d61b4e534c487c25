package io.ebpf4j.observability.probe;

import java.util.List;

/** The functions of libssl that are probed, and by which programs; the same in OpenSSL 1.1 and 3. */
enum TlsFunction {
    SET_ACCEPT_STATE("SSL_set_accept_state", "ssl_set_accept_state", ""),
    SET_CONNECT_STATE("SSL_set_connect_state", "ssl_set_connect_state", ""),
    DO_HANDSHAKE("SSL_do_handshake", "ssl_handshake", "ssl_handshaken"),
    FREE("SSL_free", "ssl_end", ""),
    CLEAR("SSL_clear", "ssl_end", ""),
    READ("SSL_read", "ssl_read", "ssl_transferred"),
    WRITE("SSL_write", "ssl_write", "ssl_transferred"),
    READ_EX("SSL_read_ex", "ssl_read_ex", "ssl_transferred"),
    WRITE_EX("SSL_write_ex", "ssl_write_ex", "ssl_transferred");

    /** What a library must have to be worth probing. */
    static final List<TlsFunction> NEEDED = List.of(READ, WRITE);

    private final String symbol;
    private final String atEntry;
    private final String atReturn;

    TlsFunction(String symbol, String atEntry, String atReturn) {
        this.symbol = symbol;
        this.atEntry = atEntry;
        this.atReturn = atReturn;
    }

    /** {@return the function's name in the library} */
    String symbol() {
        return symbol;
    }

    /** {@return the program that runs when it is called} */
    String atEntry() {
        return atEntry;
    }

    /** {@return the program that runs when it returns; empty for none} */
    String atReturn() {
        return atReturn;
    }
}
