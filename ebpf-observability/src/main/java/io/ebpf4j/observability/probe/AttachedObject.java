package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.link.AutoAttach;
import io.ebpf4j.link.Link;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/** A bundled object, loaded, with the programs attached that this kernel can run: its ring, its tallies, its types. */
final class AttachedObject implements AutoCloseable {
    private final BpfObject object;
    private final Btf btf;
    private final TallyReader tallies;
    private final List<Link> links = new ArrayList<>();
    private volatile boolean closed;

    private AttachedObject(BpfObject object, Btf btf) {
        this.object = object;
        this.btf = btf;
        this.tallies = new TallyReader(object.map("tallies"), btf);
    }

    /** Loads an object and attaches all of its programs that are attached by their section's name. */
    static AttachedObject open(BundledObject bundled, LoadOptions options) {
        AttachedObject attached = load(bundled, options);
        try {
            attached.attach(_ -> true);
            return attached;
        } catch (RuntimeException e) {
            attached.close();
            throw e;
        }
    }

    /** Loads an object and attaches nothing yet. */
    static AttachedObject load(BundledObject bundled, LoadOptions options) {
        ObjectSpec spec = bundled.spec();
        Btf btf = spec.btf().orElseThrow(() -> new IllegalStateException(spec.origin() + " has no BTF"));
        BpfObject object = BpfObject.open(spec, options).load();
        try {
            return new AttachedObject(object, btf);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /** Attaches the programs that this kernel can run, but for those of these names. */
    void attachAllBut(String... names) {
        Set<String> left = Set.of(names);
        attach(name -> !left.contains(name));
    }

    /** Attaches the programs of those names that this kernel can run. */
    void attach(Predicate<String> names) {
        for (BpfProgram program : object.programs().values()) {
            if (!names.test(program.name()) || isRunOnDemand(program)) {
                continue;
            }
            links.add(
                    switch (AutoAttach.attach(program)) {
                        case AutoAttach.Outcome.Attached attached -> attached.link();
                        case AutoAttach.Outcome.Manual manual ->
                            throw new IllegalStateException("program " + program.name() + ": " + manual.reason());
                    });
        }
    }

    /** An iterator runs when its walk is read, a program of type syscall when it is called. */
    private static boolean isRunOnDemand(BpfProgram program) {
        return program.attachType().equals(AttachType.TRACE_ITER)
                || program.type().equals(ProgramType.SYSCALL);
    }

    /** The object itself, for who attaches programs in ways of his own. */
    BpfObject object() {
        return object;
    }

    Btf btf() {
        return btf;
    }

    BpfMap events() {
        return object.map("events");
    }

    BpfMap map(String name) {
        return object.map(name);
    }

    BpfProgram program(String name) {
        return object.program(name);
    }

    BpfMap tallies() {
        return object.map("tallies");
    }

    Map<String, BpfProgram> programs() {
        return object.programs();
    }

    /** What became of the records of a kind. */
    LossLedger.Counts counts(LongSupplier delivered, int number) {
        // delivered first: it cannot overtake what was attempted before it was read
        long came = delivered.getAsLong();
        TallyReader.Tally tally = tallies.read(number);
        return new LossLedger.Counts(tally.attempted(), tally.lost(), came);
    }

    /** What became of the records of each kind. */
    <K extends Enum<K>> Map<K, LossLedger.Counts> counts(
            Class<K> kinds, ToLongFunction<K> delivered, ToIntFunction<K> number) {
        Map<K, LossLedger.Counts> counts = new EnumMap<>(kinds);
        for (K kind : kinds.getEnumConstants()) {
            counts.put(kind, counts(() -> delivered.applyAsLong(kind), number.applyAsInt(kind)));
        }
        return counts;
    }

    List<Skipped> skipped() {
        return object.skipped();
    }

    /** Runs that the kernel left out because an interrupt hit a CPU where the program was running. */
    long missedRuns() {
        return object.programs().values().stream()
                .mapToLong(program -> program.info().recursionMisses())
                .sum();
    }

    /** Nothing more is written then; maps can still be read. Says whether anything was attached. */
    boolean detach() {
        boolean attached = !links.isEmpty();
        links.reversed().forEach(Link::close);
        links.clear();
        return attached;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        detach();
        object.close();
    }
}
