package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.AddressRange;
import io.ebpf4j.observability.event.Endpoint;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What an address itself says, for want of a better name. The near end is this host. The far one is localhost by a loopback
 * address, the host by one of its own, the cluster's API server by the address that Kubernetes tells every container
 * ({@code KUBERNETES_SERVICE_HOST}), link-local or multicast by their ranges, else the world.
 *
 * <p>The host's own addresses are those of the JVM's network namespace, read again by {@link #refresh}. Any thread may use it.
 */
public final class AddressIdentities implements IdentitySource {
    private static final CidrIdentity LINK_LOCAL_4 = new CidrIdentity("link-local", "169.254.0.0/16");
    private static final CidrIdentity LINK_LOCAL_6 = new CidrIdentity("link-local", "fe80::/10");
    private static final CidrIdentity MULTICAST_4 = new CidrIdentity("multicast", "224.0.0.0/4");
    private static final CidrIdentity MULTICAST_6 = new CidrIdentity("multicast", "ff00::/8");

    /** What is said of what is outside. */
    public enum Outside {
        /** It is {@link ReservedIdentity#WORLD}. */
        WORLD,
        /** It is {@link ReservedIdentity#WORLD_IPV4} or {@link ReservedIdentity#WORLD_IPV6}. */
        WORLD_BY_VERSION
    }

    private final Outside outside;
    private final Supplier<Set<Address>> interfaces;
    private final Optional<Address> apiServer;
    private final Revisions revisions = new Revisions();
    private volatile Set<Address> own;

    AddressIdentities(Outside outside, Supplier<Set<Address>> interfaces, Map<String, String> environment) {
        this.outside = outside;
        this.interfaces = interfaces;
        this.own = interfaces.get();
        this.apiServer = Optional.ofNullable(environment.get("KUBERNETES_SERVICE_HOST"))
                .filter(host -> host.matches("[0-9a-fA-F:.]+")) // a name would have to be looked up
                .map(AddressRange::parse)
                .map(range -> new Address(range.high(), range.low()));
    }

    /**
     * What addresses say on this host.
     *
     * @param outside what is said of what is outside
     * @throws UncheckedIOException where the host's addresses cannot be read
     */
    public AddressIdentities(Outside outside) {
        this(outside, AddressIdentities::interfaceAddresses, System.getenv());
    }

    private static Set<Address> interfaceAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(Address::of)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            throw new UncheckedIOException("read the addresses of the network interfaces", e);
        }
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        Identity identity = subject.side() == Subject.Side.NEAR ? ReservedIdentity.HOST : far(subject.endpoint());
        findings.accept(new Finding(
                identity,
                Provenance.RESERVED,
                subject.timestamp(),
                Long.MAX_VALUE,
                subject.endpoint().host()));
    }

    private Identity far(Endpoint endpoint) {
        Address address = Address.of(endpoint);
        boolean four = address.isIpv4();
        if (address.isUnspecified()) {
            return ReservedIdentity.UNKNOWN;
        }
        if (address.isLoopback()) {
            return ReservedIdentity.LOCALHOST;
        }
        if (apiServer.isPresent() && apiServer.get().equals(address)) {
            return ReservedIdentity.KUBE_APISERVER;
        }
        if (own.contains(address)) {
            return ReservedIdentity.HOST;
        }
        if (address.isLinkLocal()) {
            return four ? LINK_LOCAL_4 : LINK_LOCAL_6;
        }
        if (address.isMulticast()) {
            return four ? MULTICAST_4 : MULTICAST_6;
        }
        return switch (outside) {
            case WORLD -> ReservedIdentity.WORLD;
            case WORLD_BY_VERSION -> four ? ReservedIdentity.WORLD_IPV4 : ReservedIdentity.WORLD_IPV6;
        };
    }

    @Override
    public long revision(Subject subject) {
        return revisions.of(0);
    }

    @Override
    public void refresh(long now) {
        Set<Address> current = interfaces.get();
        if (!current.equals(own)) {
            own = current;
            revisions.changed(0);
        }
    }
}
