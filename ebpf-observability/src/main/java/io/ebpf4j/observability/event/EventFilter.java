package io.ebpf4j.observability.event;

import io.ebpf4j.observability.protocol.HttpExchange;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which events are wanted. Filters compose by {@link #and} and {@link #or}; each one that names something wants only the
 * events that say it: a filter by port lets no event of a process through. Gaps always pass: what is missing may be what is
 * wanted.
 */
@FunctionalInterface
public interface EventFilter extends Predicate<ConnectivityEvent> {
    /** Wants everything. */
    EventFilter ALL = event -> true;

    /**
     * {@return a filter that wants what both want}
     *
     * @param other the other one
     */
    default EventFilter and(EventFilter other) {
        return event -> test(event) && other.test(event);
    }

    /**
     * {@return a filter that wants what either wants}
     *
     * @param other the other one
     */
    default EventFilter or(EventFilter other) {
        return event -> test(event) || other.test(event);
    }

    /**
     * {@return a filter by layer}
     *
     * @param layers the layers wanted
     */
    static EventFilter layers(Set<Layer> layers) {
        Set<Layer> wanted = Set.copyOf(layers);
        return event -> event instanceof GapEvent || wanted.contains(layer(event));
    }

    /**
     * {@return the layer of an event: what is said within TLS is of {@link Layer#TLS}, though it be HTTP}
     *
     * @param event the event
     */
    static Layer layer(ConnectivityEvent event) {
        return switch (event) {
            case ConnectionEvent _ -> Layer.TCP;
            case DatagramEvent _ -> Layer.UDP;
            case PacketDropped _ -> Layer.DROPS;
            case DnsTransaction _ -> Layer.DNS;
            case HttpEvent http -> http.source() == PayloadSource.SOCKET ? Layer.HTTP : Layer.TLS;
            case TlsHandshake _ -> Layer.TLS;
            case ProcessEvent _ -> Layer.PROCESS;
            case GapEvent gap -> gap.kind().layer();
        };
    }

    /**
     * {@return the connection that an event is of; empty for dropped packets, for those of a process, and for gaps}
     *
     * @param event the event
     */
    static Optional<Connection> connection(ConnectivityEvent event) {
        return switch (event) {
            case ConnectionEvent connection -> Optional.of(connection.connection());
            case DatagramEvent datagram -> Optional.of(datagram.connection());
            case DnsTransaction dns -> Optional.of(dns.connection());
            case HttpEvent http -> Optional.of(http.connection());
            case TlsHandshake tls -> Optional.of(tls.connection());
            case PacketDropped _, ProcessEvent _, GapEvent _ -> Optional.empty();
        };
    }

    /**
     * {@return the process that an event names; empty where none is known}
     *
     * @param event the event
     */
    static Optional<ProcessRef> process(ConnectivityEvent event) {
        return event instanceof ProcessEvent process
                ? Optional.of(process.process())
                : connection(event).map(Connection::process).filter(ProcessRef::isKnown);
    }

    private static EventFilter ofConnection(Predicate<Connection> wanted) {
        return event ->
                event instanceof GapEvent || connection(event).filter(wanted).isPresent();
    }

    private static EventFilter ofEndpoint(Predicate<Endpoint> wanted) {
        return event -> event instanceof GapEvent
                || (event instanceof PacketDropped packet
                        ? wanted.test(packet.source()) || wanted.test(packet.destination())
                        : connection(event)
                                .filter(known -> wanted.test(known.local()) || wanted.test(known.remote()))
                                .isPresent());
    }

    private static EventFilter ofProcess(Predicate<ProcessRef> wanted) {
        return event ->
                event instanceof GapEvent || process(event).filter(wanted).isPresent();
    }

    /**
     * {@return a filter by process name}
     *
     * @param comm the kernel's name of the process; longer names than the kernel's 15 bytes match by those
     */
    static EventFilter comm(String comm) {
        String wanted = comm.length() > 15 ? comm.substring(0, 15) : comm;
        return ofProcess(process -> process.comm().equals(wanted));
    }

    /**
     * {@return a filter by process number}
     *
     * @param pid the number
     */
    static EventFilter pid(int pid) {
        return ofProcess(process -> process.pid() == pid);
    }

    /**
     * {@return a filter by port, of either end}
     *
     * @param port the port
     */
    static EventFilter port(int port) {
        return ofConnection(connection ->
                connection.local().port() == port || connection.remote().port() == port);
    }

    /**
     * {@return a filter by address, of either end}
     *
     * @param range the addresses
     */
    static EventFilter address(AddressRange range) {
        return ofEndpoint(range::contains);
    }

    /**
     * {@return a filter by network namespace, for hosts that are watched as one of many: processes are in all of them, as they
     * name what happens in any}
     *
     * @param inodes inode numbers of the namespaces wanted
     */
    static EventFilter networkNamespaces(Set<Long> inodes) {
        Set<Long> wanted = Set.copyOf(inodes);
        return event -> event instanceof GapEvent
                || event instanceof ProcessEvent
                || (event instanceof PacketDropped packet
                        ? wanted.contains(packet.networkNamespace())
                        : connection(event)
                                .filter(known -> wanted.contains(known.networkNamespace()))
                                .isPresent());
    }

    /**
     * {@return a filter by the end that was seen}
     *
     * @param direction which end
     */
    static EventFilter direction(Direction direction) {
        return ofConnection(connection -> connection.direction() == direction);
    }

    /**
     * {@return a filter by name: the one asked of DNS, HTTP's host, or TLS's server name; without regard to case}
     *
     * @param name the name; {@code *.example.com} stands for all below example.com
     */
    static EventFilter name(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return event -> event instanceof GapEvent
                || names(event)
                        .anyMatch(said -> wanted.startsWith("*.")
                                ? said.endsWith(wanted.substring(1)) && said.length() > wanted.length() - 1
                                : said.equals(wanted));
    }

    private static Stream<String> names(ConnectivityEvent event) {
        Stream<String> said = switch (event) {
            case DnsTransaction dns -> Stream.concat(Stream.of(dns.name()), dns.canonicalNames().stream());
            case HttpExchanged http -> Stream.of(http.exchange().host().replaceFirst(":[0-9]+$", ""));
            case TlsHandshake tls -> Stream.of(tls.serverName());
            default -> Stream.empty();
        };
        return said.map(name -> name.toLowerCase(Locale.ROOT))
                .map(name -> name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    }

    /**
     * {@return a filter by HTTP status}
     *
     * @param least the least status wanted
     * @param greatest the greatest
     */
    static EventFilter status(int least, int greatest) {
        return event -> event instanceof GapEvent
                || event instanceof HttpExchanged http
                        && isWithin(http.exchange().status(), least, greatest)
                || event instanceof HttpUnpaired unpaired && isWithin(unpaired.status(), least, greatest);
    }

    private static boolean isWithin(int status, int least, int greatest) {
        return status >= least && status <= greatest;
    }

    /**
     * {@return a filter by what is spoken}
     *
     * @param protocol what
     */
    static EventFilter protocol(Protocol protocol) {
        return event -> event instanceof GapEvent || protocol.isSpokenIn(event);
    }

    /** What is spoken over a connection. */
    enum Protocol {
        /** TCP: the steps in a connection's life, and its dropped packets. */
        TCP,
        /** UDP: flows, failures, and dropped packets. */
        UDP,
        /** DNS over any transport. */
        DNS,
        /** HTTP of any version, in the clear or within TLS. */
        HTTP,
        /** HTTP/1.0 and HTTP/1.1. */
        HTTP1,
        /** HTTP/2. */
        HTTP2,
        /** gRPC: HTTP/2 with a gRPC status. */
        GRPC,
        /** TLS: its hellos, and what is said within. */
        TLS;

        // include/uapi/linux/in.h
        private static final int IPPROTO_TCP = 6;
        private static final int IPPROTO_UDP = 17;

        private static boolean isDropped(ConnectivityEvent event, int protocol) {
            return event instanceof PacketDropped packet && packet.protocol() == protocol;
        }

        boolean isSpokenIn(ConnectivityEvent event) {
            return switch (this) {
                case TCP -> event instanceof ConnectionEvent || isDropped(event, IPPROTO_TCP);
                case UDP ->
                    event instanceof DatagramEvent && !(event instanceof IcmpSent) || isDropped(event, IPPROTO_UDP);
                case DNS -> event instanceof DnsTransaction;
                case HTTP -> event instanceof HttpEvent;
                case HTTP1 ->
                    event instanceof HttpExchanged http && http.exchange().protocol() != HttpExchange.Protocol.HTTP_2;
                case HTTP2 ->
                    event instanceof HttpExchanged http && http.exchange().protocol() == HttpExchange.Protocol.HTTP_2;
                case GRPC ->
                    event instanceof HttpExchanged http && http.exchange().grpcStatus() >= 0;
                case TLS ->
                    event instanceof TlsHandshake
                            || event instanceof HttpEvent http && http.source() == PayloadSource.TLS_LIBRARY;
            };
        }
    }
}
