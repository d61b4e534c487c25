package io.ebpf4j.link;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Failure;

/**
 * Says why an attach point refused.
 *
 * @param call the system call
 * @param feature the attach point, as a user would name it
 * @param since the first kernel that has it
 */
record Refusal(String call, String feature, KernelVersion since) {

    static Refusal link(String feature, int major, int minor) {
        return new Refusal("bpf(BPF_LINK_CREATE)", feature, new KernelVersion(major, minor, 0));
    }

    static boolean is(long result, Errno errno) {
        return result == -errno.code();
    }

    /** Whether the kernel says that it does not know the request. */
    static boolean isUnknownRequest(long result) {
        return is(result, Errno.EINVAL)
                || is(result, Errno.EOPNOTSUPP)
                || is(result, Errno.ENOTSUPP)
                || is(result, Errno.ENOSYS);
    }

    /** The exception for a negative result, after the attach point's own readings of it were tried. */
    BpfException of(long result, String subject) {
        if (isUnknownRequest(result)) {
            if (!KernelVersion.running().isAtLeast(since.major(), since.minor())) {
                return new NotSupportedException(feature, since, "this is Linux " + KernelVersion.running());
            }
            if (!is(result, Errno.EINVAL)) {
                return new NotSupportedException(
                        feature,
                        since,
                        "Linux " + KernelVersion.running() + " answers " + new Errno((int) -result).name() + " to "
                                + call + ": it was built without it");
            }
        }
        return Failure.of(call, result, feature + ", " + subject);
    }
}
