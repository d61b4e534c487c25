package io.ebpf4j.observability.export;

import io.ebpf4j.observability.event.AddressRange;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.DnsTransaction;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.event.GapEvent;
import io.ebpf4j.observability.event.HttpEvent;
import io.ebpf4j.observability.event.HttpExchanged;
import io.ebpf4j.observability.event.HttpUnpaired;
import io.ebpf4j.observability.event.PacketDropped;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.Resolution;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import io.ebpf4j.observability.protocol.HttpExchange;
import io.ebpf4j.observability.protocol.TraceContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which flows are wanted, by the flags of Hubble's command line: each factory is a flag, {@link FlowFilters} reads them all
 * from text. Filters compose by {@link #and}, {@link #or} and {@link #negate}. A filter that names something wants only the
 * flows that say it; what is no flow (a process's start) no such filter wants. Gaps always pass, also where a filter is
 * negated: what is missing may be what is wanted.
 *
 * <p>Where a filter is of one end, the source is the client, as in {@link IdentifiedEvent}.
 */
@FunctionalInterface
public interface FlowFilter extends Predicate<IdentifiedEvent> {
    /** Wants everything. */
    FlowFilter ALL = event -> true;

    /** Which end of a flow a filter looks at. */
    enum End {
        /** The client, or the sender of a dropped packet: Hubble's flags that begin with {@code from-}. */
        SOURCE,
        /** The server, or the receiver: {@code to-}. */
        DESTINATION,
        /** Any of the two. */
        EITHER;

        private <T> boolean any(T source, T destination, Predicate<T> wanted) {
            return this != DESTINATION && wanted.test(source) || this != SOURCE && wanted.test(destination);
        }
    }

    /**
     * {@return a filter that wants what both want}
     *
     * @param other the other one
     */
    default FlowFilter and(FlowFilter other) {
        return event -> test(event) && other.test(event);
    }

    /**
     * {@return a filter that wants what either wants}
     *
     * @param other the other one
     */
    default FlowFilter or(FlowFilter other) {
        return event -> test(event) || other.test(event);
    }

    /** {@return a filter that wants what this one does not, and gaps} */
    @Override
    default FlowFilter negate() {
        return event -> event.event() instanceof GapEvent || !test(event);
    }

    private static FlowFilter ofEvent(Predicate<ConnectivityEvent> wanted) {
        return event -> event.event() instanceof GapEvent || wanted.test(event.event());
    }

    private static FlowFilter ofShape(Predicate<FlowShape> wanted) {
        return event -> event.event() instanceof GapEvent
                || FlowShape.of(event).filter(wanted).isPresent();
    }

    private static FlowFilter ofEnd(End end, Predicate<Resolution> wanted) {
        return event -> event.event() instanceof GapEvent || end.any(event.source(), event.destination(), wanted);
    }

    private static FlowFilter ofIdentity(End end, Predicate<Identity> wanted) {
        return ofEnd(end, resolution -> wanted.test(resolution.identity()));
    }

    private static FlowFilter ofEndpoint(End end, Predicate<Endpoint> wanted) {
        return ofShape(shape -> end.any(shape.source(), shape.destination(), wanted));
    }

    private static FlowFilter ofHttp(Predicate<HttpExchange> wanted) {
        return ofEvent(event -> event instanceof HttpExchanged http && wanted.test(http.exchange()));
    }

    private static FlowFilter ofTrace(Predicate<TraceContext> wanted) {
        return ofHttp(exchange -> exchange.trace().filter(wanted).isPresent());
    }

    /**
     * {@return a filter by protocol, Hubble's {@code --protocol}}
     *
     * @param protocol {@code tcp}, {@code udp}, {@code icmp}, {@code icmpv4}, {@code icmpv6}, {@code http} or {@code dns},
     *     without regard to case; those of layer 4 want also what was said over them
     * @throws IllegalArgumentException for another one
     */
    static FlowFilter protocol(String protocol) {
        return switch (protocol.toLowerCase(Locale.ROOT)) {
            case "tcp" -> ofShape(shape -> shape.transport() == FlowShape.Transport.TCP);
            case "udp" -> ofShape(shape -> shape.transport() == FlowShape.Transport.UDP);
            case "icmp" ->
                ofShape(shape -> EnumSet.of(FlowShape.Transport.ICMP_V4, FlowShape.Transport.ICMP_V6)
                        .contains(shape.transport()));
            case "icmpv4" -> ofShape(shape -> shape.transport() == FlowShape.Transport.ICMP_V4);
            case "icmpv6" -> ofShape(shape -> shape.transport() == FlowShape.Transport.ICMP_V6);
            case "http" -> ofEvent(HttpEvent.class::isInstance);
            case "dns" -> ofEvent(DnsTransaction.class::isInstance);
            default ->
                throw new IllegalArgumentException("no protocol that is watched: " + protocol
                        + "; there are tcp, udp, icmp, icmpv4, icmpv6, http, dns");
        };
    }

    /**
     * {@return a filter by the flags of TCP that a step stands for, Hubble's {@code --tcp-flags}: all of them are there}
     *
     * @param flags names such as {@code SYN} and {@code ACK}, without regard to case
     * @throws IllegalArgumentException for no or unknown flags
     */
    static FlowFilter tcpFlags(Set<String> flags) {
        Set<FlowShape.TcpFlag> wanted = EnumSet.noneOf(FlowShape.TcpFlag.class);
        for (String flag : flags) {
            wanted.add(constant(FlowShape.TcpFlag.class, flag, "flag of TCP"));
        }
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("no flag of TCP");
        }
        return ofShape(shape -> shape.flags().containsAll(wanted));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text, String what) {
        String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(wanted)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("no " + what + ": " + text + "; there are "
                + String.join(", ", EnumSet.allOf(type).stream().map(Enum::name).toList()));
    }

    /**
     * {@return a filter by the kind of flow, Hubble's {@code --type}}
     *
     * @param type {@code l7}, {@code trace} or {@code drop}, without regard to case
     * @throws IllegalArgumentException for another one
     */
    static FlowFilter type(String type) {
        FlowShape.Type wanted = constant(FlowShape.Type.class, type, "type of flow that is watched");
        return ofShape(shape -> shape.type() == wanted);
    }

    /**
     * {@return a filter by what became of it, Hubble's {@code --verdict}}
     *
     * @param verdict {@code FORWARDED}, {@code DROPPED} or {@code ERROR}, without regard to case
     * @throws IllegalArgumentException for another one
     */
    static FlowFilter verdict(String verdict) {
        FlowShape.Verdict wanted = constant(FlowShape.Verdict.class, verdict, "verdict that comes up");
        return ofShape(shape -> shape.verdict() == wanted);
    }

    /**
     * {@return a filter by why the kernel dropped a packet, Hubble's {@code --drop-reason-desc}}
     *
     * @param reason the kernel's name, as {@code NO_SOCKET}, without regard to case
     */
    static FlowFilter dropReason(String reason) {
        return ofEvent(event ->
                event instanceof PacketDropped packet && packet.reason().equalsIgnoreCase(reason));
    }

    /**
     * {@return a filter by HTTP status, Hubble's {@code --http-status}}
     *
     * @param status {@code 404}, or a beginning such as {@code 5+} or {@code 40+}
     * @throws IllegalArgumentException for what is neither
     */
    static FlowFilter httpStatus(String status) {
        if (!status.matches("[1-5][0-9]{2}|[1-5][0-9]?\\+")) {
            throw new IllegalArgumentException("no HTTP status: " + status + "; write 404, 5+ or 40+");
        }
        Predicate<Integer> wanted = status.endsWith("+")
                ? code -> Integer.toString(code).startsWith(status.substring(0, status.length() - 1))
                : code -> code == Integer.parseInt(status);
        return ofEvent(event -> event instanceof HttpExchanged http
                        && wanted.test(http.exchange().status())
                || event instanceof HttpUnpaired unpaired && wanted.test(unpaired.status()));
    }

    /**
     * {@return a filter by HTTP method, Hubble's {@code --http-method}}
     *
     * @param method the method, without regard to case
     */
    static FlowFilter httpMethod(String method) {
        return ofHttp(exchange -> exchange.method().equalsIgnoreCase(method));
    }

    /**
     * {@return a filter by HTTP path, Hubble's {@code --http-path}}
     *
     * @param path an expression that is to be found in the path
     */
    static FlowFilter httpPath(Pattern path) {
        return ofHttp(exchange -> path.matcher(exchange.path()).find());
    }

    /**
     * {@return a filter by URL, Hubble's {@code --http-url}}
     *
     * @param url an expression that is to be found in {@code http://host/path}, or in the path where the host is not known
     */
    static FlowFilter httpUrl(Pattern url) {
        return ofHttp(exchange -> url.matcher(FlowLog.url(exchange)).find());
    }

    /**
     * {@return a filter by an HTTP header, Hubble's {@code --http-header}} Headers other than those of a trace and {@code
     * host} are not kept, so no others can be asked for.
     *
     * @param name {@code traceparent}, {@code host}, or another header that carries a trace; without regard to case
     * @param value its value; of one that carries a trace, the trace's identifier in it counts
     * @throws IllegalArgumentException for a header that is not kept
     */
    static FlowFilter httpHeader(String name, String value) {
        String header = name.toLowerCase(Locale.ROOT);
        if (header.equals("host")) {
            return ofHttp(exchange -> exchange.host().equalsIgnoreCase(value));
        }
        if (!TraceContext.carries(header)) {
            throw new IllegalArgumentException(
                    "header " + name + " is not kept; there are host and those that carry a trace, as traceparent");
        }
        TraceContext.Collector collector = new TraceContext.Collector();
        collector.header(header, value);
        return collector
                .result()
                .map(asked -> ofTrace(trace -> trace.traceId().equals(asked.traceId())
                        && (asked.spanId().isEmpty() || trace.spanId().equals(asked.spanId()))))
                .orElseGet(() -> traceId(value));
    }

    /**
     * {@return a filter by trace, Hubble's {@code --trace-id}}
     *
     * @param traceId the trace's identifier, without regard to case
     */
    static FlowFilter traceId(String traceId) {
        return ofTrace(trace -> trace.traceId().equalsIgnoreCase(traceId));
    }

    /**
     * {@return a filter by a name of DNS, Hubble's {@code --fqdn}: any that the end is known by}
     *
     * @param end of which end
     * @param name the name without regard to case; {@code *} stands for any letters
     */
    static FlowFilter fqdn(End end, String name) {
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        Pattern wanted = Pattern.compile(
                "\\Q" + plain.replace("\\E", "").replace("*", "\\E.*\\Q") + "\\E", Pattern.CASE_INSENSITIVE);
        return ofEnd(
                end,
                resolution -> FlowLog.dnsNames(resolution)
                        .anyMatch(known -> wanted.matcher(known).matches()));
    }

    /**
     * {@return a filter by address, Hubble's {@code --ip}}
     *
     * @param end of which end
     * @param range the addresses
     */
    static FlowFilter ip(End end, AddressRange range) {
        return ofEndpoint(end, range::contains);
    }

    /**
     * {@return a filter by the version of IP, Hubble's {@code --ip-version}}
     *
     * @param version 4 or 6
     * @throws IllegalArgumentException for another one
     */
    static FlowFilter ipVersion(int version) {
        return switch (version) {
            case 4 -> ofShape(FlowLog::isIpv4);
            case 6 -> ofShape(shape -> !FlowLog.isIpv4(shape));
            default -> throw new IllegalArgumentException("IP version " + version + "; there are 4 and 6");
        };
    }

    /**
     * {@return a filter by pod, Hubble's {@code --pod}}
     *
     * @param end of which end
     * @param pod the beginning of the pod's name, or {@code namespace/} with or without one
     */
    static FlowFilter pod(End end, String pod) {
        return namespaced(end, pod, WorkloadIdentity::pod, String::startsWith);
    }

    /**
     * {@return a filter by service, Hubble's {@code --service}}
     *
     * @param end of which end
     * @param service the beginning of the service's name, or {@code namespace/} with or without one
     */
    static FlowFilter service(End end, String service) {
        return namespaced(end, service, WorkloadIdentity::service, String::startsWith);
    }

    private static FlowFilter namespaced(
            End end, String text, Function<WorkloadIdentity, String> part, BiPredicate<String, String> matches) {
        int slash = text.indexOf('/');
        String namespace = slash < 0 ? "" : text.substring(0, slash);
        String name = text.substring(slash + 1);
        return ofIdentity(
                end,
                identity -> identity instanceof WorkloadIdentity workload
                        && !part.apply(workload).isEmpty()
                        && (slash < 0 || workload.namespace().equals(namespace))
                        && matches.test(part.apply(workload), name));
    }

    /**
     * {@return a filter by namespace, Hubble's {@code --namespace}}
     *
     * @param end of which end
     * @param namespace the namespace
     */
    static FlowFilter namespace(End end, String namespace) {
        return ofIdentity(end, identity -> identity.namespace().equals(namespace));
    }

    /**
     * {@return a filter by labels, Hubble's {@code --label}}
     *
     * @param end of which end
     * @param selector what the labels have to say
     */
    static FlowFilter label(End end, LabelSelector selector) {
        return ofIdentity(end, selector);
    }

    /**
     * {@return a filter by port, Hubble's {@code --port}}
     *
     * @param end of which end
     * @param port the port
     */
    static FlowFilter port(End end, int port) {
        return ofEndpoint(end, endpoint -> endpoint.port() == port);
    }

    /**
     * {@return a filter by workload, Hubble's {@code --workload}}
     *
     * @param end of which end
     * @param workload the workload's name, or kind and name, {@code Deployment/core-api}; the kind without regard to case
     */
    static FlowFilter workload(End end, String workload) {
        int slash = workload.indexOf('/');
        String kind = slash < 0 ? "" : workload.substring(0, slash);
        String name = workload.substring(slash + 1);
        return ofIdentity(
                end,
                identity -> identity instanceof WorkloadIdentity known
                        && known.workload().equals(name)
                        && (kind.isEmpty() || known.kind().equalsIgnoreCase(kind)));
    }

    /**
     * {@return a filter by identity, Hubble's {@code --identity}}
     *
     * @param end of which end
     * @param identity a number, or the name of a reserved one with or without {@code reserved:}
     */
    static FlowFilter identity(End end, String identity) {
        if (identity.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(identity);
            return ofEnd(end, resolution -> resolution.number() == number);
        }
        ReservedIdentity wanted = constant(
                ReservedIdentity.class,
                identity.startsWith("reserved:") ? identity.substring("reserved:".length()) : identity,
                "reserved identity");
        return ofIdentity(end, known -> known == wanted);
    }

    /**
     * {@return a filter by the reporter, Hubble's {@code --traffic-direction}}
     *
     * @param direction {@code egress} for what the client's end told, {@code ingress} for the server's; without regard to case
     * @throws IllegalArgumentException for another one
     */
    static FlowFilter trafficDirection(String direction) {
        Direction wanted = switch (direction.toLowerCase(Locale.ROOT)) {
            case "egress" -> Direction.CLIENT;
            case "ingress" -> Direction.SERVER;
            default ->
                throw new IllegalArgumentException(
                        "no traffic direction: " + direction + "; there are egress, ingress");
        };
        return event -> event.event() instanceof GapEvent || event.reporter() == wanted;
    }

    /**
     * {@return a filter by the interface of a dropped packet, Hubble's {@code --interface}; no other event tells one}
     *
     * @param index the interface's index
     */
    static FlowFilter networkInterface(int index) {
        return ofEvent(event -> event instanceof PacketDropped packet && packet.networkInterface() == index);
    }

    /**
     * {@return a filter by what happened in the process's own terms}
     *
     * @param filter of the event alone
     */
    static FlowFilter event(EventFilter filter) {
        return event -> filter.test(event.event());
    }

    /**
     * {@return a filter that wants what any of some wants; nothing but gaps where there is none}
     *
     * @param filters which
     */
    static FlowFilter anyOf(List<FlowFilter> filters) {
        List<FlowFilter> alternatives = List.copyOf(filters);
        return event ->
                event.event() instanceof GapEvent || alternatives.stream().anyMatch(filter -> filter.test(event));
    }
}
