package io.ebpf4j.observability.probe;

import java.util.List;

/**
 * Whose plaintext is seen, and whose is known not to be.
 *
 * @param libraries the libraries that are watched
 * @param leftOut programs and libraries that were found and speak TLS, or may, by code that is not watched
 */
public record TlsProbeStatus(List<Library> libraries, List<LeftOut> leftOut) {
    /** Copies the lists. */
    public TlsProbeStatus {
        libraries = List.copyOf(libraries);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * A watched library.
     *
     * @param path where it was found; in another mount namespace, a path through /proc
     * @param functions those of its functions that are probed
     * @param processes how many processes were found that have loaded it
     */
    public record Library(String path, List<String> functions, int processes) {
        /** Copies the list. */
        public Library {
            functions = List.copyOf(functions);
        }
    }

    /**
     * Something that is not watched.
     *
     * @param path the program or library, as its process sees it
     * @param reason why
     * @param detail the reason in words
     */
    public record LeftOut(String path, Reason reason, String detail) {}

    /** Why plaintext is not seen. */
    public enum Reason {
        /** A program that brings OpenSSL, or BoringSSL, in itself: Node.js, for one. */
        BUILT_IN("the program has SSL_read and SSL_write in itself"),
        /** A Go program, whose own library does TLS. */
        GO("a Go program: what TLS it speaks, its own library does"),
        /** A library that does TLS by other functions. */
        OTHER_LIBRARY("a TLS library with other functions"),
        /** A library by the name of libssl that has no SSL_read and SSL_write. */
        NO_FUNCTIONS("the library has no SSL_read and SSL_write"),
        /** The library could not be read, or the kernel refused the probes. */
        FAILED("not possible");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** {@return the reason in words} */
        String text() {
            return text;
        }
    }
}
