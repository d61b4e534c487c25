package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.LayeredLayout.Box;
import io.ebpf4j.observability.servicemap.LayeredLayout.Point;
import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import io.ebpf4j.observability.verdict.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A map as SVG: frames, arrows, boxes, and labels where there is room for them. */
final class SvgDrawing {
    private static final int FEW_EDGES = 18; // of more, only what is not well has a label
    private static final double TIP = 8;
    private static final double CHARACTER = 6.5;
    private static final double LABEL_HEIGHT = 18;
    private static final double SIGN = 17;
    private static final double[] PLACES = {.5, .42, .58, .34, .66, .26, .74, .18, .82, .12, .88};

    private final ServiceMap map;
    private final LayeredLayout layout;
    private final List<Box> taken = new ArrayList<>();
    private final List<Box> boxes = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder(1 << 16);

    SvgDrawing(ServiceMap map, LayeredLayout layout) {
        this.map = map;
        this.layout = layout;
        map.nodes().forEach(node -> boxes.add(layout.box(node)));
        draw();
    }

    @Override
    public String toString() {
        return svg.toString();
    }

    private void draw() {
        append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"%s\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"group\" aria-label=\"Service map\">",
                layout.isDense() ? "dense" : "roomy", layout.width(), layout.height(), layout.width(), layout.height());
        svg.append("<defs>");
        for (Health health : Health.values()) {
            append(
                    "<marker id=\"tip-%s\" markerUnits=\"userSpaceOnUse\" markerWidth=\"12\" markerHeight=\"14\" refX=\"0.5\" refY=\"7\" orient=\"auto\"><path class=\"tip %s\" d=\"M0 1.5L9 7L0 12.5z\"/></marker>",
                    health, health);
        }
        svg.append("</defs>\n");
        layout.groups().forEach(this::group);
        for (int i = 0; i < map.edges().size(); i++) {
            edge(i, map.edges().get(i));
        }
        Map<Node, Health> blamed = blamed();
        for (Node node : layout.reading()) {
            node(node, blamed.getOrDefault(node, Health.WELL));
        }
        labels();
        svg.append("</svg>");
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private void group(String name, Box box) {
        append(
                "<g class=\"group\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"12\"/>",
                box.x(), box.y(), box.width(), box.height());
        append(
                "<text x=\"%.1f\" y=\"%.1f\">%s</text></g>\n",
                box.x() + 12, box.y() + 17, Escape.html(shortened(name, (int) (box.width() / 7.2) - 2)));
        taken.add(new Box(box.x() + 8, box.y() + 4, Math.min(box.width(), name.length() * 7.2 + 8), 17));
    }

    private void edge(int number, Edge edge) {
        List<Point> path = layout.path(edge);
        if (edge.source().equals(edge.destination())) {
            Point from = path.getFirst();
            Point to = path.getLast();
            taken.add(new Box(from.x(), from.y() - 3, 0.75 * (path.get(1).x() - from.x()) + 3, to.y() - from.y() + 10));
        }
        StringBuilder way = new StringBuilder();
        for (int i = 0; i < path.size(); i++) {
            Point point = path.get(i);
            double x = point.x();
            if (i == path.size() - 1) {
                x += path.get(i - 1).x() < x ? -TIP : TIP;
            }
            way.append(i == 0 ? "M" : i == 1 ? "C" : " ").append(String.format(Locale.ROOT, "%.1f %.1f", x, point.y()));
        }
        double width = Math.min(5, 1.2 + Math.log10(1 + edge.signals().requestsPerSecond()));
        append(
                "<g class=\"edge %s\" tabindex=\"0\" role=\"button\" data-edge=\"%d\" aria-label=\"%s\">",
                edge.health(),
                number,
                Escape.html(String.format(
                        Locale.ROOT,
                        "%s to %s: %s",
                        edge.source().qualifiedName(),
                        edge.destination().qualifiedName(),
                        edge.verdict().summary())));
        append(
                "<path class=\"hit\" d=\"%s\"/><path class=\"line\" stroke-width=\"%.1f\" marker-end=\"url(#tip-%s)\" d=\"%s\"/></g>\n",
                way, width, edge.health(), way);
    }

    /** The service at whose side a fault is. */
    private Map<Node, Health> blamed() {
        Map<Node, Health> blamed = new HashMap<>();
        for (Edge edge : map.edges()) {
            Health health = edge.health();
            if (health != Health.ILL && health != Health.SUSPECT) {
                continue;
            }
            Side side = edge.verdict().side();
            if (side == Side.SERVER || side == Side.RESOLVER || side == Side.CLIENT) {
                blamed.merge(
                        side == Side.CLIENT ? edge.source() : edge.destination(),
                        health,
                        (one, other) -> one == Health.ILL ? one : other);
            }
        }
        return blamed;
    }

    private void node(Node node, Health health) {
        Box box = layout.box(node);
        append(
                "<g class=\"node %s\" tabindex=\"0\" role=\"button\" data-node=\"%d\" aria-label=\"%s\" transform=\"translate(%.1f %.1f)\">",
                health,
                map.nodes().indexOf(node),
                Escape.html(String.format(
                        Locale.ROOT,
                        "%s, %s%s",
                        node.qualifiedName(),
                        node.kind(),
                        health == Health.WELL ? "" : ", at fault")),
                box.x(),
                box.y());
        append(
                "<rect class=\"card\" width=\"%.0f\" height=\"%.0f\" rx=\"%d\"/>",
                box.width(), box.height(), node.kind().isRound() ? (int) (box.height() / 2) : 8);
        boolean dense = layout.isDense();
        double left = layout.inset(node);
        append(
                "<text class=\"name\" x=\"%.0f\" y=\"%d\">%s</text>",
                left, dense ? 18 : 20, Escape.html(shortened(node.name(), layout.room(node))));
        if (!dense) {
            append("<path class=\"icon\" transform=\"translate(12 15)\" d=\"%s\"/>", icon(node.kind()));
            append("<text class=\"figures\" x=\"%.0f\" y=\"36\">%s</text>", left, Escape.html(figures(node)));
        }
        if (health == Health.ILL || health == Health.SUSPECT) {
            sign(health, box.width() - 3, 2);
        }
        svg.append("</g>\n");
    }

    /** A sign around a point; its form tells what its colour does. */
    private void sign(Health health, double x, double y) {
        append("<g transform=\"translate(%.1f %.1f)\">", x, y);
        svg.append(
                health == Health.ILL
                        ? "<path class=\"badge ill\" d=\"M-3.3 -8h6.6l4.7 4.7v6.6l-4.7 4.7h-6.6l-4.7 -4.7v-6.6z\"/><path class=\"sign\" d=\"M-3 -3l6 6M3 -3l-6 6\"/>"
                        : "<path class=\"badge suspect\" d=\"M0 -9l9.5 17h-19z\"/><path class=\"sign\" d=\"M0 -2.5v4.6M0 5.2v.1\"/>");
        svg.append("</g>");
    }

    private static String icon(NodeKind kind) {
        return switch (kind) {
            case WORKLOAD -> "M8 .8l6.4 3.6v7.2L8 15.2l-6.4 -3.6V4.4zM8 8l6.2 -3.5M8 8v7M8 8L1.8 4.5";
            case CONTAINER -> "M1.5 3.5h13v9h-13zM5 3.5v9M8 3.5v9M11 3.5v9";
            case PROGRAM -> "M1.5 2.5h13v11h-13zM4 6l2.5 2.2L4 10.4M8.5 10.6h3.5";
            case NAME -> "M8 1a7 7 0 1 0 .01 0zM1.4 6h13.2M1.4 10.5h13.2M8 1c-5 4 -5 10 0 14M8 1c5 4 5 10 0 14";
            case RANGE -> "M1.5 2h5v5h-5zM9.5 2h5v5h-5zM1.5 9.5h5v5h-5zM9.5 9.5h5v5h-5z";
            case RESERVED -> "M8 1a7 7 0 1 0 .01 0zM8 5.2a2.8 2.8 0 1 0 .01 0z";
        };
    }

    private String figures(Node node) {
        double in = 0;
        double errors = 0;
        double out = 0;
        long questions = 0;
        long connections = 0;
        for (Edge edge : map.edges()) {
            GoldenSignals signals = edge.signals();
            if (edge.destination().equals(node)) {
                in += signals.requestsPerSecond();
                errors += signals.requests() == 0 ? 0 : signals.errorShare() * signals.requestsPerSecond();
                questions += signals.questions();
                connections += signals.connections();
            } else if (edge.source().equals(node)) {
                out += signals.requestsPerSecond();
                connections += signals.connections();
            }
        }
        if (in > 0) {
            return String.format(Locale.ROOT, "%s/s in · %s err", Figures.rate(in), Figures.share(errors / in));
        }
        return questions > 0
                ? questions + " DNS questions"
                : out > 0 ? Figures.rate(out) + "/s out" : connections + " connections";
    }

    /** What is not well first, so that it has its choice of places. */
    private void labels() {
        List<Integer> order = new ArrayList<>();
        for (Health health : List.of(Health.ILL, Health.SUSPECT, Health.WELL, Health.UNKNOWN)) {
            for (int i = 0; i < map.edges().size(); i++) {
                Edge edge = map.edges().get(i);
                boolean named = health == Health.ILL || health == Health.SUSPECT;
                if (edge.health() == health && (named || map.edges().size() <= FEW_EDGES)) {
                    order.add(i);
                }
            }
        }
        for (int i : order) {
            Edge edge = map.edges().get(i);
            boolean named = edge.health() == Health.ILL || edge.health() == Health.SUSPECT;
            String text = named ? Figures.fault(edge.verdict().fault()) : brief(edge.signals());
            if (!label(i, edge, text, named) && named) {
                label(i, edge, "", true);
            }
        }
    }

    private static String brief(GoldenSignals signals) {
        if (signals.requests() > 0) {
            return String.format(
                    Locale.ROOT, "%s/s · %s", Figures.rate(signals.requestsPerSecond()), Figures.time(signals.p95()));
        }
        return signals.questions() > 0
                ? String.format(Locale.ROOT, "%d DNS", signals.questions())
                : String.format(Locale.ROOT, "%d conn", signals.connections());
    }

    private boolean label(int number, Edge edge, String text, boolean signed) {
        double sign = signed ? SIGN + 3 : 0;
        double width =
                text.isEmpty() ? sign + 2 : sign + text.length() * CHARACTER * (layout.isDense() ? 1.12 : 1) + 12;
        List<Point> path = layout.path(edge);
        for (double place : PLACES) {
            Point at = along(path, place);
            Box box = new Box(at.x() - width / 2, at.y() - LABEL_HEIGHT / 2, width, LABEL_HEIGHT);
            if (isFree(box)) {
                taken.add(box);
                boolean inner = layout.groups().values().stream().anyMatch(box::isWithin);
                append(
                        "<g class=\"label %s%s\" data-edge=\"%d\" transform=\"translate(%.1f %.1f)\">",
                        edge.health(), inner ? " inner" : "", number, box.x(), box.y());
                if (!text.isEmpty()) {
                    append(
                            "<rect width=\"%.1f\" height=\"%.0f\" rx=\"9\"/><text x=\"%.1f\" y=\"13\">%s</text>",
                            width, LABEL_HEIGHT, sign + (signed ? 4 : 6), Escape.html(text));
                }
                if (signed) {
                    sign(edge.health(), 10, LABEL_HEIGHT / 2);
                }
                svg.append("</g>\n");
                return true;
            }
        }
        return false;
    }

    private boolean isFree(Box box) {
        Box wide = new Box(box.x() - 3, box.y() - 2, box.width() + 6, box.height() + 4);
        return box.x() >= 0
                && box.x() + box.width() <= layout.width()
                && taken.stream().noneMatch(wide::overlaps)
                && boxes.stream().noneMatch(box::overlaps);
    }

    private static Point along(List<Point> path, double place) {
        int curves = (path.size() - 1) / 3;
        double position = place * curves;
        int curve = Math.min(curves - 1, (int) position);
        double t = position - curve;
        double u = 1 - t;
        Point a = path.get(3 * curve);
        Point b = path.get(3 * curve + 1);
        Point c = path.get(3 * curve + 2);
        Point d = path.get(3 * curve + 3);
        return new Point(
                u * u * u * a.x() + 3 * u * u * t * b.x() + 3 * u * t * t * c.x() + t * t * t * d.x(),
                u * u * u * a.y() + 3 * u * u * t * b.y() + 3 * u * t * t * c.y() + t * t * t * d.y());
    }

    /** Names that differ at their ends stay apart. */
    static String shortened(String name, int most) {
        int length = name.codePointCount(0, name.length());
        if (length <= most || most < 4) {
            return name;
        }
        int head = (most - 1) * 3 / 5;
        int tail = most - 1 - head;
        return name.substring(0, name.offsetByCodePoints(0, head))
                + "…"
                + name.substring(name.offsetByCodePoints(0, length - tail));
    }
}
