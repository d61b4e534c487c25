package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.Side;
import java.util.Locale;

/** Numbers and verdicts as a person reads them. */
final class Figures {
    static final String NONE = "-";

    private Figures() {}

    static String rate(double perSecond) {
        if (perSecond == 0) {
            return "0";
        }
        return perSecond >= 1_000
                ? format("%.1fk", perSecond / 1_000)
                : perSecond >= 10 ? format("%.0f", perSecond) : perSecond >= 0.1 ? format("%.1f", perSecond) : "<0.1";
    }

    static String share(double share) {
        if (Double.isNaN(share)) {
            return NONE;
        }
        double percent = 100 * share;
        return percent == 0
                ? "0%"
                : percent < 0.01 ? "<0.01%" : percent < 1 ? format("%.2f%%", percent) : format("%.1f%%", percent);
    }

    static String time(double seconds) {
        if (Double.isNaN(seconds)) {
            return NONE;
        }
        return seconds >= 10
                ? format("%.0fs", seconds)
                : seconds >= 1
                        ? format("%.1fs", seconds)
                        : seconds >= 0.01
                                ? format("%.0fms", seconds * 1e3)
                                : seconds >= 0.001 ? format("%.1fms", seconds * 1e3) : format("%.0fµs", seconds * 1e6);
    }

    static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + "B";
        }
        double rest = bytes;
        String units = "kMGTPE";
        int unit = -1;
        while (rest >= 999.5 && unit < units.length() - 1) {
            rest /= 1_000;
            unit++;
        }
        return format(rest >= 10 ? "%.0f" : "%.1f", rest) + units.charAt(unit) + "B";
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    static String fault(Fault fault) {
        return switch (fault) {
            case NAME_RESOLUTION -> "DNS";
            case ROUTING -> "routing";
            case FILTERED -> "filtered";
            case CONNECT -> "refused";
            case BACKLOG -> "backlog";
            case TRANSPORT_LOSS -> "loss";
            case TRANSPORT_SLOW -> "slow way";
            case RECEIVER_SLOW -> "slow reader";
            case TLS -> "TLS";
            case API_ERROR -> "API error";
            case API_SLOW -> "API slow";
            case NONE_SEEN -> "ok";
            case NOT_ENOUGH_SEEN -> "too little seen";
        };
    }

    static String side(Side side) {
        return switch (side) {
            case CLIENT -> "client";
            case NETWORK -> "network";
            case SERVER -> "server";
            case RESOLVER -> "name server";
            case UNKNOWN -> "";
        };
    }

    /** Layer and side: {@code API error @ server}. */
    static String brief(LayerVerdict verdict) {
        String side = side(verdict.side());
        return side.isEmpty() ? fault(verdict.fault()) : fault(verdict.fault()) + " @ " + side;
    }
}
