package io.ebpf4j.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Lets one consumer at a time in, and gives what it reads back only when it is out. Taking and leaving allocate nothing. */
final class ConsumerGate {
    private static final int IDLE = 0;
    private static final int DRAINING = 1;
    private static final int CLOSED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(ConsumerGate.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String what;
    private final Runnable release;
    private volatile @Nullable Thread inside;
    private volatile boolean closing;
    private volatile int state;

    /** Release runs once, when the gate is closed and nobody is inside. */
    ConsumerGate(String what, Runnable release) {
        this.what = what;
        this.release = release;
    }

    /** Every return is followed by one {@link #leave()}. */
    void enter() {
        if (!STATE.compareAndSet(this, IDLE, DRAINING)) {
            throw new IllegalStateException(
                    state == CLOSED ? what + " is closed" : what + " is being drained: it has one consumer at a time");
        }
        inside = Thread.currentThread();
    }

    void leave() {
        inside = null;
        state = IDLE;
        if (closing) {
            close();
        }
    }

    /** Whether the consumer inside should come out. */
    boolean isClosing() {
        return closing;
    }

    /** Waits for the consumer to come out; called by that consumer, the end comes when it leaves. */
    void close() {
        closing = true;
        while (!STATE.compareAndSet(this, IDLE, CLOSED)) {
            if (state == CLOSED || inside == Thread.currentThread()) {
                return;
            }
            LockSupport.parkNanos(50_000);
        }
        release.run();
    }
}
