package io.ebpf4j.kernel.sys;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says, with the stack that created it, that an owner was dropped without being closed. It closes nothing itself. */
final class LeakWitness implements Runnable {
    private final String what;
    private final Throwable created;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LeakWitness(String what) {
        this.what = what;
        this.created = new Throwable(what + " was created here");
    }

    /** Watches an owner; the returned handle is called when the owner is closed as it should be. */
    static Runnable watch(Object owner, String what) {
        LeakWitness witness = new LeakWitness(what);
        Cleaner.Cleanable cleanable = Watch.CLEANER.register(owner, witness);
        return () -> {
            witness.closed.set(true);
            cleanable.clean();
        };
    }

    @Override
    public void run() {
        if (!closed.get()) {
            System.getLogger("io.ebpf4j.kernel")
                    .log(System.Logger.Level.WARNING, what + " was never closed and stays open", created);
        }
    }

    private static final class Watch {
        static final Cleaner CLEANER = Cleaner.create();
    }
}
