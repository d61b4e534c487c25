package io.ebpf4j.kernel;

import org.jspecify.annotations.Nullable;

/**
 * What can go wrong between this library, an object file and the kernel. Its kinds are the whole list; a message is
 * never cut.
 */
public abstract sealed class BpfException extends RuntimeException
        permits DeniedException,
                IncompatibleException,
                InvalidObjectException,
                InvalidTargetException,
                KeyExistsException,
                KeyNotFoundException,
                NotSupportedException,
                SystemCallException,
                VerifierException {
    private static final long serialVersionUID = 1L;

    BpfException(String message) {
        super(message);
    }

    BpfException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
