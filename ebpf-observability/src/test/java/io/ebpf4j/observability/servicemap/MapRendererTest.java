package io.ebpf4j.observability.servicemap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The forms other than the page. A name that got out of its quotes would break what these readers of the forms read. */
class MapRendererTest {
    /** The strings of DOT and what is between them, by Graphviz's own grammar of quoted strings. */
    private record Dot(List<String> strings, String rest) {
        static Dot read(String dot) {
            List<String> strings = new ArrayList<>();
            StringBuilder rest = new StringBuilder();
            StringBuilder string = null;
            for (int i = 0; i < dot.length(); i++) {
                char c = dot.charAt(i);
                if (string == null) {
                    if (c == '"') {
                        string = new StringBuilder();
                    } else {
                        rest.append(c);
                    }
                } else if (c == '\\' && i + 1 < dot.length()) {
                    string.append(c).append(dot.charAt(++i));
                } else if (c == '"') {
                    strings.add(string.toString());
                    rest.append('§');
                    string = null;
                } else {
                    string.append(c);
                }
            }
            assertThat(string).as("an open string").isNull();
            return new Dot(strings, rest.toString());
        }
    }

    @Test
    void dotKeepsNamesInTheirQuotes() {
        String dot = MapRenderer.dot().render(SampleMaps.hostile());
        Dot read = Dot.read(dot);
        for (String line : read.rest().split("\n", -1)) {
            assertThat(line.strip())
                    .matches(
                            "|digraph services \\{|rankdir=LR;|(node|edge) \\[.*]; *|subgraph cluster_\\d+ \\{|label=§;"
                                    + "|style=rounded;|}|n\\d+ \\[label=§(, shape=\\w+)?];"
                                    + "|n\\d+ -> n\\d+ \\[label=§, tooltip=§, penwidth=[0-9.]+, color=§(, \\w+=\\w+)*];");
        }
        assertThat(read.strings()).anySatisfy(text -> assertThat(text).isEqualTo("a\\\" -> b; \\\""));
    }

    @Test
    void mermaidHasNothingButEntitiesForWhatItWouldObey() {
        String chart = MapRenderer.mermaid().render(SampleMaps.hostile());
        Pattern text = Pattern.compile("[\\p{L}\\p{N} .,:/_%()#;-]*(<br/>[\\p{L}\\p{N} .,:/_%()#;-]*)?");
        for (String line : chart.split("\n", -1)) {
            String[] parts = line.split("\"", -1);
            assertThat(parts.length).as(line).isIn(1, 3);
            if (parts.length == 3) {
                assertThat(parts[1]).matches(text);
                assertThat(parts[0] + parts[2])
                        .matches(
                                " *(subgraph g\\d+\\[]|n\\d+(\\[]|\\(\\[]\\)|\\{\\{}}|\\(\\[\\]\\))|n\\d+ (-->|==>|-\\.->) \\|\\| n\\d+)");
            }
        }
        assertThat(chart).contains("#60;/script#62;#60;script#62;alert(1)");
    }

    @Test
    void jsonIsReadBack() throws Exception {
        String json = MapRenderer.json().render(SampleMaps.hostile());
        assertThat(json).doesNotContain("<", ">", "&", "\u2028", "\u001b");
        Process python = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import json,sys; m=json.load(sys.stdin); print(len(m['nodes']), len(m['edges']));"
                                + "print(m['nodes'][0]['name']); print(m['edges'][0]['verdict']['fault'], m['edges'][0]['p99'])")
                .redirectErrorStream(true)
                .start();
        try (var out = python.outputWriter(StandardCharsets.UTF_8)) {
            out.write(json);
        }
        List<String> said = python.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(said.getFirst())
                .isEqualTo(SampleMaps.hostile().nodes().size() + " "
                        + SampleMaps.hostile().edges().size());
        assertThat(said.get(1)).isEqualTo(SampleMaps.hostileNames().getFirst());
        assertThat(said.get(2)).isEqualTo("API_ERROR 0.05");
    }

    @Test
    void whatIsNotKnownIsNullInJson() {
        assertThat(MapRenderer.json().render(SampleMaps.small()))
                .contains("\"p50\":null")
                .doesNotContain("NaN");
    }

    @Test
    void textIsAlignedAndObeysNobody() {
        String text = MapRenderer.text().render(SampleMaps.hostile());
        assertThat(text.codePoints()
                        .filter(c -> c != '\n' && Character.isISOControl(c))
                        .toArray())
                .isEmpty();
        assertThat(text).doesNotContain("\u202e", "\u2028");
        List<String> lines =
                MapRenderer.text().render(SampleMaps.small()).lines().toList();
        int verdict = lines.get(2).indexOf("VERDICT");
        assertThat(lines.subList(3, 8)).allSatisfy(line -> {
            assertThat(line.charAt(verdict - 1)).isEqualTo(' ');
            assertThat(line.charAt(verdict)).isNotEqualTo(' ');
        });
        assertThat(lines.get(3))
                .startsWith("tenant-jobs/resumes ")
                .contains(" 34.0% ", " 11ms ", "X  API error @ server");
    }

    @Test
    void numbersAreTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        String there = MapRenderer.json().render(SampleMaps.small())
                + MapRenderer.html().render(SampleMaps.small());
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(MapRenderer.json().render(SampleMaps.small())
                            + MapRenderer.html().render(SampleMaps.small()))
                    .isEqualTo(there);
        } finally {
            Locale.setDefault(before);
        }
    }
}
