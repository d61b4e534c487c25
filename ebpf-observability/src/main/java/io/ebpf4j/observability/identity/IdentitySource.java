package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.ConnectivityEvent;
import java.util.function.Consumer;

/**
 * One way to learn who is at an end. It answers from what it has learned already: the call is made on the thread that
 * drains the rings and must not wait for a network, and what it reads from /proc or files it reads once. Any thread may
 * ask while another one teaches it.
 */
@FunctionalInterface
public interface IdentitySource {
    /**
     * Tells what is known of an end.
     *
     * @param subject the end
     * @param findings takes each finding, the best or newest first
     */
    void find(Subject subject, Consumer<? super Finding> findings);

    /**
     * Tells cheaply whether it is worth asking again. A source whose answers never change need not have this.
     *
     * @param subject the end
     * @return a number that is another one after something was learned that {@link #find} may say of the end
     */
    default long revision(Subject subject) {
        return 0;
    }

    /**
     * Learns from what happens: each event is told before its own ends are named, by the thread that drains the rings. A source
     * that learns elsewhere need not have this.
     *
     * @param event what happened
     */
    default void learn(ConnectivityEvent event) {}

    /**
     * Brings up to date what is read from files and forgets what has had its time. Called about once a second by a thread of
     * its own, which may wait. A source that has no such thing need not have this.
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    default void refresh(long now) {}
}
