package io.ebpf4j.observability.verdict;

import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpEvent;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.event.ProcessEvent;
import io.ebpf4j.observability.event.TlsHandshake;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.probe.ConnectivityEvents;
import io.ebpf4j.observability.probe.ConnectivityOptions;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.TestNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The journeys of all that happens on this host, as a running stream has them told. */
final class WatchedJourneys implements AutoCloseable {
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final Resolution NEAR = new Resolution(300, new NameIdentity("near.test"), List.of());
    private static final Resolution FAR = new Resolution(301, new NameIdentity("far.test"), List.of());

    private final List<RequestJourney> journeys = new ArrayList<>();
    private final JourneyTracker tracker =
            new JourneyTracker(JourneyOptions.DEFAULTS.withSettle(Duration.ofSeconds(1)), journeys::add);
    private final ConnectivityEvents stream;

    WatchedJourneys() {
        stream = ConnectivityEvents.start(
                ConnectivityOptions.DEFAULTS.withLayers(
                        Set.of(Layer.TCP, Layer.HTTP, Layer.TLS, Layer.DNS, Layer.DROPS)),
                this::take);
        if (!stream.status().stream().allMatch(LayerStatus::isWatched)) {
            stream.close();
            throw new IllegalStateException("not all layers are watched: " + stream.status());
        }
    }

    private synchronized void take(ConnectivityEvent event) {
        tracker.accept(new IdentifiedEvent(event, reporter(event), NEAR, FAR));
    }

    private static Direction reporter(ConnectivityEvent event) {
        return switch (event) {
            case ConnectionEvent step -> step.connection().direction();
            case HttpEvent http -> http.connection().direction();
            case TlsHandshake tls -> tls.connection().direction();
            case DnsTransaction dns -> dns.connection().direction();
            case PacketDropped _, DatagramEvent _, ProcessEvent _, GapEvent _ -> Direction.UNKNOWN;
        };
    }

    /** Waits for a journey of a connection of a network, and until nothing else can belong to it. */
    RequestJourney await(TestNetwork network, Direction reporter, Predicate<RequestJourney> wanted) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long inode = network.inode();
        while (true) {
            synchronized (this) {
                tracker.elapse(System.nanoTime());
                for (RequestJourney journey : journeys) {
                    if (journey.connection().networkNamespace() == inode
                            && journey.reporter() == reporter
                            && wanted.test(journey)) {
                        return journey;
                    }
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError("no such journey among "
                            + journeys.stream()
                                    .filter(journey -> journey.connection().networkNamespace() == inode)
                                    .toList());
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        stream.close();
    }
}
