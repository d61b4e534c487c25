package io.ebpf4j.link;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;

/** What the kernel's ordered program lists (kernel/bpf/mprog.c) answer. */
final class Ordered {
    private Ordered() {}

    static BpfException refusal(long result, String subject, Anchor anchor, long expectedRevision, Refusal refusal) {
        if (Refusal.is(result, Errno.ENODEV)) {
            return new InvalidTargetException(subject, "no such network interface in this network namespace");
        }
        if (Refusal.is(result, Errno.ESTALE)) {
            return new InvalidTargetException(
                    subject, "the list of programs no longer has revision " + Long.toUnsignedString(expectedRevision));
        }
        if (Refusal.is(result, Errno.ENOENT) || Refusal.is(result, Errno.EDOM)) {
            return new InvalidTargetException(subject, "the anchor is not attached there: " + anchor);
        }
        if (Refusal.is(result, Errno.ERANGE)) {
            return new InvalidTargetException(subject, "the list of programs there is full");
        }
        return refusal.of(result, subject);
    }
}
