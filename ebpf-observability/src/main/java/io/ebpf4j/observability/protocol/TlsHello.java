package io.ebpf4j.observability.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;

/**
 * The first message of either end of a TLS connection, which travels in the clear (RFC 8446, section 4.1): who is asked for, what shall be spoken
 * inside, and which version. Read from the first bytes of a stream; a hello that is spread over records is put together, up to 16 KiB.
 */
public sealed interface TlsHello {
    /** {@return the version: for a client the highest that it offers, for a server the one chosen; 0x0304 is TLS 1.3} */
    int version();

    /** {@return whether the capture held the whole hello; what follows its cut is empty here} */
    Completeness completeness();

    /**
     * A client's hello.
     *
     * @param version the highest version offered
     * @param serverName the name asked for (SNI), empty where the client sends none
     * @param applicationProtocols what the client would speak inside (ALPN), its favourite first
     * @param completeness whether the capture held the whole hello
     */
    record Client(int version, String serverName, List<String> applicationProtocols, Completeness completeness)
            implements TlsHello {
        /** Keeps the list from change. */
        public Client {
            applicationProtocols = List.copyOf(applicationProtocols);
        }
    }

    /**
     * A server's hello.
     *
     * @param version the version chosen
     * @param cipherSuite the cipher suite's number
     * @param applicationProtocol the protocol chosen (ALPN); empty where none was, and always with TLS 1.3, which encrypts it
     * @param completeness whether the capture held the whole hello
     */
    record Server(int version, int cipherSuite, String applicationProtocol, Completeness completeness)
            implements TlsHello {}

    /**
     * Tells whether a stream begins like TLS: a handshake record with a hello.
     *
     * @param bytes where the stream lies
     * @param offset where it begins
     * @param captured how many of its bytes are there
     * @return whether {@link #parse} is worth a try
     */
    static boolean looksLike(MemorySegment bytes, long offset, long captured) {
        return captured >= 6
                && bytes.get(ValueLayout.JAVA_BYTE, offset) == 22
                && bytes.get(ValueLayout.JAVA_BYTE, offset + 1) == 3
                && (bytes.get(ValueLayout.JAVA_BYTE, offset + 5) == 1
                        || bytes.get(ValueLayout.JAVA_BYTE, offset + 5) == 2);
    }

    /**
     * Names a version.
     *
     * @param version its number on the wire
     * @return for example {@code TLS 1.3}
     */
    static String versionName(int version) {
        return switch (version) {
            case 0x0300 -> "SSL 3.0";
            case 0x0301 -> "TLS 1.0";
            case 0x0302 -> "TLS 1.1";
            case 0x0303 -> "TLS 1.2";
            case 0x0304 -> "TLS 1.3";
            default -> String.format(Locale.ROOT, "TLS 0x%04x", version);
        };
    }

    /**
     * Reads the hello at the beginning of a stream.
     *
     * @param bytes where the stream lies
     * @param offset where it begins
     * @param captured how many of its bytes are there
     * @return the hello; where the capture is shorter, what was read before the cut
     * @throws MalformedMessageException for bytes that are no hello
     */
    static TlsHello parse(MemorySegment bytes, long offset, int captured) {
        return new TlsHelloReader(bytes, offset, captured).read();
    }
}
