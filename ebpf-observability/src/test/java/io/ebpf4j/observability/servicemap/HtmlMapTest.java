package io.ebpf4j.observability.servicemap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlMapTest {
    private static ServiceMap map(String name) {
        return switch (name) {
            case "small" -> SampleMaps.small();
            case "large" -> SampleMaps.large();
            default -> SampleMaps.hostile();
        };
    }

    private static Document drawing(String page) throws Exception {
        String svg = page.substring(page.indexOf("<svg xmlns"), page.indexOf("</main>"));
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static List<Element> elements(Document drawing, String tag, String kind) {
        List<Element> found = new ArrayList<>();
        NodeList all = drawing.getElementsByTagName(tag);
        for (int i = 0; i < all.getLength(); i++) {
            if (all.item(i) instanceof Element element
                    && List.of(element.getAttribute("class").split(" ", -1)).contains(kind)) {
                found.add(element);
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "large", "hostile"})
    void everyServiceAndEveryPairIsDrawnAndCanBeReached(String name) throws Exception {
        ServiceMap map = map(name);
        Document drawing = drawing(MapRenderer.html().render(map));
        List<Element> nodes = elements(drawing, "g", "node");
        List<Element> edges = elements(drawing, "g", "edge");
        assertThat(nodes).hasSize(map.nodes().size());
        assertThat(edges).hasSize(map.edges().size());
        List<Element> all = new ArrayList<>(nodes);
        all.addAll(edges);
        assertThat(all).allSatisfy(element -> {
            assertThat(element.getAttribute("tabindex")).isEqualTo("0");
            assertThat(element.getAttribute("role")).isEqualTo("button");
            assertThat(element.getAttribute("aria-label")).isNotBlank();
        });
    }

    /** A name that got out of its text would be an element, an attribute or a second script: there are none but ours. */
    @Test
    void namesThatMeanHarmStayText() throws Exception {
        String page = MapRenderer.html().render(SampleMaps.hostile());
        assertThat(Pattern.compile("<script", Pattern.CASE_INSENSITIVE)
                        .matcher(page)
                        .results()
                        .count())
                .isEqualTo(2);
        assertThat(Pattern.compile("</script", Pattern.CASE_INSENSITIVE)
                        .matcher(page)
                        .results()
                        .count())
                .isEqualTo(2);
        assertThat(page).doesNotContain("<img", "<!--", "\u001b", "\u0000", "\u202e", "\ud800");
        NodeList all = drawing(page).getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            assertThat(element.getTagName()).isIn("svg", "defs", "marker", "path", "g", "rect", "text");
            for (int j = 0; j < element.getAttributes().getLength(); j++) {
                assertThat(element.getAttributes().item(j).getNodeName())
                        .doesNotStartWith("on")
                        .isNotEqualTo("href");
            }
        }
    }

    /** What the page allows is what is in it, and nothing is fetched. */
    @Test
    void itsPolicyAllowsItsOwnScriptAndStyleAlone() throws Exception {
        String page = MapRenderer.html().render(SampleMaps.small());
        Matcher policy = Pattern.compile("style-src '(sha256-[^']+)'; script-src '(sha256-[^']+)'")
                .matcher(page);
        assertThat(policy.find()).isTrue();
        assertThat(page).contains("default-src 'none'").doesNotContain("unsafe-inline", "http://localhost", "@import");
        assertThat(policy.group(1)).isEqualTo(digest(between(page, "<style>", "</style>")));
        assertThat(policy.group(2)).isEqualTo(digest(between(page, "<script>", "</script>")));
        assertThat(Pattern.compile("(src|href)=\"(?!data:,)").matcher(page).find())
                .isFalse();
    }

    private static String between(String page, String open, String close) {
        int from = page.indexOf(open) + open.length();
        return page.substring(from, page.indexOf(close, from));
    }

    private static String digest(String text) throws Exception {
        return "sha256-"
                + Base64.getEncoder()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void colourIsNotTheOnlySign() throws Exception {
        Document drawing = drawing(MapRenderer.html().render(SampleMaps.small()));
        assertThat(elements(drawing, "path", "badge")).hasSizeGreaterThanOrEqualTo(3); // two arrows, one service
        assertThat(elements(drawing, "g", "label"))
                .extracting(Element::getTextContent)
                .contains("API error", "loss");
    }

    @Test
    void aMapOfNobodyIsAPageToo() {
        assertThat(MapRenderer.html().render(new ServiceMap(10, 0, List.of(), List.of())))
                .contains("Nobody talked to anybody.");
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(MapRenderer.html().render(new ServiceMap(10, 7, List.of(), List.of())))
                .contains("incomplete: 7 events are missing");
    }
}
