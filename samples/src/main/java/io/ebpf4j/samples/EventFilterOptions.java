package io.ebpf4j.samples;

import io.ebpf4j.observability.event.AddressRange;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.event.EventFilter;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which events to print: values of one option are alternatives, different options have to hold together. */
final class EventFilterOptions {
    @Option(names = "--process", paramLabel = "NAME", description = "only of processes with this name")
    private String @Nullable [] processes;

    @Option(names = "--pid", paramLabel = "N", description = "only of this process")
    private Integer @Nullable [] pids;

    @Option(names = "--port", paramLabel = "N", description = "only with this port at either end")
    private Integer @Nullable [] ports;

    @Option(
            names = "--address",
            paramLabel = "CIDR",
            converter = AddressConverter.class,
            description = "only with an address in this range at either end: 192.0.2.0/24, 2001:db8::1")
    private AddressRange @Nullable [] addresses;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "only of this name: asked of DNS, HTTP's host, TLS's server name; *.example.com is all below")
    private String @Nullable [] names;

    @Option(names = "--protocol", paramLabel = "P", description = "only ${COMPLETION-CANDIDATES}")
    private EventFilter.Protocol @Nullable [] protocols;

    @Option(names = "--direction", paramLabel = "D", description = "only from this end: ${COMPLETION-CANDIDATES}")
    private Direction @Nullable [] directions;

    @Option(
            names = "--status",
            paramLabel = "S",
            converter = StatusConverter.class,
            description = "only HTTP with this status: 404, 5xx")
    private Status @Nullable [] statuses;

    /** A range of HTTP statuses. */
    record Status(int least, int greatest) {}

    EventFilter filter() {
        return EventFilter.ALL
                .and(any(processes, EventFilter::comm))
                .and(any(pids, EventFilter::pid))
                .and(any(ports, EventFilter::port))
                .and(any(addresses, EventFilter::address))
                .and(any(names, EventFilter::name))
                .and(any(protocols, EventFilter::protocol))
                .and(any(directions, EventFilter::direction))
                .and(any(statuses, status -> EventFilter.status(status.least, status.greatest)));
    }

    private static <T> EventFilter any(T @Nullable [] values, Function<T, EventFilter> filter) {
        if (values == null) {
            return EventFilter.ALL;
        }
        EventFilter wanted = event -> false;
        for (T value : values) {
            wanted = wanted.or(filter.apply(value));
        }
        return wanted;
    }

    /** Reads a range of addresses. */
    static final class AddressConverter implements ITypeConverter<AddressRange> {
        @Override
        public AddressRange convert(String text) {
            try {
                return AddressRange.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads a status or a class of them. */
    static final class StatusConverter implements ITypeConverter<Status> {
        private static final Pattern STATUS = Pattern.compile("[1-9](xx|[0-9]{2})");

        @Override
        public Status convert(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (!STATUS.matcher(lower).matches()) {
                throw new TypeConversionException("no HTTP status (404, 5xx): " + text);
            }
            return new Status(Integer.parseInt(lower.replace('x', '0')), Integer.parseInt(lower.replace('x', '9')));
        }
    }
}
