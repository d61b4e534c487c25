package io.ebpf4j.observability.servicemap;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.servicemap.LayeredLayout.Box;
import io.ebpf4j.observability.servicemap.LayeredLayout.Point;
import io.ebpf4j.observability.servicemap.ServiceMap.Edge;
import io.ebpf4j.observability.servicemap.ServiceMap.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayeredLayoutTest {
    private static LayeredLayout layout(ServiceMap map) {
        return new LayeredLayout(map, 1_084, 838);
    }

    /** Namespaces, circles, self-calls and chains as they fall. */
    private static ServiceMap random(int seed) {
        Random random = new Random(seed);
        List<Identity> services = new ArrayList<>();
        int count = 2 + random.nextInt(70);
        for (int i = 0; i < count; i++) {
            int space = random.nextInt(9);
            services.add(SampleMaps.workload(space == 0 ? "" : "space-" + space, "service-" + i));
        }
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < 2 * count; i++) {
            edges.add(SampleMaps.edge(
                    services.get(random.nextInt(count)),
                    services.get(random.nextInt(count)),
                    SampleMaps.http(1, 0, 0.01),
                    SampleMaps.WELL));
        }
        return SampleMaps.map(edges);
    }

    private static void check(ServiceMap map) {
        LayeredLayout layout = layout(map);
        List<Node> nodes = map.nodes();
        Box drawing = new Box(0, 0, layout.width(), layout.height());
        for (int i = 0; i < nodes.size(); i++) {
            Box box = layout.box(nodes.get(i));
            assertThat(box.isWithin(drawing)).as("%s of %s", box, drawing).isTrue();
            for (int j = i + 1; j < nodes.size(); j++) {
                assertThat(box.overlaps(layout.box(nodes.get(j))))
                        .as("%s and %s", nodes.get(i), nodes.get(j))
                        .isFalse();
            }
            int at = i;
            layout.groups().forEach((name, group) -> {
                boolean member = nodes.get(at).namespace().equals(name);
                assertThat(member ? box.isWithin(group) : !box.overlaps(group))
                        .as("%s and the frame of %s", nodes.get(at), name)
                        .isTrue();
            });
        }
        for (Edge edge : map.edges()) {
            List<Point> way = layout.path(edge);
            assertThat(way.size() % 3).isEqualTo(1);
            assertThat(touches(layout.box(edge.source()), way.getFirst())).isTrue();
            assertThat(touches(layout.box(edge.destination()), way.getLast())).isTrue();
        }
    }

    private static boolean touches(Box box, Point point) {
        boolean side = Math.abs(point.x() - box.x()) < 1e-6 || Math.abs(point.x() - box.x() - box.width()) < 1e-6;
        return side && point.y() >= box.y() && point.y() <= box.y() + box.height();
    }

    @Test
    void boxesAndFramesAreApartAndArrowsEndAtTheirBoxes() {
        check(SampleMaps.small());
        check(SampleMaps.large());
        check(SampleMaps.hostile());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void soAreThoseOfAnyMap(int seed) {
        check(random(seed));
    }

    @Test
    void callersStandLeftOfWhomTheyCall() {
        ServiceMap map = SampleMaps.large();
        LayeredLayout layout = layout(map);
        for (Edge edge : map.edges()) { // there is no circle in it
            assertThat(layout.box(edge.source()).x())
                    .isLessThan(layout.box(edge.destination()).x());
        }
    }

    @Test
    void theSameMapIsLaidOutTheSameWay() {
        assertThat(MapRenderer.html().render(SampleMaps.large()))
                .isEqualTo(MapRenderer.html().render(SampleMaps.large()));
    }

    @Test
    void aLongChainIsNoProblem() {
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            edges.add(SampleMaps.edge(
                    SampleMaps.workload("", "s" + i),
                    SampleMaps.workload("", "s" + (i + 1)),
                    SampleMaps.http(1, 0, 0.1),
                    SampleMaps.WELL));
        }
        assertThat(layout(SampleMaps.map(edges)).width()).isGreaterThan(400 * 150.0);
    }
}
