package io.ebpf4j.object;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MappedArray;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.VariableSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A loaded object: it owns its maps and programs and gives them up together, in the reverse order of their making.
 *
 * <p>Safe from any thread until it is closed. Maps that took the place of the object's own stay their owners'.
 */
public final class BpfObject implements AutoCloseable {
    private final LoadPlan plan;
    private final Map<String, BpfMap> maps;
    private final Map<String, BpfProgram> programs;
    private final List<Skipped> skipped;
    private final Deque<AutoCloseable> owned;
    private final Map<String, MappedArray> sections = new HashMap<>();

    /** Takes over what was made; {@code owned} has the last first. */
    BpfObject(
            LoadPlan plan,
            Map<String, BpfMap> maps,
            Map<String, BpfProgram> programs,
            List<Skipped> skipped,
            Deque<AutoCloseable> owned) {
        this.plan = plan;
        this.maps = Collections.unmodifiableMap(new LinkedHashMap<>(maps));
        this.programs = inOrder(plan, programs);
        this.skipped = List.copyOf(skipped);
        this.owned = new ArrayDeque<>(owned);
    }

    /** A chain may have loaded programs before their turn. */
    private static Map<String, BpfProgram> inOrder(LoadPlan plan, Map<String, BpfProgram> loaded) {
        Map<String, BpfProgram> ordered = new LinkedHashMap<>();
        for (String name : plan.programs().keySet()) {
            BpfProgram program = loaded.get(name);
            if (program != null) {
                ordered.put(name, program);
            }
        }
        return Collections.unmodifiableMap(ordered);
    }

    /**
     * {@return an object file, read and ready to be planned or loaded}
     *
     * @param file the object file
     * @throws IOException when the file cannot be read
     * @throws io.ebpf4j.kernel.InvalidObjectException when it is not a BPF object
     */
    public static OpenObject open(Path file) throws IOException {
        return open(ObjectSpec.open(file), LoadOptions.DEFAULTS);
    }

    /**
     * {@return an object, ready to be planned or loaded}
     *
     * @param spec what the object file says
     */
    public static OpenObject open(ObjectSpec spec) {
        return open(spec, LoadOptions.DEFAULTS);
    }

    /**
     * {@return an object, ready to be planned or loaded}
     *
     * @param spec what the object file says
     * @param options what is decided about its loading
     */
    public static OpenObject open(ObjectSpec spec, LoadOptions options) {
        return new OpenObject(spec, options);
    }

    /** {@return the plan it was loaded by} */
    public LoadPlan plan() {
        return plan;
    }

    /** {@return the loaded programs by name, in the order of the object} */
    public Map<String, BpfProgram> programs() {
        return programs;
    }

    /**
     * {@return a loaded program, owned by this object}
     *
     * @param name its function's name
     * @throws IllegalArgumentException when the object has none of that name, or it was skipped; the message says why
     */
    public BpfProgram program(String name) {
        return findProgram(name).orElseThrow(() -> absent(Skipped.Kind.PROGRAM, name, programs));
    }

    /**
     * {@return a loaded program, empty when it was skipped or the object has none of that name}
     *
     * @param name its function's name
     */
    public Optional<BpfProgram> findProgram(String name) {
        return Optional.ofNullable(programs.get(name));
    }

    /** {@return the maps by name, in the order of the object} */
    public Map<String, BpfMap> maps() {
        return maps;
    }

    /**
     * {@return a map, owned by this object}
     *
     * @param name its name in the object: the variable's, or the section's for global data ({@code .bss})
     * @throws IllegalArgumentException when the object has none of that name, or it was skipped; the message says why
     */
    public BpfMap map(String name) {
        return findMap(name).orElseThrow(() -> absent(Skipped.Kind.MAP, name, maps));
    }

    /**
     * {@return a map, empty when it was skipped or the object has none of that name}
     *
     * @param name its name in the object
     */
    public Optional<BpfMap> findMap(String name) {
        return Optional.ofNullable(maps.get(name));
    }

    private IllegalArgumentException absent(Skipped.Kind kind, String name, Map<String, ?> loaded) {
        return new IllegalArgumentException(skipped.stream()
                .filter(skip -> skip.kind() == kind && skip.name().equals(name))
                .findFirst()
                .map(skip -> "skipped: " + skip)
                .orElseGet(() -> plan.spec().origin() + " has no " + kind.title() + " " + name + "; it has "
                        + (loaded.isEmpty() ? "none" : String.join(", ", loaded.keySet()))));
    }

    /**
     * {@return a live view of a global variable}
     *
     * @param name its name
     * @throws IllegalArgumentException when the object has none of that name
     * @throws IllegalStateException when its section cannot be mapped (before Linux 5.5), or the object is closed
     * @throws BpfException when the kernel refuses to map it
     */
    public GlobalVariable global(String name) {
        VariableSpec variable = plan.spec().variables().get(name);
        if (variable == null) {
            Map<String, VariableSpec> known = plan.spec().variables();
            throw new IllegalArgumentException(plan.spec().origin() + " has no global variable " + name + "; it has "
                    + (known.isEmpty() ? "none" : String.join(", ", known.keySet())));
        }
        MappedArray section = section(variable.map());
        return new GlobalVariable(
                variable,
                section.segment().asSlice(variable.offset(), variable.size()),
                plan.spec().btf());
    }

    private MappedArray section(String name) {
        synchronized (owned) {
            MappedArray known = sections.get(name);
            if (known == null) {
                known = map(name).mapped();
                owned.push(known);
                sections.put(name, known);
            }
            return known;
        }
    }

    /** {@return what was not loaded, and why} */
    public List<Skipped> skipped() {
        return skipped;
    }

    /**
     * Gives up programs and maps. What is pinned or attached stays in the kernel. Closing again does nothing.
     *
     * @throws BpfException when the kernel refuses to close something; the rest is closed all the same
     */
    @Override
    public void close() {
        synchronized (owned) {
            sections.clear();
            closeAll(owned);
        }
    }

    /** Closes everything, the last made first, whatever fails on the way. */
    static void closeAll(Deque<AutoCloseable> owned) {
        RuntimeException first = null;
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                RuntimeException failure =
                        e instanceof RuntimeException known ? known : new IllegalStateException("closing failed", e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** {@return the object's name and what it has} */
    @Override
    public String toString() {
        return plan.spec().origin() + ": " + programs.size() + " programs, " + maps.size() + " maps"
                + (skipped.isEmpty() ? "" : ", " + skipped.size() + " skipped");
    }
}
