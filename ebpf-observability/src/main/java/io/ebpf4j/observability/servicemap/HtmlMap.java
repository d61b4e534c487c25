package io.ebpf4j.observability.servicemap;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/**
 * One page that needs nothing else. Its own policy allows the two elements with its style and its script, told by their
 * digests, and nothing besides: what a name might smuggle in would not run.
 */
final class HtmlMap implements MapRenderer {
    private static final double WIDTH = 1_084; // what a window of 1400 by 900 leaves for the drawing
    private static final double HEIGHT = 838;

    private static final String LEGEND = """
            <h3>Legend</h3>
            <div class="legend">
            <svg width="46" height="14" aria-hidden="true"><g class="edge well"><path class="line" stroke-width="2" d="M2 7H44"/></g></svg><span>no fault seen; wider: more requests</span>
            <svg width="46" height="20" aria-hidden="true"><g class="edge ill"><path class="line" stroke-width="2.5" d="M2 10H44"/></g><path class="badge ill" d="M20 2h6l5 5v6l-5 5h-6l-5-5v-6z"/><path class="sign" d="M20.2 7.2l5.6 5.6M25.8 7.2l-5.6 5.6"/></svg><span>at fault: at a service, its side; at an arrow, the way</span>
            <svg width="46" height="20" aria-hidden="true"><g class="edge suspect"><path class="line" stroke-width="2.5" d="M2 10H44"/></g><path class="badge suspect" d="M23 1l9 17h-18z"/><path class="sign" d="M23 7.5v4.5M23 14.7v.1"/></svg><span>suspect: a confidence below one half</span>
            <svg width="46" height="14" aria-hidden="true"><g class="edge unknown"><path class="line" stroke-width="2" d="M2 7H44"/></g></svg><span>too little seen</span>
            </div>
            """;

    @Override
    public String render(ServiceMap map) {
        String style = resource("map.css");
        String script = resource("map.js");
        LayeredLayout layout = new LayeredLayout(map, WIDTH, HEIGHT);
        String drawing = map.nodes().isEmpty()
                ? "<p class=\"empty\">Nobody talked to anybody.</p>"
                : new SvgDrawing(map, layout).toString();
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; script-src '%s'; img-src data:">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Service map</title>
                <link rel="icon" href="data:,">
                <style>%s</style>
                </head>
                <body>
                <header>
                <h1>Service map</h1>
                <p>%s</p>
                <div class="tools" role="search">
                <span id="found" role="status"></span>
                <input id="search" type="search" placeholder="Find a service ( / )" aria-label="Find a service">
                <label><input id="only-ill" type="checkbox">only what is not well</label>
                <span><button id="out" type="button" aria-label="Smaller">−</button>
                <button id="in" type="button" aria-label="Larger">+</button>
                <button id="fit" type="button">Fit</button></span>
                </div>
                </header>
                <main>%s</main>
                <aside aria-label="Details">
                <div id="details" aria-live="polite"><noscript>Details need JavaScript.</noscript></div>
                %s
                </aside>
                <script type="application/json" id="data">%s</script>
                <script>%s</script>
                </body>
                </html>
                """.formatted(
                        digest(style),
                        digest(script),
                        style,
                        title(map),
                        drawing,
                        LEGEND,
                        MapRenderer.json().render(map),
                        script);
    }

    private static String title(ServiceMap map) {
        String ends = String.format(
                Locale.ROOT,
                "%d service%s, %d pair%s, %s",
                map.nodes().size(),
                map.nodes().size() == 1 ? "" : "s",
                map.edges().size(),
                map.edges().size() == 1 ? "" : "s",
                Figures.time(map.seconds()));
        return map.lost() == 0 ? ends : ends + "; incomplete: " + map.lost() + " events are missing";
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream stream = HtmlMap.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("this jar lacks " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
