package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.servicemap.ServiceMap;
import io.ebpf4j.observability.verdict.JourneyOptions;
import io.ebpf4j.observability.verdict.JourneySummary;
import io.ebpf4j.observability.verdict.LayerVerdict;
import io.ebpf4j.observability.verdict.PairCase;
import io.ebpf4j.observability.verdict.PairJudge;
import io.ebpf4j.observability.verdict.PairJudgeOptions;
import io.ebpf4j.samples.demo.service.AccessRecord;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The demo: a world, who looks at it, and the stories. One thread plays; another one may close it at any time, upon which the
 * player gets an {@link IOException}.
 */
public final class Demo implements AutoCloseable {
    /** Whose sockets are looked at: what runs outside is not ours to see. */
    private static final Set<Host> INSIDE =
            Set.of(Host.DNS, Host.CORE_API_V1, Host.CORE_API_V2, Host.RESUMES, Host.NOTIFICATIONS, Host.JOBPOSTING);

    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final long LOOK_MILLIS = 50;
    private static final double NANOS = 1e9;

    private final World world;
    private final Consumer<String> progress;
    private final PairJudge judge = new PairJudge(PairJudgeOptions.DEFAULTS);
    private final Observer.Start start;
    private volatile @Nullable Observer observer;
    private @Nullable Snapshot ordinary;
    private @Nullable Mark first;
    private @Nullable Mark last;

    /** All counts at one moment. */
    private record Mark(
            Snapshot snapshot,
            JourneySummary.Counted journeys,
            Map<Answered, Long> answered,
            Map<Host, Long> retransmits,
            Map<Host, Integer> asked) {}

    /** What came between two marks. */
    private record Window(
            Snapshot snapshot,
            JourneySummary.Counted journeys,
            Map<Answered, Long> answered,
            Map<Host, Long> retransmits,
            Map<Pair, List<AccessRecord>> asked) {}

    private Demo(World world, Observer.Start start, Consumer<String> progress) {
        this.world = world;
        this.start = start;
        this.progress = progress;
    }

    /**
     * A demo of which nothing is built yet.
     *
     * @param start begins to look when all is built
     * @param progress takes a line now and then that says what goes on
     * @return the demo, to be closed by the caller
     * @throws IOException this process cannot be read of in /proc
     */
    public static Demo create(Observer.Start start, Consumer<String> progress) throws IOException {
        return new Demo(World.create(), start, progress);
    }

    /**
     * Builds the world, looks at it, and lets an ordinary day pass in it, against which the stories are held.
     *
     * @throws IOException something could not be made, or a service failed
     */
    public void start() throws IOException {
        progress.accept("building %d hosts".formatted(Host.values().length));
        world.build();
        Set<Long> namespaces = new LinkedHashSet<>();
        for (Host host : INSIDE) {
            namespaces.add(world.namespace(host).inode());
        }
        progress.accept("warming up");
        Traffic.send(world, Traffic.WARM_UP);
        Observer started = start.start(world.identities(), namespaces);
        observer = started;
        started.problems().forEach(progress);
        progress.accept("watching an ordinary day");
        Snapshot window = watch(() -> Traffic.send(world, Traffic.ORDINARY)).snapshot();
        started.usual(window);
        ordinary = window;
    }

    /** {@return the world} */
    public World world() {
        return world;
    }

    /**
     * Plays a story.
     *
     * @param story the story; each is played once, in their order
     * @return what was seen of it
     * @throws IOException a service failed
     */
    public StoryReport play(Story story) throws IOException {
        progress.accept("story %d of %d: %d requests"
                .formatted(
                        story.ordinal() + 1,
                        Story.values().length,
                        story.traffic().stream().mapToInt(Traffic::count).sum()));
        Window window = watch(() -> story.play(world));
        Snapshot seen = window.snapshot();
        List<HttpRow> http = HttpRow.of(seen);
        List<TcpRow> tcp = TcpRow.of(seen);
        ServiceMap map = map(window);
        Map<Pair, LayerVerdict> verdicts = verdicts(map);
        List<Claim> claims = new ArrayList<>(Claims.verdicts(story, verdicts));
        claims.addAll(Claims.requests(seen, window.answered()));
        claims.addAll(Claims.retransmits(seen, window.retransmits()));
        switch (story) {
            case LOSSY_PATH -> claims.addAll(Claims.onlySufferersRetransmit(story, tcp));
            case SLOW_UPGRADE -> claims.addAll(Claims.exemplars(story, http, window.asked()));
            case API_ERRORS -> {
                // the counts by status say it
            }
        }
        return new StoryReport(story, (seen.timestamp() - seen.from()) / NANOS, http, tcp, verdicts, map, claims);
    }

    /**
     * {@return what has to be so of all that was seen so far}
     *
     * @throws IOException the demo is not started, or a log cannot be read
     */
    public WholeReport whole() throws IOException {
        Mark begin = first;
        Mark end = last;
        if (begin == null || end == null) {
            throw new IOException("the demo is not started");
        }
        Window all = between(begin, end);
        List<Claim> claims = new ArrayList<>(Claims.requests(all.snapshot, all.answered));
        claims.addAll(Claims.retransmits(all.snapshot, all.retransmits));
        return new WholeReport(claims);
    }

    private interface Happening {
        void happen() throws IOException;
    }

    private Window watch(Happening happening) throws IOException {
        Mark before = last == null ? mark() : last;
        first = first == null ? before : first;
        happening.happen();
        Mark after = settled(before);
        last = after;
        return between(before, after);
    }

    private Window between(Mark before, Mark after) throws IOException {
        Map<Host, Long> retransmits = new EnumMap<>(Host.class);
        after.retransmits.forEach(
                (host, count) -> retransmits.put(host, count - before.retransmits.getOrDefault(host, 0L)));
        return new Window(
                after.snapshot.since(before.snapshot),
                after.journeys.since(before.journeys),
                Answered.between(before.answered, after.answered),
                retransmits,
                asked(before));
    }

    private Map<Pair, List<AccessRecord>> asked(Mark before) throws IOException {
        Map<Pair, List<AccessRecord>> asked = new HashMap<>();
        for (Host host : Host.values()) {
            if (host != Host.DNS) {
                List<AccessRecord> all = world.asked(host);
                for (AccessRecord record : all.subList(before.asked.getOrDefault(host, 0), all.size())) {
                    asked.computeIfAbsent(new Pair(record.caller(), record.host()), pair -> new ArrayList<>())
                            .add(record);
                }
            }
        }
        return asked;
    }

    /** Waits until what the logs have was seen, or it takes too long, which the claims then tell. */
    private Mark settled(Mark before) throws IOException {
        long begin = System.nanoTime();
        pause(JourneyOptions.DEFAULTS.settle().toMillis());
        Mark mark = mark();
        while (!isSeen(before, mark) && System.nanoTime() - begin < PATIENCE_NANOS) {
            pause(LOOK_MILLIS);
            mark = mark();
        }
        return mark;
    }

    private static boolean isSeen(Mark before, Mark after) {
        Snapshot window = after.snapshot.since(before.snapshot);
        Map<Answered, Long> answered = Answered.between(before.answered, after.answered);
        return Claims.requests(window, answered).stream().allMatch(Claim::holds);
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the demo settles");
        }
    }

    private Mark mark() throws IOException {
        Observer looking = observer();
        Map<Host, Long> retransmits = new EnumMap<>(Host.class);
        Map<Host, Integer> asked = new EnumMap<>(Host.class);
        for (Host host : INSIDE) {
            retransmits.put(host, world.retransmits(host));
            if (host != Host.DNS) {
                asked.put(host, world.asked(host).size());
            }
        }
        return new Mark(looking.snapshot(), looking.journeys(), Answered.count(world), retransmits, asked);
    }

    private Observer observer() throws IOException {
        Observer looking = observer;
        if (looking == null) {
            throw new IOException("the demo is not started");
        }
        return looking;
    }

    private ServiceMap map(Window window) {
        Optional<Snapshot> baseline = Optional.ofNullable(ordinary);
        return ServiceMap.of(
                window.snapshot,
                window.journeys,
                (source, destination) ->
                        judge.judge(PairCase.of(source, destination, window.snapshot, window.journeys, baseline)));
    }

    /** On every pair that talked over HTTP. */
    private static Map<Pair, LayerVerdict> verdicts(ServiceMap map) {
        Map<Pair, LayerVerdict> verdicts = new TreeMap<>();
        for (ServiceMap.Edge edge : map.edges()) {
            if (edge.signals().requests() > 0) {
                verdicts.put(new Pair(edge.source().name(), edge.destination().name()), edge.verdict());
            }
        }
        return verdicts;
    }

    /**
     * Goes on until it is interrupted or closed, with all that happened in the stories happening at once.
     *
     * @throws IOException it was closed
     */
    public void goOn() throws IOException {
        ServiceProcess api = world.service(Host.CORE_API_V2);
        api.order("fail /v1/candidates/ 500 4");
        world.twilioLink().lose(Story.LOST_PER_MILLE);
        while (!Thread.currentThread().isInterrupted()) {
            Traffic.send(world, Story.SLOW_UPGRADE.traffic());
        }
    }

    @Override
    public void close() throws IOException {
        Observer looking = observer;
        try {
            if (looking != null) {
                looking.close();
            }
        } finally {
            world.close();
        }
    }
}
