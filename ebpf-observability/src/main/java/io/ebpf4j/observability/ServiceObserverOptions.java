package io.ebpf4j.observability;

import io.ebpf4j.observability.aggregate.AggregateOptions;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.IdentityOptions;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What a {@link ServiceObserver} watches, how it names, and what it keeps.
 *
 * @param events what is watched, and whether it is recorded; a replay has the layers of its recording
 * @param filter which of the events are named and added up; what is missing is told of all
 * @param identities by what ends are named
 * @param aggregate what series are kept by, and how many of them
 * @param step how far the snapshots of {@link ServiceObserver#windows()} are apart
 * @param windows how many such windows are kept
 * @param overhead whether the kernel measures what the programs cost
 * @param listeners take every event with who is at its ends, in their order, after it was added up: for a flow log, or a
 *     {@link io.ebpf4j.observability.verdict.JourneyTracker}. They run on the thread that drains; what they throw ends the
 *     observer
 */
public record ServiceObserverOptions(
        ConnectivityOptions events,
        EventFilter filter,
        IdentityOptions identities,
        AggregateOptions aggregate,
        Duration step,
        int windows,
        Overhead overhead,
        List<Consumer<? super IdentifiedEvent>> listeners) {
    /** All layers of this host in all network namespaces; five minutes in windows of ten seconds; cost not measured. */
    public static final ServiceObserverOptions DEFAULTS = new ServiceObserverOptions(
            ConnectivityOptions.DEFAULTS.withLayers(EnumSet.allOf(Layer.class)),
            EventFilter.ALL,
            IdentityOptions.DEFAULTS,
            AggregateOptions.DEFAULTS,
            Duration.ofSeconds(10),
            30,
            Overhead.NOT_MEASURED,
            List.of());

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a step that is not positive and for less than one window
     */
    public ServiceObserverOptions {
        Objects.requireNonNull(events, "events");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(identities, "identities");
        Objects.requireNonNull(aggregate, "aggregate");
        Objects.requireNonNull(overhead, "overhead");
        listeners = List.copyOf(listeners);
        if (step.isNegative() || step.isZero() || windows < 1) {
            throw new IllegalArgumentException(windows + " windows of " + step);
        }
    }

    /** Whether the kernel measures what programs cost: all of them, those of others too. */
    public enum Overhead {
        /** It does, which costs two readings of the clock a run, and takes CAP_SYS_ADMIN. */
        MEASURED,
        /** It does not, unless somebody else makes it. */
        NOT_MEASURED
    }

    /**
     * {@return a copy that watches something else}
     *
     * @param what what is watched
     */
    public ServiceObserverOptions withEvents(ConnectivityOptions what) {
        return new ServiceObserverOptions(what, filter, identities, aggregate, step, windows, overhead, listeners);
    }

    /**
     * {@return a copy that names and adds up some of the events only}
     *
     * @param wanted which; it is asked on the thread that drains
     */
    public ServiceObserverOptions withFilter(EventFilter wanted) {
        return new ServiceObserverOptions(events, wanted, identities, aggregate, step, windows, overhead, listeners);
    }

    /**
     * {@return a copy that names by something else}
     *
     * @param by by what ends are named
     */
    public ServiceObserverOptions withIdentities(IdentityOptions by) {
        return new ServiceObserverOptions(events, filter, by, aggregate, step, windows, overhead, listeners);
    }

    /**
     * {@return a copy that keeps other series}
     *
     * @param what what series are kept by
     */
    public ServiceObserverOptions withAggregate(AggregateOptions what) {
        return new ServiceObserverOptions(events, filter, identities, what, step, windows, overhead, listeners);
    }

    /**
     * {@return a copy that keeps other windows}
     *
     * @param apart how far their snapshots are apart
     * @param most how many windows are kept
     */
    public ServiceObserverOptions withWindows(Duration apart, int most) {
        return new ServiceObserverOptions(events, filter, identities, aggregate, apart, most, overhead, listeners);
    }

    /**
     * {@return a copy that has the cost measured, or not}
     *
     * @param measured whether it is
     */
    public ServiceObserverOptions withOverhead(Overhead measured) {
        return new ServiceObserverOptions(events, filter, identities, aggregate, step, windows, measured, listeners);
    }

    /**
     * {@return a copy with one listener more}
     *
     * @param listener takes every event
     */
    public ServiceObserverOptions withListener(Consumer<? super IdentifiedEvent> listener) {
        List<Consumer<? super IdentifiedEvent>> more = new ArrayList<>(listeners);
        more.add(listener);
        return new ServiceObserverOptions(events, filter, identities, aggregate, step, windows, overhead, more);
    }
}
