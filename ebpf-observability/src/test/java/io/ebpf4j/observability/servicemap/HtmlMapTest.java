package io.ebpf4j.observability.servicemap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HtmlMapTest {
    @Test
    void writes() throws IOException {
        Path folder = Files.createDirectories(Path.of("target/servicemap"));
        Files.writeString(folder.resolve("small.html"), MapRenderer.html().render(SampleMaps.small()));
        Files.writeString(folder.resolve("large.html"), MapRenderer.html().render(SampleMaps.large()));
        Files.writeString(folder.resolve("hostile.html"), MapRenderer.html().render(SampleMaps.hostile()));
        Files.writeString(folder.resolve("small.txt"), MapRenderer.text().render(SampleMaps.small()));
        Files.writeString(folder.resolve("small.mmd"), MapRenderer.mermaid().render(SampleMaps.small()));
        Files.writeString(folder.resolve("small.dot"), MapRenderer.dot().render(SampleMaps.small()));
        Files.writeString(folder.resolve("small.json"), MapRenderer.json().render(SampleMaps.small()));
        assertThat(SampleMaps.large().nodes()).hasSizeGreaterThanOrEqualTo(60);
    }
}
