package io.ebpf4j.object;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.SystemCallException;

/**
 * Why something of an object cannot be loaded, known before the first system call.
 *
 * @param cause what kind of reason it is
 * @param subject what is refused: a program, a map, the object
 * @param reason why, in words
 */
public record Refusal(Cause cause, String subject, String reason) {
    /** Kinds of reason, each with the error number by which libbpf refuses the same. */
    public enum Cause {
        /** What it attaches to or refers to does not exist in the target kernel. */
        NOT_FOUND,
        /** The object asks for something that is not supported. */
        NOT_SUPPORTED,
        /** The object, the options and the target kernel do not fit together. */
        INCOMPATIBLE,
        /** Something that has to be said was not: an attach target, a program type. */
        INCOMPLETE;

        /** {@return the error number by which libbpf refuses the same} */
        public Errno errno() {
            return switch (this) {
                case NOT_FOUND -> Errno.ESRCH;
                case NOT_SUPPORTED -> Errno.EOPNOTSUPP;
                case INCOMPATIBLE, INCOMPLETE -> Errno.EINVAL;
            };
        }
    }

    /** {@return the reason when no program of a chain can be loaded} */
    static Refusal none(LoadOptions.FallbackChain chain) {
        return new Refusal(
                Cause.NOT_SUPPORTED,
                "each of the programs " + String.join(", ", chain.programs()),
                "none can be loaded; the reasons are the suppressed exceptions");
    }

    /** {@return the exception that says the same} */
    public BpfException toException() {
        return switch (cause) {
            case NOT_FOUND -> new InvalidTargetException(subject, reason);
            case NOT_SUPPORTED -> new NotSupportedException(subject, reason);
            case INCOMPATIBLE -> new IncompatibleException(subject, "what the object asks for", reason);
            case INCOMPLETE -> new SystemCallException("the load", cause.errno(), subject + ": " + reason);
        };
    }

    /** {@return it in one line} */
    @Override
    public String toString() {
        return subject + ": " + reason;
    }
}
