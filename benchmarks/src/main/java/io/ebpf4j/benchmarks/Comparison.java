package io.ebpf4j.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures every work in C and in Java by turns, round after round, and prints the table. {@code benchmarks/run} builds what it needs and starts it in the
 * folder with the C programs and the BPF objects.
 */
public final class Comparison {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern FIGURE = Pattern.compile("[0-9.eE+-]+|Infinity|NaN");

    /** What was asked for. */
    private record Request(int rounds, Pace pace, Pattern only, double tolerance, Scope scope, OptionalDouble limit) {}

    /** What is measured: all, or what has a reach that the run is to hold. */
    private enum Scope {
        ALL,
        GATE
    }

    /** How long a JMH fork warms up and measures. */
    private enum Pace {
        QUICK(2, 300),
        FULL(3, 700);

        private final int iterations;
        private final int millis;

        Pace(int iterations, int millis) {
            this.iterations = iterations;
            this.millis = millis;
        }
    }

    private final Request request;
    private final Path folder;
    private final String java;
    private final String classPath;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    private Comparison(Request request, Path folder) {
        this.request = request;
        this.folder = folder;
        this.java = ProcessHandle.current().info().command().orElse("java");
        this.classPath = System.getProperty("java.class.path");
    }

    /**
     * Runs.
     *
     * @param args {@code --rounds N}, {@code --quick}, {@code --gate}, {@code --tolerance RATIO}, {@code --limit RATIO}, {@code --only PATTERN}, {@code --results FILE}
     * @throws Exception if a program fails
     */
    public static void main(String[] args) throws Exception {
        int rounds = 0;
        Pace pace = Pace.FULL;
        Pattern only = Pattern.compile("");
        double tolerance = 0.15;
        Scope scope = Scope.ALL;
        OptionalDouble limit = OptionalDouble.empty();
        Path results = null;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--rounds" -> rounds = Integer.parseInt(args[++i]);
                case "--quick" -> pace = Pace.QUICK;
                case "--gate" -> scope = Scope.GATE;
                case "--tolerance" -> tolerance = Double.parseDouble(args[++i]);
                case "--limit" -> limit = OptionalDouble.of(Double.parseDouble(args[++i]));
                case "--only" -> only = Pattern.compile(args[++i]);
                case "--results" -> results = Path.of(args[++i]);
                default -> throw new IllegalArgumentException("what is " + args[i] + "?");
            }
        }
        if (rounds == 0) {
            rounds = pace == Pace.QUICK ? 2 : 5;
        }
        Request request = new Request(rounds, pace, only, tolerance, scope, limit);
        Comparison comparison = new Comparison(request, Path.of("").toAbsolutePath());
        comparison.measure();
        String table = ResultsPage.table(comparison.rows.values());
        System.out.print(table);
        if (results != null) {
            ResultsPage.write(results, table, rounds + (pace == Pace.QUICK ? " short" : " long"));
        }
        if (scope == Scope.GATE) {
            List<String> missed = comparison.rows.values().stream()
                    .filter(row -> row.misses(request.tolerance()))
                    .map(Row::verdict)
                    .toList();
            missed.forEach(line -> System.err.println("gate: " + line));
            System.exit(missed.isEmpty() ? 0 : 1);
        }
    }

    private void measure() throws IOException, InterruptedException, RunnerException {
        List<Work> works = Works.all().stream()
                .filter(work -> request.only().matcher(work.name()).find())
                .filter(work -> request.scope() == Scope.ALL || work.reach().isPresent())
                .toList();
        if (works.isEmpty()) {
            throw new IllegalArgumentException("no work is called like " + request.only());
        }
        for (int round = 1; round <= request.rounds(); round++) {
            for (Work work : works) {
                long start = System.nanoTime();
                switch (work) {
                    case Work.Timed timed -> measure(timed);
                    case Work.Reported reported -> measure(reported);
                    case Work.Process process -> measure(process);
                }
                System.err.printf(
                        Locale.ROOT,
                        "round %d of %d: %s (%.1f s)%n",
                        round,
                        request.rounds(),
                        work.name(),
                        (System.nanoTime() - start) / 1e9);
            }
        }
    }

    private void measure(Work.Timed work) throws IOException, InterruptedException, RunnerException {
        Row row = row(work.name(), work.unit(), work.reach());
        OptionalDouble c = OptionalDouble.empty();
        if (!work.twin().isEmpty()) {
            c = OptionalDouble.of(Double.parseDouble(run(twin(work)).strip()));
        }
        Path allocated = Files.createTempFile("ebpf4j", ".allocated");
        try {
            Files.delete(allocated);
            ChainedOptionsBuilder options = new OptionsBuilder()
                    .include("\\." + work.benchmark().replace(".", "\\.") + "$")
                    .forks(1)
                    .warmupIterations(request.pace().iterations * (work.unit().equals("ns") ? 1 : 3))
                    .warmupTime(TimeValue.milliseconds(request.pace().millis))
                    .measurementIterations(request.pace().iterations)
                    .measurementTime(TimeValue.milliseconds(request.pace().millis))
                    .addProfiler("gc")
                    .verbosity(VerboseMode.SILENT)
                    .jvmArgs(
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            // Warm after so many calls, however little of the machine the compiler gets.
                            "-XX:-BackgroundCompilation",
                            "-Xms1g",
                            "-Xmx1g",
                            "-D" + Meter.FILE + "=" + allocated);
            work.parameters().forEach((name, value) -> options.param(name, value));
            RunResult result = new Runner(options.build()).runSingle();
            if (Files.exists(allocated)) {
                String[] figures = Files.readString(allocated).split(" ");
                double perUnit = work.unit().equals("ns") ? 1 : 1000;
                row.add(
                        c,
                        Double.parseDouble(figures[1]) / perUnit / work.operations(),
                        OptionalDouble.of(Double.parseDouble(figures[0]) / work.operations()));
            } else {
                row.add(
                        c,
                        result.getPrimaryResult().getScore() / work.operations(),
                        OptionalDouble.of(result.getSecondaryResults()
                                        .get("gc.alloc.rate.norm")
                                        .getScore()
                                / work.operations()));
            }
        } finally {
            Files.deleteIfExists(allocated);
        }
    }

    private void measure(Work.Reported work) throws IOException, InterruptedException {
        Map<String, Double> c = figures(run(twin(work)));
        Map<String, Double> ours = figures(run(main(List.of(), work.main())));
        ours.forEach((figure, value) -> {
            Double theirs = c.get(figure);
            row(work.name() + ": " + figure, "", work.reach())
                    .add(
                            theirs == null ? OptionalDouble.empty() : OptionalDouble.of(theirs),
                            value,
                            OptionalDouble.empty());
        });
    }

    private void measure(Work.Process work) throws IOException, InterruptedException {
        if (work.options().stream().anyMatch(option -> option.contains(Works.AOT_CACHE))) {
            prepareCache(work);
        }
        Row row = row(work.name(), "ms", work.reach());
        double[] c = new double[5];
        double[] ours = new double[5];
        for (int i = 0; i < c.length; i++) {
            c[i] = millis(twin(work));
            ours[i] = millis(main(work.options(), work.main()));
        }
        Arrays.sort(c);
        Arrays.sort(ours);
        row.add(OptionalDouble.of(c[c.length / 2]), ours[ours.length / 2], OptionalDouble.empty());
    }

    private void prepareCache(Work.Process work) throws IOException, InterruptedException {
        if (!Files.exists(folder.resolve(Works.AOT_CACHE))) {
            List<String> options = new ArrayList<>(work.options());
            options.removeIf(option -> option.contains(Works.AOT_CACHE));
            options.add("-XX:AOTCacheOutput=" + Works.AOT_CACHE);
            run(main(options, work.main()));
        }
    }

    private double millis(List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        run(command);
        return (System.nanoTime() - start) / 1e6;
    }

    private List<String> twin(Work work) {
        List<String> command = new ArrayList<>();
        for (String word : work.twin()) {
            command.add(
                    command.isEmpty()
                            ? folder.resolve(word).toString()
                            : word.startsWith("@")
                                    ? folder.resolve(word.substring(1) + ".bpf.o")
                                            .toString()
                                    : word);
        }
        return command;
    }

    private List<String> main(List<String> options, List<String> main) {
        List<String> command = new ArrayList<>(List.of(java, "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, Comparison.class.getPackageName() + "." + main.getFirst()));
        command.addAll(main.subList(1, main.size()));
        return command;
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // A program that hangs holds its output open: it is ended from aside.
        process.onExit().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).whenComplete((ended, late) -> {
            if (late != null) {
                process.destroyForcibly();
            }
        });
        try (InputStream out = process.getInputStream()) {
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed: " + text);
            }
            return text;
        }
    }

    private static Map<String, Double> figures(String text) {
        Map<String, Double> figures = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            String[] parts = line.split("\t", 2);
            if (parts.length == 2 && FIGURE.matcher(parts[1]).matches()) {
                figures.put(parts[0], Double.parseDouble(parts[1]));
            }
        }
        return figures;
    }

    private Row row(String name, String unit, OptionalDouble reach) {
        return rows.computeIfAbsent(name, unused -> new Row(name, unit, reach, request.limit()));
    }
}
