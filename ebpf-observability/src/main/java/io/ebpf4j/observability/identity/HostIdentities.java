package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.ConnectivityEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * All that names ends on one host, put together: static file, processes and cgroups, the sockets of this host, this JVM's resolver,
 * DNS answers, TLS and HTTP names, ranges, addresses, and what is given besides, such as Kubernetes. A thread of its own brings the
 * sources up to date once a second.
 *
 * <p>{@link #identify} is for one thread, the one that drains the rings; all else for any.
 */
public final class HostIdentities implements AutoCloseable {
    private static final Duration TURN = Duration.ofSeconds(1);

    private final MergedIdentities identities;
    private final EventIdentifier identifier;
    private final Optional<StaticIdentities> file;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("ebpf4j-identities").daemon().unstarted(this::refresh);

    private HostIdentities(
            IdentityOptions options,
            LocalProcesses processes,
            List<? extends IdentitySource> ofThisJvm,
            AddressIdentities addresses) {
        this.file = options.file().map(path -> new StaticIdentities(path, processes));
        IdentityTable table = new IdentityTable(options.mostIdentities());
        List<IdentitySource> owners = new ArrayList<>();
        file.ifPresent(owners::add);
        owners.addAll(options.owners());
        owners.add(new CgroupIdentities(processes));
        owners.add(new ProcessIdentities(processes));
        List<IdentitySource> all = new ArrayList<>(owners);
        all.add(new PeerIdentities(new MergedIdentities(owners, table, options.merge())));
        all.addAll(ofThisJvm);
        all.add(new DnsIdentities());
        all.add(new ConnectionNames());
        all.add(new CidrIdentities(options.ranges()));
        all.add(addresses);
        this.identities = new MergedIdentities(all, table, options.merge());
        this.identifier = new EventIdentifier(identities, options.merge());
    }

    /**
     * Begins to learn.
     *
     * @param options by what to name
     * @param processes this host's processes, the same that the options' sources go by
     * @return what names, to be closed by the caller
     * @throws IdentityFileException where the file says something that it cannot mean
     * @throws java.io.UncheckedIOException where something that names are read from cannot be read
     */
    public static HostIdentities open(IdentityOptions options, LocalProcesses processes) {
        HostIdentities opened = new HostIdentities(
                options, processes, List.of(JvmNames.ofThisJvm()), new AddressIdentities(options.outside()));
        opened.thread.start();
        return opened;
    }

    /**
     * {@return what names by the options and by what a recording tells} This host's processes, resolver and addresses play no part, and
     * no thread brings it up to date: whoever reads the recording does, by its time ({@link MergedIdentities#refresh}).
     *
     * @param options by what to name
     * @throws IdentityFileException where the file says something that it cannot mean
     */
    public static HostIdentities ofRecording(IdentityOptions options) {
        return new HostIdentities(
                options,
                LocalProcesses.ofEvents(),
                List.of(),
                new AddressIdentities(options.outside(), Set::of, Map.of()));
    }

    /**
     * {@return the event with who is at its ends}
     *
     * @param event what happened
     */
    public IdentifiedEvent identify(ConnectivityEvent event) {
        return identifier.identify(event);
    }

    /** {@return what names single ends} */
    public MergedIdentities identities() {
        return identities;
    }

    /** {@return what numbers the identities} */
    public IdentityTable table() {
        return identities.table();
    }

    /** {@return why the file as it is now is not what names come from; empty where it is, or there is none} */
    public Optional<RuntimeException> problem() {
        return file.flatMap(StaticIdentities::problem);
    }

    private void refresh() {
        try {
            while (!closed.await(TURN.toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    identities.refresh(System.nanoTime());
                } catch (RuntimeException e) {
                    // told, and tried again at the next turn: interfaces come and go while they are read
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody but this class knows the thread: it is to end
        }
    }

    /** Stops learning from files; what is known stays known. Closing again does nothing. */
    @Override
    public void close() {
        closed.countDown();
    }
}
