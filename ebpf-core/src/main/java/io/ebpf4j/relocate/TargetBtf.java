package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The types that programs are fitted to: a kernel's BTF, from the running system or from a file, and those of its modules.
 *
 * <p>Modules are asked for only when a name is in none of the kernel's types, and once. Candidates and member names found are
 * kept, so one instance serves many objects. Safe from any thread.
 */
public final class TargetBtf {
    private final Btf kernel;
    private final Supplier<List<Btf>> modules;
    private final Map<String, List<Candidate>> candidates = new ConcurrentHashMap<>();
    private final Map<String, List<Candidate>> moduleCandidates = new ConcurrentHashMap<>();
    private final Map<Candidate, String[]> memberNames = new ConcurrentHashMap<>();
    private @Nullable List<Source> moduleSources;
    private @Nullable Source kernelSource;

    /** A type of the target. Two candidates are the same when they are the same type of the same BTF instance. */
    record Candidate(Btf btf, int id) {}

    /** Types of one BTF without its base, with the names that carry a flavour by what is before it. */
    private record Source(Btf btf, Map<String, List<String>> flavours) {}

    private TargetBtf(Btf kernel, Supplier<List<Btf>> modules) {
        this.kernel = kernel;
        this.modules = modules;
    }

    /**
     * {@return a target without modules}
     *
     * @param kernel the kernel's types
     */
    public static TargetBtf of(Btf kernel) {
        return new TargetBtf(kernel, List::of);
    }

    /**
     * {@return a target with modules}
     *
     * @param kernel the kernel's types
     * @param modules gives the modules' split BTFs; called at most once, and only when a name misses in the kernel
     */
    public static TargetBtf of(Btf kernel, Supplier<List<Btf>> modules) {
        return new TargetBtf(kernel, modules);
    }

    /** {@return the kernel's types} */
    public Btf kernel() {
        return kernel;
    }

    /** The types whose name without flavour is the given one, of a kind that can stand for the given one, in order of id. */
    List<Candidate> candidates(String essentialName, BtfKind kind) {
        List<Candidate> named = candidates.get(essentialName);
        if (named == null) {
            named = candidates.computeIfAbsent(essentialName, this::find);
        }
        List<Candidate> fitting = fitting(named, kind);
        if (!fitting.isEmpty()) {
            return fitting;
        }
        List<Candidate> ofModules = moduleCandidates.get(essentialName);
        if (ofModules == null) {
            ofModules = moduleCandidates.computeIfAbsent(essentialName, this::findInModules);
        }
        return fitting(ofModules, kind);
    }

    private static List<Candidate> fitting(List<Candidate> named, BtfKind kind) {
        List<Candidate> fitting = new ArrayList<>(named.size());
        for (Candidate candidate : named) {
            if (TypeCompatibility.sameKind(kind, candidate.btf().kind(candidate.id()))) {
                fitting.add(candidate);
            }
        }
        return fitting;
    }

    private List<Candidate> find(String essentialName) {
        return findIn(kernelSource(), essentialName);
    }

    private List<Candidate> findInModules(String essentialName) {
        List<Candidate> found = new ArrayList<>();
        for (Source source : moduleSources()) {
            found.addAll(findIn(source, essentialName));
        }
        return found;
    }

    /** Where a name that is nowhere was looked for. */
    String places() {
        int count = moduleSources().size();
        String kernelName = kernel.origin();
        return count == 0 ? kernelName : kernelName + " or " + count + (count == 1 ? " module" : " modules");
    }

    private static List<Candidate> findIn(Source source, String essentialName) {
        Btf btf = source.btf();
        List<String> names = new ArrayList<>();
        names.add(essentialName);
        names.addAll(source.flavours().getOrDefault(essentialName, List.of()));
        List<Candidate> found = new ArrayList<>();
        int[] ids = names.stream()
                .flatMapToInt(name -> Arrays.stream(btf.findAll(name)))
                .toArray();
        Arrays.sort(ids);
        int previous = 0;
        for (int id : ids) {
            if (id >= btf.firstId() && id != previous) {
                found.add(new Candidate(btf, id));
            }
            previous = id;
        }
        return found;
    }

    private synchronized Source kernelSource() {
        Source source = kernelSource;
        if (source == null) {
            source = new Source(kernel, flavours(kernel));
            kernelSource = source;
        }
        return source;
    }

    private synchronized List<Source> moduleSources() {
        List<Source> sources = moduleSources;
        if (sources == null) {
            sources = modules.get().stream()
                    .map(module -> new Source(module, flavours(module)))
                    .toList();
            moduleSources = sources;
        }
        return sources;
    }

    /** The names of a structure's or union's members, decoded once. */
    String[] memberNames(Btf btf, int compositeId) {
        Candidate key = new Candidate(btf, compositeId);
        String[] names = memberNames.get(key);
        if (names == null) {
            names = new String[btf.vlen(compositeId)];
            for (int i = 0; i < names.length; i++) {
                names[i] = btf.memberName(compositeId, i);
            }
            memberNames.put(key, names);
        }
        return names;
    }

    /**
     * Names with a triple underscore, found by one walk over the string section: far fewer bytes than decoding the name of every type.
     * Names that belong to no type do no harm, since they are looked up again.
     */
    private static Map<String, List<String>> flavours(Btf btf) {
        MemorySegment bytes = btf.bytes();
        // struct btf_header: hdr_len at 4, str_off at 16, str_len at 20; the sections follow the header.
        ValueLayout.OfInt u32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(btf.order());
        long start = Integer.toUnsignedLong(bytes.get(u32, 4)) + Integer.toUnsignedLong(bytes.get(u32, 16));
        long end = start + Integer.toUnsignedLong(bytes.get(u32, 20));
        Map<String, List<String>> flavours = new HashMap<>();
        long at = start + 2;
        while (at < end) {
            // Any run of three holds one position of every third, so two of three bytes need not be looked at.
            if (bytes.get(ValueLayout.JAVA_BYTE, at) != '_' || !isInRun(bytes, at, start, end)) {
                at += 3;
                continue;
            }
            long from = at;
            while (from > start && bytes.get(ValueLayout.JAVA_BYTE, from - 1) != 0) {
                from--;
            }
            long to = at;
            while (to < end && bytes.get(ValueLayout.JAVA_BYTE, to) != 0) {
                to++;
            }
            if (to - from <= MAX_NAME) {
                byte[] name = bytes.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
                String full = new String(name, StandardCharsets.UTF_8);
                String essential = TypeCompatibility.essentialName(full);
                if (essential.length() < full.length()) {
                    flavours.computeIfAbsent(essential, key -> new ArrayList<>())
                            .add(full);
                }
            }
            at = to + 1;
        }
        return flavours;
    }

    /** Longer names than any compiler or kernel takes (KSYM_NAME_LEN is 512) are no types'. */
    private static final int MAX_NAME = 4096;

    private static boolean isInRun(MemorySegment bytes, long at, long start, long end) {
        long from = at;
        while (from > start && at - from < 2 && bytes.get(ValueLayout.JAVA_BYTE, from - 1) == '_') {
            from--;
        }
        long to = at + 1;
        while (to < end && to - from < 3 && bytes.get(ValueLayout.JAVA_BYTE, to) == '_') {
            to++;
        }
        return to - from >= 3;
    }
}
