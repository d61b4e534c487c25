package io.ebpf4j.object;

import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.ObjectSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What loading an object into a kernel will do, decided before the first system call: maps with their final sizes, code
 * fitted to the kernel's types with every relocation explained, attach targets and externs looked up, what is skipped and
 * what is refused, each with a reason. {@link #toString()} prints it.
 *
 * <p>A function of the object, the options and what is known of the target kernel; needs no privilege. Immutable, safe
 * from any thread.
 */
public final class LoadPlan {
    private final ObjectSpec spec;
    private final LoadOptions options;
    private final TargetKernel target;
    private final Map<String, PlannedExtern> externs;
    private final Map<String, PlannedMap> maps;
    private final Map<String, PlannedProgram> programs;
    private final List<Refusal> refusals;

    private LoadPlan(
            ObjectSpec spec,
            LoadOptions options,
            TargetKernel target,
            Map<String, PlannedExtern> externs,
            Map<String, PlannedMap> maps,
            Map<String, PlannedProgram> programs) {
        this.spec = spec;
        this.options = options;
        this.target = target;
        this.externs = Collections.unmodifiableMap(externs);
        this.maps = Collections.unmodifiableMap(maps);
        this.programs = Collections.unmodifiableMap(programs);
        this.refusals = refusals(spec, target, options, maps, programs);
    }

    /**
     * Plans a load.
     *
     * @param spec what the object file says
     * @param options what is decided about its loading
     * @param target what is known of the kernel
     * @return the plan; what cannot be loaded is in {@link #refusals()}
     * @throws IllegalArgumentException when the options name something that the object does not have
     * @throws io.ebpf4j.kernel.IncompatibleException when a value does not fit its variable
     * @throws io.ebpf4j.kernel.InvalidObjectException when the object contradicts itself
     */
    public static LoadPlan of(ObjectSpec spec, LoadOptions options, TargetKernel target) {
        checkNames(spec, options);
        Map<String, PlannedExtern> externs = new ExternPlanner(spec, options, target).plan();
        Map<String, PlannedMap> maps = new MapPlanner(spec, options, target, externs.values()).plan();
        Map<String, PlannedProgram> programs = new ProgramPlanner(spec, options, target, maps, externs).plan();
        return new LoadPlan(spec, options, target, externs, maps, programs);
    }

    /** {@return what the object file says} */
    public ObjectSpec spec() {
        return spec;
    }

    /** {@return what is decided about its loading} */
    public LoadOptions options() {
        return options;
    }

    /** {@return the kernel it is planned for} */
    public TargetKernel target() {
        return target;
    }

    /** {@return the externs by name} */
    public Map<String, PlannedExtern> externs() {
        return externs;
    }

    /** {@return the maps by name, in the order in which they are made} */
    public Map<String, PlannedMap> maps() {
        return maps;
    }

    /** {@return the programs by name, in the order in which they are loaded} */
    public Map<String, PlannedProgram> programs() {
        return programs;
    }

    /** {@return what is not loaded, and why; programs and maps that are refused are not among it} */
    public List<Skipped> skipped() {
        List<Skipped> skipped = new ArrayList<>();
        maps.values()
                .forEach(map -> map.skipReason()
                        .ifPresent(reason -> skipped.add(new Skipped(Skipped.Kind.MAP, map.name(), reason))));
        programs.values()
                .forEach(program -> program.skipReason()
                        .ifPresent(reason -> skipped.add(new Skipped(Skipped.Kind.PROGRAM, program.name(), reason))));
        return List.copyOf(skipped);
    }

    /**
     * {@return why the object cannot be loaded as it is planned; empty when nothing is known against it}
     *
     * <p>Programs that are optional or part of a fall-back chain are not among it: they are skipped when their turn comes.
     */
    public List<Refusal> refusals() {
        return refusals;
    }

    /** {@return what the load needs of the kernel and of this process} */
    public List<Requirement> requirements() {
        return Requirement.of(programs.values(), maps.values());
    }

    /**
     * Does it.
     *
     * @return the loaded object, owned by the caller
     * @throws io.ebpf4j.kernel.BpfException when it cannot be loaded; nothing is left in the kernel then
     */
    public BpfObject load() {
        return load(Kernel.system());
    }

    /**
     * Does it.
     *
     * @param kernel the kernel to load into
     * @return the loaded object, owned by the caller
     * @throws io.ebpf4j.kernel.BpfException when it cannot be loaded; nothing is left in the kernel then
     */
    @SuppressWarnings("exports") // the kernel's seam is for our own modules and their tests
    public BpfObject load(Kernel kernel) {
        if (!refusals.isEmpty()) {
            throw refusals.getFirst().toException();
        }
        return new Loading(this, kernel).run();
    }

    /** {@return whether a program may fail without failing the object} */
    static boolean mayFail(LoadOptions options, String program) {
        return options.optional().contains(program)
                || options.fallbacks().stream()
                        .anyMatch(chain -> chain.programs().contains(program));
    }

    private static List<Refusal> refusals(
            ObjectSpec spec,
            TargetKernel target,
            LoadOptions options,
            Map<String, PlannedMap> maps,
            Map<String, PlannedProgram> programs) {
        List<Refusal> refusals = new ArrayList<>();
        if (spec.order() != target.order()) {
            refusals.add(new Refusal(
                    Refusal.Cause.NOT_SUPPORTED,
                    "object " + spec.origin(),
                    "it is " + spec.order() + ", the kernel is " + target.order()));
        }
        maps.values().forEach(map -> MapPlanner.refusal(map).ifPresent(refusals::add));
        programs.values().stream()
                .filter(PlannedProgram::isLoaded)
                .filter(program -> !mayFail(options, program.name()))
                .forEach(program -> program.refusal().ifPresent(refusals::add));
        return List.copyOf(refusals);
    }

    private static void checkNames(ObjectSpec spec, LoadOptions options) {
        check("program", spec.programs(), options.enabled());
        check("program", spec.programs(), options.disabled());
        check("program", spec.programs(), options.optional());
        check("program", spec.programs(), options.attachTargets().keySet());
        check("program", spec.programs(), options.programTargets().keySet());
        options.fallbacks().forEach(chain -> check("program", spec.programs(), chain.programs()));
        check("map", spec.maps(), options.maxEntries().keySet());
        check("map", spec.maps(), options.innerMaxEntries().keySet());
        check("map", spec.maps(), options.elementSizes().keySet());
        check("map", spec.maps(), options.replacements().keySet());
        check("map", spec.maps(), options.disabledMaps());
        check("global variable", spec.variables(), options.globals().keySet());
    }

    private static void check(String kind, Map<String, ?> known, Collection<String> names) {
        for (String name : names) {
            if (!known.containsKey(name)) {
                throw new IllegalArgumentException("the object has no " + kind + " " + name + "; it has "
                        + (known.isEmpty() ? "none" : String.join(", ", known.keySet())));
            }
        }
    }

    /** {@return the plan as text, a section each for maps, programs, externs, needs, skipped and refused} */
    @Override
    public String toString() {
        Map<String, Stream<?>> sections = new LinkedHashMap<>();
        sections.put("maps", maps.values().stream());
        sections.put("programs", programs.values().stream());
        sections.put("externs", externs.values().stream());
        sections.put("needs", requirements().stream());
        sections.put("skipped", skipped().stream());
        sections.put("refused", refusals.stream());
        StringBuilder text = new StringBuilder("plan of ")
                .append(spec.origin())
                .append(" for Linux ")
                .append(target.version())
                .append('\n');
        sections.forEach((title, lines) -> {
            List<String> all = lines.map(line -> "  " + line).toList();
            if (!all.isEmpty()) {
                text.append(title).append(":\n").append(String.join("\n", all)).append('\n');
            }
        });
        return text.toString();
    }

    Optional<PlannedMap> kconfigMap() {
        return maps.values().stream()
                .filter(map -> map.spec().origin() == MapSpec.Origin.KCONFIG)
                .findFirst();
    }
}
