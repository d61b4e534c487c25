package io.ebpf4j.observability.servicemap;

import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where services stand: callers left of whom they call, in columns; each namespace in a band of its own, so that its frame
 * holds nobody else. An edge over several columns has a place in each of them, so that it passes no box from behind. The
 * steps are Sugiyama's: break circles, assign columns, order within columns by the mean of neighbours, assign places. The
 * same map is always laid out the same way.
 */
final class LayeredLayout {
    private static final int MANY = 24;
    private static final double NODE_WIDTH = 166;
    private static final double NODE_HEIGHT = 46;
    private static final double SMALL_NODE_WIDTH = 96;
    private static final double SMALL_NODE_HEIGHT = 28;
    private static final double NAME_CHARACTER = 8.7; // of a wide font, bold, 13.5 pixels high
    private static final double SMALL_NAME_CHARACTER = 8.4; // 13 pixels
    private static final double ICON = 36;
    private static final double SMALL_INSET = 10;
    private static final double ROUND_INSET = 14;
    private static final double INSET_END = 12;
    private static final int MOST_NAME = 34;
    private static final double PASS_HEIGHT = 12;
    private static final double GROUP_PAD = 16;
    private static final double GROUP_TITLE = 20;
    private static final double MARGIN = 18;
    private static final double LEAST_GAP = 62;
    private static final double SMALL_LEAST_GAP = 58;
    private static final double MOST_GAP = 210;
    private static final double LEAST_ROW_GAP = 10;
    private static final double MOST_ROW_GAP = 84;
    private static final double BAND_GAP = 10;
    private static final double LOOP = 17;
    private static final int SWEEPS = 12;
    private static final int MOST_PERMUTED = 7;

    /** A point of the drawing. */
    record Point(double x, double y) {}

    /** A rectangle of the drawing. */
    record Box(double x, double y, double width, double height) {
        boolean overlaps(Box other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }

        boolean isWithin(Box other) {
            return x >= other.x
                    && y >= other.y
                    && x + width <= other.x + other.width
                    && y + height <= other.y + other.height;
        }
    }

    private final class Item {
        private final @Nullable Node node;
        private final int column;
        private final int band;
        private final List<Item> left = new ArrayList<>();
        private final List<Item> right = new ArrayList<>();
        private double order;
        private double y;

        Item(@Nullable Node node, int column, int band) {
            this.node = node;
            this.column = column;
            this.band = band;
        }

        double height() {
            return node == null ? PASS_HEIGHT : nodeHeight;
        }
    }

    private final Map<Node, Item> items = new LinkedHashMap<>();
    private final IdentityHashMap<Edge, List<Item>> ways = new IdentityHashMap<>();
    private final IdentityHashMap<Edge, List<Point>> paths = new IdentityHashMap<>();
    private final Map<String, Box> groups = new LinkedHashMap<>();
    private final List<String> bands = new ArrayList<>();
    private final int namespaces;
    private final int[] first;
    private final int[] last;
    private final List<List<Item>> columns = new ArrayList<>();
    private double columnGap;
    private double rowGap;
    private final boolean dense;
    private final double[] columnWidth;
    private final double nodeHeight;
    private double[] bandTop = {};
    private double[] bandEnd = {};
    private double width;
    private double height;

    LayeredLayout(ServiceMap map, double wantedWidth, double wantedHeight) {
        dense = map.nodes().size() > MANY;
        nodeHeight = dense ? SMALL_NODE_HEIGHT : NODE_HEIGHT;
        Map<Node, Integer> column = columnsOf(map);
        orderBands(map);
        namespaces = bands.size();
        int most = column.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (int i = 0; i <= most; i++) {
            columns.add(new ArrayList<>());
            bands.add(""); // who is in no namespace needs no frame: each column has room of its own for it
        }
        for (Node node : map.nodes()) {
            int at = column.getOrDefault(node, 0);
            items.put(
                    node,
                    new Item(node, at, node.namespace().isEmpty() ? namespaces + at : bands.indexOf(node.namespace())));
        }
        items.values().forEach(item -> columns.get(item.column).add(item));
        columnWidth = new double[columns.size()];
        Arrays.fill(columnWidth, dense ? SMALL_NODE_WIDTH : NODE_WIDTH);
        for (Node node : map.nodes()) {
            int at = column.getOrDefault(node, 0);
            columnWidth[at] = Math.max(columnWidth[at], widthFor(node));
        }
        first = new int[namespaces];
        last = new int[namespaces];
        Arrays.fill(first, Integer.MAX_VALUE);
        for (Item item : items.values()) {
            if (item.band < namespaces) {
                first[item.band] = Math.min(first[item.band], item.column);
                last[item.band] = Math.max(last[item.band], item.column);
            }
        }
        connect(map);
        orderColumns();
        place(wantedWidth, wantedHeight);
        route(map);
        frame();
    }

    /** Whether there are so many services that boxes are small. */
    boolean isDense() {
        return dense;
    }

    /** How many characters of its name a service's box has room for. */
    int room(Node node) {
        return (int) ((columnWidth[item(node).column] - inset(node) - INSET_END + 0.5) / character());
    }

    /** Where the name begins in a service's box. */
    double inset(Node node) {
        return !dense ? ICON : node.kind().isRound() ? ROUND_INSET : SMALL_INSET;
    }

    private double character() {
        return dense ? SMALL_NAME_CHARACTER : NAME_CHARACTER;
    }

    private double widthFor(Node node) {
        int length = node.name().codePointCount(0, node.name().length());
        return Math.ceil(inset(node) + Math.min(length, MOST_NAME) * character() + INSET_END);
    }

    double width() {
        return width;
    }

    double height() {
        return height;
    }

    Box box(Node node) {
        Item item = item(node);
        return new Box(x(item.column), item.y - nodeHeight / 2, columnWidth[item.column], nodeHeight);
    }

    /** The points of an edge from source to destination: two ends, and between them what control points a cubic curve has. */
    List<Point> path(Edge edge) {
        return paths.getOrDefault(edge, List.of());
    }

    Map<String, Box> groups() {
        return Collections.unmodifiableMap(groups);
    }

    /** Services from left to right, from top to bottom. */
    List<Node> reading() {
        List<Item> all = new ArrayList<>(items.values());
        all.sort(Comparator.<Item>comparingInt(item -> item.column).thenComparingDouble(item -> item.y));
        List<Node> nodes = new ArrayList<>();
        for (Item item : all) {
            if (item.node != null) {
                nodes.add(item.node);
            }
        }
        return nodes;
    }

    private Item item(Node node) {
        Item item = items.get(node);
        if (item == null) {
            throw new IllegalArgumentException(node + " is not on this map");
        }
        return item;
    }

    private double x(int column) {
        return MARGIN + GROUP_PAD + widthOf(column) + column * columnGap;
    }

    /** How wide the boxes of the first columns are together. */
    private double widthOf(int columns) {
        return Arrays.stream(columnWidth, 0, columns).sum();
    }

    /** The longest way from a service that nobody calls; circles are broken where a walk along calls closes them. */
    private static Map<Node, Integer> columnsOf(ServiceMap map) {
        Map<Node, List<Node>> calls = new LinkedHashMap<>();
        Map<Node, Integer> calledBy = new LinkedHashMap<>();
        for (Node node : map.nodes()) {
            calls.put(node, new ArrayList<>());
            calledBy.put(node, 0);
        }
        for (Edge edge : map.edges()) {
            if (!edge.source().equals(edge.destination())) {
                calls.getOrDefault(edge.source(), new ArrayList<>()).add(edge.destination());
                calledBy.merge(edge.destination(), 1, Integer::sum);
            }
        }
        List<Node> starts = new ArrayList<>(map.nodes());
        starts.sort(Comparator.comparingInt((Node node) -> calledBy.getOrDefault(node, 0) == 0 ? 0 : 1)
                .thenComparingInt(node -> calledBy.getOrDefault(node, 0)
                        - calls.getOrDefault(node, List.of()).size()));
        List<Node> finished = new ArrayList<>();
        Map<Node, Integer> state = new LinkedHashMap<>();
        for (Node start : starts) {
            walk(start, calls, state, finished);
        }
        Collections.reverse(finished); // callers before whom they call, but for calls that close a circle
        Map<Node, Integer> rank = new LinkedHashMap<>();
        for (int i = 0; i < finished.size(); i++) {
            rank.put(finished.get(i), i);
        }
        Map<Node, Integer> column = new LinkedHashMap<>();
        for (Node node : finished) {
            int from = column.getOrDefault(node, 0);
            column.put(node, from);
            for (Node called : calls.getOrDefault(node, List.of())) {
                if (rank.getOrDefault(called, 0) > rank.getOrDefault(node, 0)) {
                    column.merge(called, from + 1, Math::max);
                }
            }
        }
        // Who is called by nobody stands next to whom it calls, not at the far left.
        for (Node node : finished) {
            List<Node> called = calls.getOrDefault(node, List.of());
            if (calledBy.getOrDefault(node, 0) == 0 && !called.isEmpty()) {
                int nearest = called.stream()
                        .mapToInt(other -> column.getOrDefault(other, 0))
                        .min()
                        .orElse(1);
                column.put(node, Math.max(0, nearest - 1));
            }
        }
        return column;
    }

    /** A walk in depth without recursion: maps may be long chains. */
    private static void walk(Node start, Map<Node, List<Node>> calls, Map<Node, Integer> state, List<Node> finished) {
        if (state.containsKey(start)) {
            return;
        }
        List<Node> way = new ArrayList<>(List.of(start));
        state.put(start, 0);
        while (!way.isEmpty()) {
            Node node = way.getLast();
            List<Node> called = calls.getOrDefault(node, List.of());
            int next = state.getOrDefault(node, 0);
            if (next < called.size()) {
                state.put(node, next + 1);
                Node other = called.get(next);
                if (!state.containsKey(other)) {
                    state.put(other, 0);
                    way.add(other);
                }
            } else {
                way.removeLast();
                finished.add(node);
            }
        }
    }

    /** Namespaces that talk much to each other are neighbours. */
    private void orderBands(ServiceMap map) {
        List<String> names = new ArrayList<>(map.nodes().stream()
                .map(Node::namespace)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList());
        int count = names.size();
        int[][] talk = new int[count][count];
        for (Edge edge : map.edges()) {
            int from = names.indexOf(edge.source().namespace());
            int to = names.indexOf(edge.destination().namespace());
            if (from >= 0 && to >= 0) {
                talk[from][to]++;
                talk[to][from]++;
            }
        }
        Integer[] order = new Integer[count];
        Arrays.setAll(order, i -> i);
        if (count <= MOST_PERMUTED) {
            Integer[] best = order.clone();
            permute(order, 0, talk, best);
            order = best;
        } else {
            improve(order, talk);
        }
        for (int index : order) {
            bands.add(names.get(index));
        }
    }

    private static void permute(Integer[] order, int from, int[][] talk, Integer[] best) {
        if (from == order.length) {
            if (length(order, talk) < length(best, talk)) {
                System.arraycopy(order, 0, best, 0, order.length);
            }
            return;
        }
        for (int i = from; i < order.length; i++) {
            swap(order, from, i);
            permute(order, from + 1, talk, best);
            swap(order, from, i);
        }
    }

    private static void improve(Integer[] order, int[][] talk) {
        boolean better = true;
        for (int round = 0; better && round < SWEEPS; round++) {
            better = false;
            for (int i = 0; i < order.length; i++) {
                for (int j = i + 1; j < order.length; j++) {
                    int before = length(order, talk);
                    swap(order, i, j);
                    if (length(order, talk) < before) {
                        better = true;
                    } else {
                        swap(order, i, j);
                    }
                }
            }
        }
    }

    private static void swap(Integer[] order, int i, int j) {
        Integer kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }

    private static int length(Integer[] order, int[][] talk) {
        int sum = 0;
        for (int i = 0; i < order.length; i++) {
            for (int j = i + 1; j < order.length; j++) {
                sum += talk[order[i]][order[j]] * (j - i);
            }
        }
        return sum;
    }

    /** Gives every edge its items from column to column. */
    private void connect(ServiceMap map) {
        for (Edge edge : map.edges()) {
            Item from = item(edge.source());
            Item to = item(edge.destination());
            if (from.column == to.column) {
                ways.put(edge, List.of(from, to));
                continue;
            }
            Item left = from.column < to.column ? from : to;
            Item right = left == from ? to : from;
            List<Item> way = new ArrayList<>(List.of(left));
            for (int column = left.column + 1; column < right.column; column++) {
                boolean nearer = column * 2 < left.column + right.column;
                Item pass = new Item(null, column, passage(column, nearer ? left.band : right.band));
                columns.get(column).add(pass);
                way.add(pass);
            }
            way.add(right);
            for (int i = 0; i + 1 < way.size(); i++) {
                way.get(i).right.add(way.get(i + 1));
                way.get(i + 1).left.add(way.get(i));
            }
            if (left != from) {
                Collections.reverse(way);
            }
            ways.put(edge, way);
        }
    }

    /** The band through which an edge passes a column: the nearest to a band of those that are there. */
    private int passage(int column, int wanted) {
        int nearest = namespaces + column;
        for (int band = 0; band < namespaces; band++) {
            if (first[band] <= column && column <= last[band]) {
                if (nearest >= namespaces || Math.abs(band - wanted) < Math.abs(nearest - wanted)) {
                    nearest = band;
                }
            }
        }
        return wanted >= namespaces ? namespaces + column : nearest;
    }

    private void orderColumns() {
        for (List<Item> column : columns) {
            column.sort(Comparator.comparingInt(item -> item.band));
            number(column);
        }
        int fewest = crossings();
        List<List<Item>> best = copy();
        for (int sweep = 0; sweep < 2 * SWEEPS; sweep++) {
            boolean rightwards = sweep % 2 == 0;
            for (int i = 0; i < columns.size(); i++) {
                List<Item> column = columns.get(rightwards ? i : columns.size() - 1 - i);
                IdentityHashMap<Item, Double> mean = new IdentityHashMap<>();
                for (Item item : column) {
                    List<Item> neighbours = rightwards ? item.left : item.right;
                    mean.put(
                            item,
                            neighbours.stream()
                                    .mapToDouble(other -> other.order)
                                    .average()
                                    .orElse(item.order));
                }
                column.sort(Comparator.<Item>comparingInt(item -> item.band)
                        .thenComparingDouble(item -> mean.getOrDefault(item, item.order)));
                number(column);
            }
            exchange();
            int now = crossings();
            if (now < fewest) {
                fewest = now;
                best = copy();
            }
        }
        for (int i = 0; i < columns.size(); i++) {
            columns.set(i, best.get(i));
            number(columns.get(i));
        }
    }

    /** Exchanges neighbours within a band where that takes crossings away. */
    private void exchange() {
        for (List<Item> column : columns) {
            for (int i = 0; i + 1 < column.size(); i++) {
                Item upper = column.get(i);
                Item lower = column.get(i + 1);
                if (upper.band != lower.band) {
                    continue;
                }
                int as = crossings(upper.left, lower.left) + crossings(upper.right, lower.right);
                int exchanged = crossings(lower.left, upper.left) + crossings(lower.right, upper.right);
                if (exchanged < as) {
                    column.set(i, lower);
                    column.set(i + 1, upper);
                    number(column);
                }
            }
        }
    }

    private int crossings(List<Item> upper, List<Item> lower) {
        int crossings = 0;
        for (Item one : upper) {
            for (Item other : lower) {
                if (one.order > other.order) {
                    crossings++;
                }
            }
        }
        return crossings;
    }

    private int crossings() {
        int crossings = 0;
        for (List<Item> column : columns) {
            for (int i = 0; i < column.size(); i++) {
                for (int j = i + 1; j < column.size(); j++) {
                    crossings += crossings(column.get(i).right, column.get(j).right);
                }
            }
        }
        return crossings;
    }

    private List<List<Item>> copy() {
        List<List<Item>> copy = new ArrayList<>();
        columns.forEach(column -> copy.add(new ArrayList<>(column)));
        return copy;
    }

    /** The order of an item is its share of the column, with the band before it: columns of unlike length compare. */
    private void number(List<Item> column) {
        Map<Integer, Integer> sizes = new TreeMap<>();
        column.forEach(item -> sizes.merge(item.band, 1, Integer::sum));
        Map<Integer, Integer> seen = new TreeMap<>();
        for (Item item : column) {
            int before = seen.merge(item.band, 1, Integer::sum) - 1;
            item.order = item.band + (before + 0.5) / sizes.getOrDefault(item.band, 1);
        }
    }

    private void place(double wantedWidth, double wantedHeight) {
        int gaps = Math.max(1, columns.size() - 1);
        double rest = wantedWidth - 2 * (MARGIN + GROUP_PAD) - widthOf(columns.size());
        columnGap = Math.clamp(rest / gaps, dense ? SMALL_LEAST_GAP : LEAST_GAP, MOST_GAP);
        rowGap = LEAST_ROW_GAP;
        while (rowGap < MOST_ROW_GAP && stack() < wantedHeight) {
            rowGap += 2;
        }
        stack();
        width = 2 * (MARGIN + GROUP_PAD) + widthOf(columns.size()) + (columns.size() - 1) * columnGap;
        for (List<Item> column : columns) {
            for (int band = 0; band < bands.size(); band++) {
                center(cell(column, band), band);
            }
        }
        for (int sweep = 0; sweep < 2 * SWEEPS; sweep++) {
            for (int i = 0; i < columns.size(); i++) {
                List<Item> column = columns.get(sweep % 2 == 0 ? i : columns.size() - 1 - i);
                for (int band = 0; band < bands.size(); band++) {
                    settle(cell(column, band), band);
                }
            }
        }
        crop();
    }

    /** Takes away what is empty above and below. */
    private void crop() {
        double top = Double.MAX_VALUE;
        double bottom = 0;
        for (List<Item> column : columns) {
            for (Item item : column) {
                boolean framed = item.band < namespaces && item.node != null;
                top = Math.min(top, item.y - item.height() / 2 - (framed ? GROUP_PAD / 2 + GROUP_TITLE : 0));
                bottom = Math.max(bottom, item.y + item.height() / 2 + (framed ? GROUP_PAD / 2 : 0));
            }
        }
        for (List<Item> column : columns) {
            for (Item item : column) {
                item.y += MARGIN - top;
            }
        }
        height = bottom - top + 2 * MARGIN;
    }

    /**
     * Gives every band its room: as far up as the bands before it leave its columns free, and down to the next one's.
     *
     * @return how high they are all together
     */
    private double stack() {
        int count = bands.size();
        bandTop = new double[count];
        bandEnd = new double[count];
        double[] bottom = new double[columns.size()];
        Arrays.fill(bottom, MARGIN);
        double[] needed = new double[count];
        for (int band = 0; band < count; band++) {
            double top = MARGIN;
            double most = 0;
            for (int column = 0; column < columns.size(); column++) {
                if (isIn(column, band)) {
                    top = Math.max(top, bottom[column]);
                    most = Math.max(most, height(cell(columns.get(column), band)));
                }
            }
            boolean framed = band < namespaces;
            bandTop[band] = top + (framed ? GROUP_PAD / 2 + GROUP_TITLE : 0);
            needed[band] =
                    bandTop[band] + most + (framed ? GROUP_PAD / 2 : 0) + Math.max(BAND_GAP, framed ? 0 : rowGap);
            for (int column = 0; column < columns.size(); column++) {
                if (isIn(column, band)) {
                    bottom[column] = needed[band];
                }
            }
        }
        double end = Arrays.stream(bottom).max().orElse(MARGIN);
        double[] next = new double[columns.size()];
        Arrays.fill(next, end);
        for (int band = count - 1; band >= 0; band--) {
            boolean framed = band < namespaces;
            bandEnd[band] = end;
            for (int column = 0; column < columns.size(); column++) {
                if (isIn(column, band)) {
                    bandEnd[band] = Math.min(bandEnd[band], next[column]);
                    next[column] = bandTop[band] - (framed ? GROUP_PAD / 2 + GROUP_TITLE : 0);
                }
            }
            bandEnd[band] -= BAND_GAP + (framed ? GROUP_PAD / 2 : 0);
        }
        return end + MARGIN;
    }

    /** Whether a column is within a band: its frame is as wide as from its first service to its last. */
    private boolean isIn(int column, int band) {
        return band < namespaces
                ? first[band] <= column && column <= last[band]
                : band - namespaces == column
                        && !cell(columns.get(column), band).isEmpty();
    }

    private double height(List<Item> cell) {
        double sum = 0;
        for (int i = 0; i < cell.size(); i++) {
            sum += cell.get(i).height() + (i > 0 ? gap(cell.get(i - 1), cell.get(i)) : 0);
        }
        return sum;
    }

    private double gap(Item upper, Item lower) {
        return upper.node != null && lower.node != null ? rowGap : Math.min(rowGap, LEAST_ROW_GAP) * 0.75;
    }

    private List<Item> cell(List<Item> column, int band) {
        return column.stream().filter(item -> item.band == band).toList();
    }

    private void center(List<Item> cell, int band) {
        double y = (bandTop[band] + bandEnd[band] - height(cell)) / 2;
        for (int i = 0; i < cell.size(); i++) {
            Item item = cell.get(i);
            y += i > 0 ? gap(cell.get(i - 1), item) : 0;
            item.y = y + item.height() / 2;
            y += item.height();
        }
    }

    /** Moves items to the mean of their neighbours, in their order and within the band: least squares by pooling. */
    private void settle(List<Item> cell, int band) {
        if (cell.isEmpty()) {
            return;
        }
        double[] offset = new double[cell.size()];
        double[] wanted = new double[cell.size()];
        for (int i = 0; i < cell.size(); i++) {
            Item item = cell.get(i);
            if (i > 0) {
                Item before = cell.get(i - 1);
                offset[i] = offset[i - 1] + (before.height() + item.height()) / 2 + gap(before, item);
            }
            double sum = 0;
            int count = 0;
            for (Item other : item.left) {
                sum += other.y;
                count++;
            }
            for (Item other : item.right) {
                sum += other.y;
                count++;
            }
            wanted[i] = (count == 0 ? item.y : sum / count) - offset[i];
        }
        double[] placed = monotone(wanted);
        double first = bandTop[band] + cell.getFirst().height() / 2;
        double last = bandEnd[band] - cell.getLast().height() / 2 - offset[cell.size() - 1];
        for (int i = 0; i < cell.size(); i++) {
            cell.get(i).y = Math.clamp(placed[i], Math.min(first, last), Math.max(first, last)) + offset[i];
        }
    }

    private static double[] monotone(double[] values) {
        double[] mean = new double[values.length];
        int[] size = new int[values.length];
        int blocks = 0;
        for (double value : values) {
            mean[blocks] = value;
            size[blocks] = 1;
            blocks++;
            while (blocks > 1 && mean[blocks - 2] > mean[blocks - 1]) {
                int together = size[blocks - 2] + size[blocks - 1];
                mean[blocks - 2] =
                        (mean[blocks - 2] * size[blocks - 2] + mean[blocks - 1] * size[blocks - 1]) / together;
                size[blocks - 2] = together;
                blocks--;
            }
        }
        double[] result = new double[values.length];
        int at = 0;
        for (int block = 0; block < blocks; block++) {
            Arrays.fill(result, at, at + size[block], mean[block]);
            at += size[block];
        }
        return result;
    }

    /** An end of an edge at a box. */
    private record Port(Edge edge, double towards, int end) {}

    private void route(ServiceMap map) {
        IdentityHashMap<Edge, double[]> ends = new IdentityHashMap<>();
        IdentityHashMap<Item, List<Port>> leftPorts = new IdentityHashMap<>();
        IdentityHashMap<Item, List<Port>> rightPorts = new IdentityHashMap<>();
        for (Edge edge : map.edges()) {
            List<Item> way = ways.getOrDefault(edge, List.of());
            Item from = way.getFirst();
            Item to = way.getLast();
            ends.put(edge, new double[] {from.y, to.y});
            boolean same = from.column == to.column;
            boolean onward = from.column < to.column;
            port(edge, from, same || onward, same ? to.y : way.get(1).y, 0, leftPorts, rightPorts);
            port(edge, to, same || !onward, same ? from.y : way.get(way.size() - 2).y, 1, leftPorts, rightPorts);
        }
        spread(leftPorts, ends);
        spread(rightPorts, ends);
        for (Edge edge : map.edges()) {
            List<Item> way = ways.getOrDefault(edge, List.of());
            double[] y = ends.getOrDefault(edge, new double[2]);
            paths.put(edge, way.getFirst().column == way.getLast().column ? beside(way, y) : across(way, y));
        }
    }

    private void port(
            Edge edge,
            Item item,
            boolean right,
            double towards,
            int end,
            Map<Item, List<Port>> leftPorts,
            Map<Item, List<Port>> rightPorts) {
        (right ? rightPorts : leftPorts)
                .computeIfAbsent(item, key -> new ArrayList<>())
                .add(new Port(edge, towards, end));
    }

    private void spread(Map<Item, List<Port>> ports, Map<Edge, double[]> ends) {
        ports.forEach((item, here) -> {
            here.sort(Comparator.comparingDouble(Port::towards));
            double step = Math.min(9, (nodeHeight - 10) / Math.max(1, here.size()));
            for (int i = 0; i < here.size(); i++) {
                Port port = here.get(i);
                ends.getOrDefault(port.edge(), new double[2])[port.end()] =
                        item.y + (i - (here.size() - 1) / 2.0) * step;
            }
        });
    }

    /** A curve at the right of a column; of a service that calls itself, a loop. */
    private List<Point> beside(List<Item> way, double[] y) {
        double x = x(way.getFirst().column) + columnWidth[way.getFirst().column];
        double bend = Math.min(columnGap * 0.8, 28 + Math.abs(y[0] - y[1]) / 6);
        boolean loop = way.getFirst() == way.getLast();
        double corner = way.getFirst().y + nodeHeight / 2 - 4;
        double upper = loop ? corner - LOOP : y[0]; // a fault has its sign at the upper corner
        double lower = loop ? corner : y[1];
        return List.of(
                new Point(x, upper), new Point(x + bend, upper), new Point(x + bend, lower), new Point(x, lower));
    }

    private List<Point> across(List<Item> way, double[] y) {
        boolean onward = way.getFirst().column < way.getLast().column;
        List<Point> stops = new ArrayList<>();
        for (int i = 0; i < way.size(); i++) {
            Item item = way.get(i);
            double left = x(item.column);
            double right = left + columnWidth[item.column];
            if (i == 0) {
                stops.add(new Point(onward ? right : left, y[0]));
            } else if (i == way.size() - 1) {
                stops.add(new Point(onward ? left : right, y[1]));
            } else {
                stops.add(new Point(onward ? left : right, item.y));
                stops.add(new Point(onward ? right : left, item.y));
            }
        }
        List<Point> path = new ArrayList<>(List.of(stops.getFirst()));
        for (int i = 1; i < stops.size(); i++) {
            Point from = stops.get(i - 1);
            Point to = stops.get(i);
            double bend = (to.x() - from.x()) * 0.45;
            path.add(new Point(from.x() + bend, from.y()));
            path.add(new Point(to.x() - bend, to.y()));
            path.add(to);
        }
        return path;
    }

    private void frame() {
        for (int band = 0; band < namespaces; band++) {
            String name = bands.get(band);
            double top = Double.MAX_VALUE;
            double bottom = 0;
            for (Item item : items.values()) {
                if (item.band == band) {
                    top = Math.min(top, item.y - nodeHeight / 2);
                    bottom = Math.max(bottom, item.y + nodeHeight / 2);
                }
            }
            double y = top - GROUP_PAD / 2 - GROUP_TITLE;
            groups.put(
                    name,
                    new Box(
                            x(first[band]) - GROUP_PAD,
                            y,
                            x(last[band]) - x(first[band]) + columnWidth[last[band]] + 2 * GROUP_PAD,
                            bottom - y + GROUP_PAD / 2));
        }
    }
}
