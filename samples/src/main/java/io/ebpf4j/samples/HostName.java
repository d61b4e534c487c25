package io.ebpf4j.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this host is called. */
final class HostName {
    private HostName() {}

    /** The node's name where Kubernetes says it, else the kernel's name of the host; nothing is looked up. */
    static String ofThisHost() {
        String node = System.getenv("NODE_NAME");
        if (node != null) {
            return node;
        }
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
