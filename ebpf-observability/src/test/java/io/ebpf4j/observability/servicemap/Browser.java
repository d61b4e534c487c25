package io.ebpf4j.observability.servicemap;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One page in a headless Chromium, led by its DevTools protocol; what its console complains of is kept. */
final class Browser implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)/");
    private static final Pattern PAGE = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws://[^\"]+/page/[^\"]+)\"");
    private static final Pattern DATA = Pattern.compile("\"(?:value|data)\":\"([A-Za-z0-9+/=]*)\"");

    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
    private int last;

    /** {@return where Chromium is, empty where it is not on the PATH} */
    static Optional<Path> installed() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, "chromium");
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Opens nothing yet, in a window that a page of 1400 by 900 pixels fits. */
    Browser(Path chromium, Path folder) throws Exception {
        ProcessBuilder command = new ProcessBuilder(
                        chromium.toString(),
                        "--headless",
                        "--no-sandbox", // it is root's, and the page is ours
                        "--disable-gpu",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--window-size=1400,900",
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        command.environment().put("TMPDIR", folder.toString()); // what it leaves is deleted with the rest
        process = command.start();
        try {
            String port = port(process.errorReader(StandardCharsets.UTF_8));
            socket = connect(page(port));
            command("Runtime.enable", "{}");
            command("Log.enable", "{}");
            command("Page.enable", "{}");
        } catch (Exception e) {
            end();
            throw e;
        }
    }

    private static String port(BufferedReader errors) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                Thread.ofVirtual().start(() -> errors.lines().forEach(rest -> {})); // a full pipe would stop it
                return listening.group(1);
            }
            said.append(line).append('\n');
        }
        throw new IOException("Chromium ended: " + said);
    }

    private URI page(String port) throws IOException, InterruptedException {
        HttpRequest ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json"))
                .build();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            String targets = client.send(ask, BodyHandlers.ofString()).body();
            Matcher page = PAGE.matcher(targets);
            if (page.find()) {
                return URI.create(page.group(1));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("no page among " + targets);
            }
            Thread.sleep(50);
        }
    }

    private WebSocket connect(URI page) {
        StringBuilder message = new StringBuilder();
        return client.newWebSocketBuilder()
                .buildAsync(page, new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        message.append(data);
                        if (last) {
                            take(message.toString());
                            message.setLength(0);
                        }
                        from.request(1);
                        return null;
                    }
                })
                .join();
    }

    private void take(String message) {
        if (message.startsWith("{\"id\":")) {
            answers.add(message);
        } else if (message.contains("\"method\":\"Runtime.exceptionThrown\"")
                || message.contains("\"method\":\"Log.entryAdded\"")
                || message.contains("\"method\":\"Runtime.consoleAPICalled\"")) {
            complaints.add(message);
        }
    }

    /** Sends a command and waits for its answer. */
    private String command(String method, String parameters) {
        int id = ++last;
        socket.sendText("{\"id\":%d,\"method\":\"%s\",\"params\":%s}".formatted(id, method, parameters), true)
                .join();
        try {
            while (true) {
                String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (answer == null) {
                    throw new AssertionError("no answer to " + method + " " + parameters);
                }
                if (answer.startsWith("{\"id\":" + id + ",")) {
                    if (answer.contains("\"error\":") || answer.contains("\"exceptionDetails\":")) {
                        throw new AssertionError(method + " " + parameters + ": " + answer);
                    }
                    return answer;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Opens a page, and waits until it is there whole. */
    void open(Path page) {
        command("Page.navigate", "{\"url\":\"%s\"}".formatted(page.toUri()));
        await("document.readyState === 'complete' && location.href.endsWith('%s')".formatted(page.getFileName()));
    }

    void prefer(String scheme) {
        command(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}".formatted(scheme));
    }

    /**
     * {@return what an expression of JavaScript is in the page, as text}
     *
     * @param expression without backslashes
     */
    String ask(String expression) {
        String answer = command(
                "Runtime.evaluate",
                "{\"returnByValue\":true,\"expression\":\"btoa(unescape(encodeURIComponent(String(%s))))\"}"
                        .formatted(expression.replace("\n", " ").replace("\"", "\\\"")));
        return new String(Base64.getDecoder().decode(data(answer)), StandardCharsets.UTF_8);
    }

    void await(String condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!ask(condition).equals("true")) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("never true: " + condition);
            }
        }
    }

    private static String data(String answer) {
        Matcher data = DATA.matcher(answer);
        if (!data.find()) {
            throw new AssertionError("no data in " + answer);
        }
        return data.group(1);
    }

    /** Moves the pointer to the middle of the first element that a selector finds. */
    void pointAt(String selector) {
        mouse("mouseMoved", "none", middle(selector));
    }

    void click(String selector) {
        String[] at = middle(selector);
        mouse("mouseMoved", "none", at);
        mouse("mousePressed", "left", at);
        mouse("mouseReleased", "left", at);
    }

    private String[] middle(String selector) {
        return ask("(() => { const r = document.querySelector('%s').getBoundingClientRect(); return (r.x + r.width / 2) + ' ' + (r.y + r.height / 2) })()"
                        .formatted(selector))
                .split(" ", -1);
    }

    private void mouse(String type, String button, String[] at) {
        command(
                "Input.dispatchMouseEvent",
                "{\"type\":\"%s\",\"x\":%s,\"y\":%s,\"button\":\"%s\",\"clickCount\":%d}"
                        .formatted(type, at[0], at[1], button, button.equals("left") ? 1 : 0));
    }

    void press(String key) {
        for (String type : List.of("keyDown", "keyUp")) {
            int code = switch (key) {
                case "Tab" -> 9;
                case "Enter" -> 13;
                case "Escape" -> 27;
                case "ArrowLeft" -> 37;
                case "ArrowRight" -> 39;
                default -> 0;
            };
            command(
                    "Input.dispatchKeyEvent",
                    "{\"type\":\"%s\",\"key\":\"%s\",\"windowsVirtualKeyCode\":%d}".formatted(type, key, code));
        }
    }

    void type(String text) {
        command("Input.insertText", "{\"text\":\"%s\"}".formatted(text));
    }

    /** {@return the page as PNG} */
    byte[] screenshot() {
        return Base64.getDecoder().decode(data(command("Page.captureScreenshot", "{\"format\":\"png\"}")));
    }

    /** {@return what the console has, in the protocol's own words} */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    private void end() {
        client.shutdownNow();
        client.close();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            process.getErrorStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        socket.abort();
        end();
    }
}
