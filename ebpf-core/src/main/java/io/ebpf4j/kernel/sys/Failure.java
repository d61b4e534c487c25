package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.DeniedException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.KeyExistsException;
import io.ebpf4j.kernel.KeyNotFoundException;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.Privileges;
import io.ebpf4j.kernel.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * From a negative result to the exception that says what to do about it.
 *
 * <p>{@code EPERM} is diagnosed: it becomes a {@link DeniedException} that names the missing capability, lockdown or
 * sysctl, and stays a {@link SystemCallException} where this process lacks nothing (a frozen map, say).
 * {@code EOPNOTSUPP}, {@code ENOTSUPP} and {@code ENOSYS} become a {@link NotSupportedException}. The rest is a
 * {@link SystemCallException}.
 */
public final class Failure {
    private Failure() {}

    /**
     * {@return the exception of a failed call}
     *
     * @param call the call, such as {@code perf_event_open}
     * @param result its negative result
     * @param subject what it was about, with the arguments that matter; may be empty
     */
    public static BpfException of(String call, long result, String subject) {
        Errno errno = Errno.ofResult(result);
        if (errno.equals(Errno.EPERM) || (errno.equals(Errno.EACCES) && call.startsWith("perf_event_open"))) {
            Optional<Privileges.Denial> denial = Privileges.current().explain(call);
            if (denial.isPresent()) {
                return new DeniedException(
                        call + (subject.isEmpty() ? "" : " of " + subject),
                        denial.get().missing(),
                        denial.get().hint());
            }
        }
        if (errno.equals(Errno.EOPNOTSUPP) || errno.equals(Errno.ENOTSUPP) || errno.equals(Errno.ENOSYS)) {
            return new NotSupportedException(
                    call + (subject.isEmpty() ? "" : " of " + subject), "the kernel answers " + errno);
        }
        return new SystemCallException(call, errno, subject);
    }

    /**
     * {@return the exception of a failed bpf(2)}
     *
     * <p>Beside what {@link #of(String, long, String)} does: a command or a member of the attr that this kernel is too old
     * for is named; a missing key and a present one have exceptions of their own.
     *
     * @param command the command
     * @param attr its attr as it was passed
     * @param result the negative result
     * @param subject what it was about; may be empty
     */
    public static BpfException of(BpfCommand command, MemorySegment attr, long result, String subject) {
        return of(command, attr, result, subject, KernelVersion.running());
    }

    static BpfException of(BpfCommand command, MemorySegment attr, long result, String subject, KernelVersion running) {
        Errno errno = Errno.ofResult(result);
        String call = call(command);
        if (errno.equals(Errno.EINVAL) && !running.isAtLeast(command.since())) {
            return new NotSupportedException(call, command.since(), "the kernel is " + running);
        }
        if (errno.equals(Errno.E2BIG) || errno.equals(Errno.EINVAL)) {
            Optional<BpfAttr.Member> member = BpfAttr.tooNew(command, attr, running);
            if (member.isPresent()) {
                return new NotSupportedException(
                        call + " with " + member.get().path() + (subject.isEmpty() ? "" : " of " + subject),
                        member.get().since(),
                        "the kernel is " + running);
            }
        }
        return switch (command) {
            case MAP_LOOKUP_ELEM, MAP_DELETE_ELEM, MAP_LOOKUP_AND_DELETE_ELEM, MAP_UPDATE_ELEM, MAP_GET_NEXT_KEY -> {
                if (errno.equals(Errno.ENOENT)) {
                    yield new KeyNotFoundException(subject);
                }
                if (errno.equals(Errno.EEXIST)) {
                    yield new KeyExistsException(subject);
                }
                yield of(call, result, subject);
            }
            default -> of(call, result, subject);
        };
    }

    /**
     * {@return the result of a call that did not fail}
     *
     * @param call the call
     * @param result its result
     * @param subject what it was about; may be empty
     * @throws BpfException if the result is negative
     */
    public static int check(String call, int result, String subject) {
        if (result < 0) {
            throw of(call, result, subject);
        }
        return result;
    }

    /**
     * {@return the result of a call that did not fail}
     *
     * @param call the call
     * @param result its result
     * @param subject what it was about; may be empty
     * @throws BpfException if the result is negative
     */
    public static long check(String call, long result, String subject) {
        if (result < 0) {
            throw of(call, result, subject);
        }
        return result;
    }

    /**
     * {@return the result of a bpf(2) that did not fail}
     *
     * @param command the command
     * @param attr its attr as it was passed
     * @param result its result
     * @param subject what it was about; may be empty
     * @throws BpfException if the result is negative
     */
    public static int check(BpfCommand command, MemorySegment attr, int result, String subject) {
        if (result < 0) {
            throw of(command, attr, result, subject);
        }
        return result;
    }

    /**
     * {@return how a bpf(2) command is called in messages: {@code bpf(BPF_MAP_CREATE)}}
     *
     * @param command the command
     */
    public static String call(BpfCommand command) {
        return "bpf(" + command.kernelName() + ")";
    }
}
