package io.ebpf4j.observability.identity;

import java.util.function.Consumer;

/**
 * One way to learn who is at an end. It answers from what it has learned already: the call is made on the thread that
 * drains the rings and must not wait for a network, and what it reads from /proc or files it reads once. Any thread may
 * ask while another one teaches it.
 */
public interface IdentitySource {
    /**
     * Tells what is known of an end.
     *
     * @param subject the end
     * @param findings takes each finding, the best or newest first
     */
    void find(Subject subject, Consumer<? super Finding> findings);
}
