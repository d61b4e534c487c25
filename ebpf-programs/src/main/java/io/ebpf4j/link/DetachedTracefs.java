package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The tracing file system where nobody has mounted it: a mount that is attached to no place, which only this process
 * sees. It is opened once, when it is first needed, and goes with the process. Since Linux 5.2, with CAP_SYS_ADMIN.
 */
final class DetachedTracefs {
    private static final int FSCONFIG_CMD_CREATE = 6; // enum fsconfig_command, include/uapi/linux/mount.h

    private DetachedTracefs() {}

    /** Holds the mount from the first call on. */
    private static final class Holder {
        private static final Optional<Fd> MOUNT = open(Kernel.system());
    }

    /** {@return a path to it that is good for this process, empty where it cannot be had} */
    static Optional<Path> root() {
        return Holder.MOUNT.map(DetachedTracefs::path);
    }

    static Path path(Fd mount) {
        return Path.of("/proc/self/fd", Integer.toString(mount.number()));
    }

    static Optional<Fd> open(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            long type = arena.allocateFrom("tracefs").address();
            int context = (int) kernel.call(SystemCall.FSOPEN, type, 0, 0, 0, 0, 0);
            if (context < 0) {
                return Optional.empty();
            }
            try {
                if (kernel.call(SystemCall.FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0, 0) < 0) {
                    return Optional.empty();
                }
                int mount = (int) kernel.call(SystemCall.FSMOUNT, context, 0, 0, 0, 0, 0);
                return mount < 0 ? Optional.empty() : Optional.of(Fd.own(kernel, mount, "detached tracefs"));
            } finally {
                kernel.close(context);
            }
        }
    }
}
