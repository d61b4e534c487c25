package io.ebpf4j.samples;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.DeniedException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KeyExistsException;
import io.ebpf4j.kernel.KeyNotFoundException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.VerifierException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** What the command line says of an exception. */
final class Failures {
    private Failures() {}

    /** The error number that stands for it: the kernel's where the kernel refused, else the one by which libbpf does. */
    static Errno errno(BpfException exception) {
        return switch (exception) {
            case SystemCallException refused -> refused.errno();
            case VerifierException refused -> refused.diagnostics().errno();
            case DeniedException _ -> Errno.EPERM;
            case NotSupportedException _ -> Errno.EOPNOTSUPP;
            case InvalidTargetException _ -> Errno.ESRCH;
            case InvalidObjectException _, IncompatibleException _ -> Errno.EINVAL;
            case KeyExistsException _ -> Errno.EEXIST;
            case KeyNotFoundException _ -> Errno.ENOENT;
        };
    }

    static String describe(Exception exception) {
        return switch (exception) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file";
            case AccessDeniedException denied -> denied.getFile() + ": may not be read";
            default ->
                Objects.requireNonNullElse(
                        exception.getMessage(), exception.getClass().getSimpleName());
        };
    }
}
