package io.ebpf4j.observability.export;

import io.ebpf4j.observability.event.AddressRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads the filter flags of Hubble's command line. As there, several values of one flag are alternatives, different flags
 * have to hold together, and {@code --not} before a flag excludes what it wants.
 *
 * <p>These of Hubble's flags are no flags here, and why: {@code --uuid}, for events have no identifier of their own; {@code
 * --node-name} and {@code --cluster}, for all events are of this host; {@code --snat-ip}, {@code --encrypted} and {@code
 * --reply}, for translation, encryption on the way and single packets are not seen; {@code --cel-expression}, for it is a
 * language of its own.
 */
public final class FlowFilters {
    private static final Set<String> OF_AN_END =
            Set.of("fqdn", "ip", "pod", "namespace", "label", "service", "port", "workload", "identity");

    private static final Map<String, String> NOT_HERE = new TreeMap<>(Map.of(
            "uuid", "events have no identifier of their own",
            "node-name", "all events are of this host",
            "cluster", "all events are of this host",
            "snat-ip", "addresses before translation are not seen",
            "encrypted", "encryption on the way is not seen",
            "unencrypted", "encryption on the way is not seen",
            "reply", "an event tells question and answer at once",
            "cel-expression", "expressions of CEL are not read"));

    private FlowFilters() {}

    /**
     * Reads a command line.
     *
     * @param arguments flags and values: {@code --from-pod}, {@code shop/cart}, {@code --not}, {@code --port}, {@code 53};
     *     also {@code --port=53}
     * @return the filter of all of them together; {@link FlowFilter#ALL} where there are none
     * @throws IllegalArgumentException for an unknown flag, a flag without a value, or a value that the flag cannot have; the
     *     message says what it can
     */
    public static FlowFilter parse(List<String> arguments) {
        Map<String, List<FlowFilter>> wanted = new LinkedHashMap<>();
        List<FlowFilter> unwanted = new ArrayList<>();
        boolean not = false;
        int i = 0;
        while (i < arguments.size()) {
            String argument = arguments.get(i++);
            if (argument.equals("--not")) {
                not = true;
                continue;
            }
            if (!argument.startsWith("--")) {
                throw new IllegalArgumentException("a flag begins with --: " + argument);
            }
            int equals = argument.indexOf('=');
            String flag = argument.substring(2, equals < 0 ? argument.length() : equals);
            if (equals < 0 && i == arguments.size()) {
                throw new IllegalArgumentException("--" + flag + " without a value");
            }
            FlowFilter filter = parse(flag, equals < 0 ? arguments.get(i++) : argument.substring(equals + 1));
            if (not) {
                unwanted.add(filter);
            } else {
                wanted.computeIfAbsent(flag, _ -> new ArrayList<>()).add(filter);
            }
            not = false;
        }
        if (not) {
            throw new IllegalArgumentException("--not without a flag after it");
        }
        FlowFilter all = FlowFilter.ALL;
        for (List<FlowFilter> alternatives : wanted.values()) {
            all = all.and(FlowFilter.anyOf(alternatives));
        }
        for (FlowFilter filter : unwanted) {
            all = all.and(filter.negate());
        }
        return all;
    }

    /**
     * Reads one flag.
     *
     * @param flag the flag without dashes, as {@code from-pod}
     * @param value its value
     * @return the filter
     * @throws IllegalArgumentException as {@link #parse(List)} does
     */
    public static FlowFilter parse(String flag, String value) {
        if (NOT_HERE.containsKey(flag)) {
            throw new IllegalArgumentException("--" + flag + " cannot be asked for: " + NOT_HERE.get(flag));
        }
        FlowFilter.End end = flag.startsWith("from-")
                ? FlowFilter.End.SOURCE
                : flag.startsWith("to-") ? FlowFilter.End.DESTINATION : FlowFilter.End.EITHER;
        String plain = switch (end) {
            case SOURCE -> flag.substring("from-".length());
            case DESTINATION -> flag.substring("to-".length());
            case EITHER -> flag;
        };
        if (end != FlowFilter.End.EITHER && !OF_AN_END.contains(plain)) {
            throw new IllegalArgumentException("no filter of one end: --" + flag);
        }
        return switch (plain) {
            case "protocol" -> FlowFilter.protocol(value);
            case "tcp-flags" -> FlowFilter.tcpFlags(Set.of(value.split(",", -1)));
            case "type" -> FlowFilter.type(value);
            case "verdict" -> FlowFilter.verdict(value);
            case "drop-reason-desc" -> FlowFilter.dropReason(value);
            case "http-status" -> FlowFilter.httpStatus(value);
            case "http-method" -> FlowFilter.httpMethod(value);
            case "http-path" -> FlowFilter.httpPath(pattern(value));
            case "http-url" -> FlowFilter.httpUrl(pattern(value));
            case "http-header" -> header(value);
            case "trace-id" -> FlowFilter.traceId(value);
            case "fqdn" -> FlowFilter.fqdn(end, value);
            case "ip" -> FlowFilter.ip(end, AddressRange.parse(value));
            case "ip-version" -> FlowFilter.ipVersion(number(value.replaceFirst("^(?i)(ip)?v", "")));
            case "pod" -> FlowFilter.pod(end, value);
            case "namespace" -> FlowFilter.namespace(end, value);
            case "label" -> FlowFilter.label(end, LabelSelector.parse(value));
            case "service" -> FlowFilter.service(end, value);
            case "port" -> FlowFilter.port(end, number(value));
            case "workload" -> FlowFilter.workload(end, value);
            case "identity" -> FlowFilter.identity(end, value);
            case "traffic-direction" -> FlowFilter.trafficDirection(value);
            case "interface" -> FlowFilter.networkInterface(number(value));
            default -> throw new IllegalArgumentException("no filter: --" + flag);
        };
    }

    private static FlowFilter header(String value) {
        int colon = value.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("no header: " + value + "; write name:value");
        }
        return FlowFilter.httpHeader(
                value.substring(0, colon).strip(), value.substring(colon + 1).strip());
    }

    private static Pattern pattern(String value) {
        try {
            return Pattern.compile(value);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("no regular expression: " + value + ": " + e.getDescription(), e);
        }
    }

    private static int number(String value) {
        if (!value.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("no number: " + value);
        }
        return Integer.parseInt(value);
    }
}
