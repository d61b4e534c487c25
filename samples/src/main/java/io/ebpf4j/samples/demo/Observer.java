package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.verdict.JourneySummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Who looks at the demo's hosts, over all layers. */
public interface Observer extends AutoCloseable {
    /** Begins to look. */
    @FunctionalInterface
    interface Start {
        /**
         * {@return who looks from now on, to be closed by the caller}
         *
         * @param identities says who is who, a file of {@link io.ebpf4j.observability.identity.StaticIdentities}
         * @param namespaces inode numbers of the network namespaces to look at; what is in others is nobody's business
         * @throws IOException nothing can be watched here
         */
        Observer start(Path identities, Set<Long> namespaces) throws IOException;
    }

    /** {@return all that was added up so far} */
    Snapshot snapshot();

    /** {@return what became of requests so far; those that ended a second ago are among them} */
    JourneySummary.Counted journeys();

    /**
     * Tells what is usual, against which all that follows is held.
     *
     * @param window a window in which all was well
     */
    void usual(Snapshot window);

    /** {@return what cannot be watched here, and why, a sentence each} */
    List<String> problems();

    /** Ends it. */
    @Override
    void close() throws IOException;
}
