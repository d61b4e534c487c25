package io.ebpf4j.link;

import io.ebpf4j.program.BpfProgram;
import java.nio.file.Path;

/** What holds a program at its attach point: a kernel link, or something older that must be undone by hand. */
sealed interface Attachment permits KernelAttachment, UnlinkedAttachment {
    LinkInfo info();

    void update(BpfProgram program);

    void pin(Path path);

    void unpin();

    void detach();

    /** Never throws for what is gone already: an interface, a cgroup. */
    void close();
}
