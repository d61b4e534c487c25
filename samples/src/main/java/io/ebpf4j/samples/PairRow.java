package io.ebpf4j.samples;

import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.observability.servicemap.GoldenSignals;
import io.ebpf4j.observability.servicemap.ServiceMap;
import java.util.Locale;

/** A pair of services as a row of top's table, or as a JSON object; both say the same. */
final class PairRow {
    private static final int NAMES = 26;

    private PairRow() {}

    static String header() {
        return Output.padded("SOURCE", NAMES) + " " + Output.padded("DESTINATION", NAMES)
                + "   REQ/S   ERR%      P95    RETX%      RTT      IN/S     OUT/S  VERDICT";
    }

    static String of(ServiceMap.Edge edge, double seconds) {
        GoldenSignals signals = edge.signals();
        return name(edge.source()) + " " + name(edge.destination())
                + String.format(
                        Locale.ROOT,
                        " %7.1f %6s %8s %8s %8s %9s %9s  %s",
                        signals.requestsPerSecond(),
                        percent(signals.errorShare()),
                        time(signals.p95()),
                        percent(signals.retransmitShare()),
                        time(signals.roundTrip()),
                        bytes(signals.bytesReceived() / seconds),
                        bytes(signals.bytesSent() / seconds),
                        Output.printable(verdict(edge)));
    }

    static JsonLine json(ServiceMap.Edge edge, double seconds) {
        GoldenSignals signals = edge.signals();
        JsonLine line = new JsonLine()
                .put("source", edge.source().qualifiedName())
                .put("destination", edge.destination().qualifiedName())
                .put("requests_per_second", signals.requestsPerSecond());
        put(line, "error_share", signals.errorShare());
        put(line, "p95_seconds", signals.p95());
        put(line, "retransmit_share", signals.retransmitShare());
        put(line, "round_trip_seconds", signals.roundTrip());
        return line.put("bytes_received_per_second", signals.bytesReceived() / seconds)
                .put("bytes_sent_per_second", signals.bytesSent() / seconds)
                .put("connect_failures", signals.connectFailures())
                .put("fault", edge.verdict().fault().name().toLowerCase(Locale.ROOT))
                .put("side", edge.verdict().side().name().toLowerCase(Locale.ROOT))
                .put("confidence", edge.verdict().confidence())
                .put("summary", edge.verdict().summary());
    }

    private static void put(JsonLine line, String name, double value) {
        if (Double.isNaN(value)) {
            line.putNull(name);
        } else {
            line.put(name, value);
        }
    }

    private static String name(ServiceMap.Node node) {
        String name = Output.printable(node.qualifiedName());
        return Output.padded(name.length() > NAMES ? name.substring(0, NAMES - 1) + "\u2026" : name, NAMES);
    }

    private static String verdict(ServiceMap.Edge edge) {
        return switch (edge.verdict().fault()) {
            case NONE_SEEN -> "ok";
            case NOT_ENOUGH_SEEN -> "-";
            default -> edge.verdict().summary();
        };
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.1f", share * 100);
    }

    private static String time(double seconds) {
        if (Double.isNaN(seconds)) {
            return "-";
        }
        return seconds < 1
                ? String.format(Locale.ROOT, "%.1fms", seconds * 1000)
                : String.format(Locale.ROOT, "%.2fs", seconds);
    }

    private static String bytes(double count) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        double value = count;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f%s" : "%.1f%s", value, units[unit]);
    }
}
