package io.ebpf4j.link;

import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.program.BpfProgram;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An attachment that the kernel does not know as a link, with the action that undoes it. */
final class UnlinkedAttachment implements Attachment {
    /** Swaps the attached program. */
    @FunctionalInterface
    interface Swap {
        /** Puts the program in the place of the one attached now. */
        void to(BpfProgram program);
    }

    private final String description;
    private final @Nullable Swap swap;
    private final Runnable undo;
    private final Runnable release;
    private final AtomicBoolean detached = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile int programId;

    private UnlinkedAttachment(
            String description, int programId, @Nullable Swap swap, Runnable undo, Runnable release) {
        this.description = description;
        this.programId = programId;
        this.swap = swap;
        this.undo = undo;
        this.release = release;
    }

    /**
     * An attachment without update.
     *
     * @param undo detaches; run at most once
     * @param release gives up what was held for the undoing; run once, at close
     */
    static UnlinkedAttachment of(String description, int programId, Runnable undo, Runnable release) {
        return new UnlinkedAttachment(description, programId, null, undo, release);
    }

    /** An attachment whose program can be swapped. */
    static UnlinkedAttachment of(String description, int programId, Swap swap, Runnable undo, Runnable release) {
        return new UnlinkedAttachment(description, programId, swap, undo, release);
    }

    @Override
    public LinkInfo info() {
        requireOpen();
        return new LinkInfo.Unlinked(programId, description);
    }

    @Override
    public void update(BpfProgram program) {
        requireOpen();
        if (swap == null) {
            throw new NotSupportedException("update of " + description, "it is no kernel link");
        }
        swap.to(program);
        programId = program.info().id();
    }

    @Override
    public void pin(Path path) {
        throw new NotSupportedException(
                "pinning " + description,
                new KernelVersion(5, 7, 0),
                "it is no kernel link, and only those can be pinned");
    }

    @Override
    public void unpin() {
        throw new IllegalStateException("not pinned");
    }

    @Override
    public void detach() {
        requireOpen();
        if (detached.compareAndSet(false, true)) {
            undo.run();
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (detached.compareAndSet(false, true)) {
                undo.run();
            }
        } finally {
            release.run();
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("closed: " + description);
        }
    }
}
