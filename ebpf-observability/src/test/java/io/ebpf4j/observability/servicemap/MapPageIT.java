package io.ebpf4j.observability.servicemap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser, at 1400 by 900 pixels: what is seen, pointed at, clicked, typed. Needs {@code chromium}. */
class MapPageIT {
    private static final String TEXTS = "[...document.querySelectorAll('main > svg text')]";

    @TempDir
    private static Path folder;

    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> chromium = Browser.installed();
        if (chromium.isEmpty() && "1".equals(System.getenv("EBPF4J_REQUIRE_KERNEL"))) {
            throw new AssertionError("EBPF4J_REQUIRE_KERNEL=1, but chromium is not on the PATH");
        }
        assumeTrue(chromium.isPresent(), "the service map's page in a browser: chromium is not on the PATH");
        browser = new Browser(chromium.get(), folder);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void theConsoleIsEmpty() {
        assertThat(browser.complaints()).isEmpty();
    }

    private static ServiceMap map(String name) {
        return switch (name) {
            case "small" -> SampleMaps.small();
            case "large" -> SampleMaps.large();
            case "loop" -> {
                List<ServiceMap.Edge> edges = new ArrayList<>(SampleMaps.small().edges());
                edges.add(SampleMaps.edge(
                        SampleMaps.workload("tenant-jobs", "core-api"),
                        SampleMaps.workload("tenant-jobs", "core-api"),
                        SampleMaps.http(2, 0, 0.01),
                        SampleMaps.WELL));
                yield SampleMaps.map(edges);
            }
            default -> SampleMaps.hostile();
        };
    }

    private static void open(String name) throws Exception {
        Path page = folder.resolve(name + ".html");
        Files.writeString(page, MapRenderer.html().render(map(name)));
        browser.open(page);
    }

    private static int number(String expression) {
        return Integer.parseInt(browser.ask(expression));
    }

    private static int number(ServiceMap map, String service) {
        for (int i = 0; i < map.nodes().size(); i++) {
            if (map.nodes().get(i).name().equals(service)) {
                return i;
            }
        }
        throw new AssertionError("no such service: " + service);
    }

    private static String selector(String name, String service) {
        return "[data-node=`%d`]".replace('`', '"').formatted(number(map(name), service));
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "loop", "large"})
    void everyLabelIsReadable(String name) throws Exception {
        open(name);
        String scale = "document.querySelector('main > svg').getScreenCTM().a";
        assertThat(Double.parseDouble(browser.ask("Math.min(..." + TEXTS
                        + ".map(e => parseFloat(getComputedStyle(e).fontSize) * " + scale + "))")))
                .isGreaterThanOrEqualTo(11);
        // of sixty services one has a name of 48 characters: it alone is shortened
        assertThat(number(TEXTS + ".filter(e => e.textContent.includes('…')).length"))
                .isEqualTo(name.equals("large") ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "loop", "large"})
    void nothingLiesOverSomethingElse(String name) throws Exception {
        open(name);
        String overlaps = """
                ((one, other) => one.flatMap(a => other.filter(b => a !== b && (() => {
                  const r = a.getBoundingClientRect(), s = b.getBoundingClientRect();
                  return r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 1 && s.top < r.bottom - 1;
                })()).map(b => a.textContent + ' over ' + b.textContent)).join())
                """;
        String cards = "[...document.querySelectorAll('.node .card')]";
        String labels = "[...document.querySelectorAll('.label')]";
        String titles = "[...document.querySelectorAll('.group text')]";
        assertThat(browser.ask(overlaps + "(" + cards + ", " + cards + ")")).isEmpty();
        assertThat(browser.ask(overlaps + "(" + labels + ", " + labels + ")")).isEmpty();
        assertThat(browser.ask(overlaps + "(" + labels + ", " + cards + ")")).isEmpty();
        assertThat(browser.ask(overlaps + "(" + titles + ", " + cards + ")")).isEmpty();
        assertThat(browser.ask(overlaps + "(" + titles + ", " + labels + ")")).isEmpty();
        // names stay within their boxes, and what labels say within theirs
        assertThat(browser.ask("""
                [...document.querySelectorAll('.node, .label')].filter(e => {
                  const box = e.querySelector('rect'), text = [...e.querySelectorAll('text')];
                  return box && text.some(t => t.getBoundingClientRect().right > box.getBoundingClientRect().right - 1);
                }).map(e => e.textContent).join()
                """)).isEmpty();
    }

    /** Parts of the page in one scheme are not those of the other, and there are many colours to tell things apart. */
    @Test
    void lightAndDark() throws Exception {
        Map<String, Integer> ground = new HashMap<>();
        for (String scheme : List.of("light", "dark")) {
            browser.prefer(scheme);
            open("small");
            var picture = ImageIO.read(new ByteArrayInputStream(browser.screenshot()));
            int pixel = picture.getRGB(300, 200);
            ground.put(scheme, (pixel >> 16 & 0xff) + (pixel >> 8 & 0xff) + (pixel & 0xff));
            assertThat(contrasts()).as(scheme).isGreaterThanOrEqualTo(4.5); // WCAG 2, AA
        }
        assertThat(ground.get("light")).isGreaterThan(3 * 200);
        assertThat(ground.get("dark")).isLessThan(3 * 60);
    }

    /** The least contrast of a name or a figure with its box. */
    private static double contrasts() {
        return Double.parseDouble(browser.ask("""
                (() => {
                  const light = c => {
                    const v = c.match(/[0-9.]+/g).slice(0, 3).map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
                    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2];
                  };
                  return Math.min(...[...document.querySelectorAll('.node, .label, .group')].flatMap(e => [...e.querySelectorAll('text')].map(t => {
                    const a = light(getComputedStyle(t).fill), b = light(getComputedStyle(e.querySelector('rect')).fill);
                    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                  })));
                })()
                """));
    }

    @Test
    void whatIsPointedAtStandsOut() throws Exception {
        open("small");
        assertThat(number("document.querySelectorAll('.dim').length")).isZero();
        browser.pointAt(selector("small", "resumes"));
        assertThat(browser.ask("document.querySelector('#details h2').textContent"))
                .isEqualTo("resumes");
        // resumes calls core-api alone: four other services of six and four other arrows of five fade
        assertThat(number("document.querySelectorAll('.node.dim').length")).isEqualTo(4);
        assertThat(number("document.querySelectorAll('.edge.dim').length")).isEqualTo(4);
        browser.pointAt("h1");
        assertThat(number("document.querySelectorAll('.dim').length")).isZero();
    }

    @Test
    void aClickKeepsAndEscapeLetsGo() throws Exception {
        open("small");
        browser.click("#details li button");
        browser.pointAt("h1");
        assertThat(browser.ask("document.querySelector('#details .verdict span').textContent"))
                .isEqualTo("API error, at the server: 34 % of 1440 requests failed, most of them 500");
        browser.press("Escape");
        assertThat(browser.ask("document.querySelector('#details h2').textContent"))
                .isEqualTo("2 pairs are not well");
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        open("small");
        browser.ask("document.querySelector('.node').focus()"); // the first in reading order: resumes or jobposting
        String first = browser.ask("document.querySelector('#details h2').textContent");
        assertThat(first).isIn("resumes", "jobposting");
        browser.press("ArrowRight");
        assertThat(browser.ask("document.querySelector('#details h2').textContent"))
                .isEqualTo("tenant-jobs/" + first + " → tenant-jobs/core-api");
        browser.press("Enter");
        browser.press("ArrowRight");
        assertThat(browser.ask("document.querySelector('#details h2').textContent"))
                .isEqualTo("core-api");
        browser.press("ArrowLeft");
        browser.press("Tab");
        assertThat(browser.ask("document.activeElement.getAttribute('role')")).isEqualTo("button");
    }

    @Test
    void theSearchLeavesWhatItFindsAndItsNeighbours() throws Exception {
        open("large");
        browser.press("/");
        assertThat(browser.ask("document.activeElement.id")).isEqualTo("search");
        browser.type("postgres");
        assertThat(browser.ask("document.getElementById('found').textContent")).isEqualTo("2 of 60 services");
        assertThat(browser.ask(
                        "[...document.querySelectorAll('.node:not(.dim) .name')].map(e => e.textContent).join()"))
                .contains("postgres-primary", "postgres-replica");
        assertThat(number("document.querySelectorAll('.node.dim').length")).isGreaterThan(50);
        browser.ask(
                "(() => { const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input')) })()");
        browser.click("#only-ill");
        assertThat(number("document.querySelectorAll('main .edge:not(.dim)').length"))
                .isEqualTo((int) SampleMaps.large().edges().stream()
                        .filter(edge -> edge.health() == Health.ILL || edge.health() == Health.SUSPECT)
                        .count());
    }

    @Test
    void fitShowsAllOfIt() throws Exception {
        open("large");
        String whole =
                "(() => { const m = document.querySelector('main'); return m.scrollWidth <= m.clientWidth && m.scrollHeight <= m.clientHeight })()";
        assertThat(browser.ask(whole)).isEqualTo("false");
        browser.click("#fit");
        assertThat(browser.ask(whole)).isEqualTo("true");
    }

    @Test
    void namesThatMeanHarmDoNone() throws Exception {
        open("hostile");
        assertThat(number("document.querySelectorAll('.node').length"))
                .isEqualTo(SampleMaps.hostile().nodes().size());
        for (int i = 0; i < SampleMaps.hostile().nodes().size(); i++) {
            browser.ask("document.querySelectorAll('.node')[%d].dispatchEvent(new PointerEvent('pointerenter'))"
                    .formatted(i));
        }
        assertThat(number("document.querySelectorAll('img, aside script, main script').length"))
                .isZero();
    }
}
