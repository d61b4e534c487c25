package io.ebpf4j.link;

import io.ebpf4j.program.BpfProgram;
import java.nio.file.Path;

/**
 * A program attached to an attach point, and the ownership of that attachment.
 *
 * <p>Closing a link detaches the program unless the link is pinned. Each subclass names one attach point. An attachment
 * is either a kernel link (an object with an id, since 5.7) or, on older kernels and at attach points without links, an
 * older form of attachment; what the older form cannot do is a
 * {@link io.ebpf4j.kernel.NotSupportedException}. Links may be used and closed from any thread.
 */
public abstract class Link implements AutoCloseable {

    Link() {}

    /** {@return what the kernel says about this link now} */
    public abstract LinkInfo info();

    /**
     * Puts another program in the place of the attached one, atomically: every event meets exactly one of the two.
     *
     * @param program a loaded program of the same type
     */
    public abstract void update(BpfProgram program);

    /**
     * Keeps the link alive in the BPF file system after this object is closed and this process is gone.
     *
     * @param path a name that does not exist yet, in a mounted BPF file system
     */
    public abstract void pin(Path path);

    /** Removes the pin that {@link #pin} made, or that this link was opened from. */
    public abstract void unpin();

    /** Detaches the program now, though pins or other descriptors hold the link. */
    public abstract void detach();

    /** Gives up this link: detaches the program unless the link is pinned. Closing again does nothing. */
    @Override
    public abstract void close();
}
