package io.ebpf4j.samples;

import io.ebpf4j.observability.json.JsonLine;
import io.ebpf4j.samples.demo.Demo;
import io.ebpf4j.samples.demo.Story;
import io.ebpf4j.samples.demo.StoryReport;
import io.ebpf4j.samples.demo.WholeReport;
import io.ebpf4j.samples.demo.World;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Builds a tenant's services on hosts of their own within this machine, plays three stories, and says whose fault they were. */
@Command(
        name = "demo",
        description =
                "build services on hosts within this machine, let three faults happen to them, say whose they are",
        mixinStandardHelpOptions = true,
        footer =
                "%nNeeds root and iproute2. All that it makes is removed at its end, also after Ctrl-C; what a killed run left"
                        + " is removed by the next one.%nExit status with --check: 1 when anything is not as it has to be.")
final class DemoCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130; // 128 + SIGINT, as shells have it

    @Mixin
    private final Output output = new Output();

    @Option(
            names = "--check",
            description =
                    "fail unless verdicts are the stories', and counts those of the servers' logs and of the kernel")
    private boolean check;

    @Option(names = "--keep", description = "let it go on with all faults at once after the stories, until Ctrl-C")
    private boolean keep;

    @Option(names = "--clean", description = "only remove what a killed run left")
    private boolean clean;

    @Mixin
    private final ExportArguments exports = new ExportArguments();

    private volatile boolean ending;

    @Override
    public Integer call() throws IOException {
        PrintWriter errors = output.err();
        List<Path> removed = World.removeLeftovers();
        if (clean || !removed.isEmpty()) {
            say(
                    removed.isEmpty()
                            ? "nothing was left"
                            : "removed what a killed run left: " + removed.size() + " things");
        }
        if (clean) {
            return 0;
        }
        Demo demo = Demo.create(
                (identities, namespaces) -> DemoObserver.start(identities, namespaces, exports, output), this::say);
        Thread interrupted = new Thread(() -> end(demo), "ebpf4j-interrupted");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (demo) {
            int status = play(demo);
            if (keep) {
                say("going on with all faults at once; Ctrl-C ends it");
                demo.goOn();
            }
            return status;
        } catch (IOException | RuntimeException e) {
            if (ending) {
                return INTERRUPTED; // what broke is what was taken away
            }
            throw e;
        } finally {
            errors.flush();
            if (!ending) {
                Runtime.getRuntime().removeShutdownHook(interrupted);
            }
        }
    }

    private int play(Demo demo) throws IOException {
        long begin = System.nanoTime();
        demo.start();
        boolean holds = true;
        for (Story story : Story.values()) {
            StoryReport report = demo.play(story);
            print(report.lines(), report.json());
            holds &= report.holds();
        }
        WholeReport whole = demo.whole();
        print(whole.lines(), whole.json());
        holds &= whole.holds();
        say("%s, in %d s"
                .formatted(
                        holds ? "all is as it has to be" : "not all is as it has to be",
                        (System.nanoTime() - begin) / 1_000_000_000));
        return check && !holds ? 1 : 0;
    }

    private void print(List<String> lines, JsonLine json) {
        PrintWriter out = output.out();
        if (output.form() == Output.Form.JSON) {
            out.println(json);
        } else {
            lines.forEach(out::println);
        }
        out.flush();
    }

    private void say(String line) {
        output.err().println("demo: " + line);
        output.err().flush();
    }

    /** The JVM ends when its hooks have: what was built is taken down before. */
    private void end(Demo demo) {
        ending = true;
        try {
            demo.close();
        } catch (IOException | RuntimeException e) {
            System.err.println("ebpf4j: not all could be removed (ebpf4j demo --clean tries again): " + e.getMessage());
        }
    }
}
