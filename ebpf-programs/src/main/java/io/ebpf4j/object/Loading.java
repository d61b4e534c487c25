package io.ebpf4j.object;

import io.ebpf4j.asm.Instructions;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.SystemCall;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.map.MapTypes;
import io.ebpf4j.map.UpdateMode;
import io.ebpf4j.object.LoadOptions.FallbackChain;
import io.ebpf4j.object.LoadOptions.ProgramTarget;
import io.ebpf4j.object.PlannedExtern.Resolution;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.ProgramDefinition;
import io.ebpf4j.program.ProgramDefinition.FunctionRecord;
import io.ebpf4j.program.ProgramDefinition.LineRecord;
import io.ebpf4j.program.ProgramLoader;
import io.ebpf4j.program.SourceLine;
import io.ebpf4j.spec.CodeReference;
import io.ebpf4j.spec.CodeReference.ExternReference;
import io.ebpf4j.spec.CodeReference.JumpTableReference;
import io.ebpf4j.spec.CodeReference.KfuncReference;
import io.ebpf4j.spec.CodeReference.MapReference;
import io.ebpf4j.spec.CodeReference.MapValueReference;
import io.ebpf4j.spec.Extern.KconfigExtern;
import io.ebpf4j.spec.MapSpec.InitialSlot;
import io.ebpf4j.spec.MapSpec.Origin;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Carries a plan out: types, maps, their contents, programs. What was made is given up again when something fails. */
final class Loading {
    private static final System.Logger LOGGER = System.getLogger("io.ebpf4j.object");

    /** {@code RLIMIT_MEMLOCK} (include/uapi/asm-generic/resource.h). */
    private static final int RLIMIT_MEMLOCK = 8;

    private static final long RLIM_INFINITY = -1;

    private static final int PSEUDO_MAP_FD = 1;
    private static final int PSEUDO_MAP_VALUE = 2;
    private static final int PSEUDO_BTF_ID = 3;
    private static final int PSEUDO_KFUNC_CALL = 2;

    /** {@code BPF_JMP | BPF_CALL}. */
    private static final int CALL = 0x85;

    /** A helper that does not exist, in place of a map that is not made; libbpf's number, plus the map's index. */
    private static final int MISSING_MAP = 2_001_000_000;

    /** A helper that does not exist, in place of a kernel function that is missing; libbpf's number, plus an index. */
    private static final int MISSING_FUNCTION = 2_002_000_000;

    private final LoadPlan plan;
    private final ObjectSpec spec;
    private final Kernel kernel;
    private final KernelTypes kernelTypes;
    private final ProgramLoader loader;
    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final Map<String, BpfProgram> programs = new LinkedHashMap<>();
    private final Map<String, Fd> modules = new LinkedHashMap<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private final List<Path> pins = new ArrayList<>();
    private final Map<String, BpfException> failures = new LinkedHashMap<>();
    /** What was made and is not borrowed, the last first. */
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    private Optional<Fd> types = Optional.empty();

    Loading(LoadPlan plan, Kernel kernel) {
        this.plan = plan;
        this.spec = plan.spec();
        this.kernel = kernel;
        this.kernelTypes = new KernelTypes(kernel);
        this.loader = new ProgramLoader(kernel);
    }

    BpfObject run() {
        boolean complete = false;
        try {
            skipped.addAll(plan.skipped());
            raiseMemoryLimit();
            loadTypes();
            createMaps();
            fillMaps();
            loadPrograms();
            fillProgramArrays();
            closeTypes();
            BpfObject object = new BpfObject(plan, maps, programs, skipped, owned);
            complete = true;
            return object;
        } finally {
            if (!complete) {
                closeTypes();
                removePins();
                BpfObject.closeAll(owned);
            }
        }
    }

    /**
     * Kernels before 5.11 count the memory of maps and programs against RLIMIT_MEMLOCK, whose usual 64 KiB is too little
     * for anything; libbpf raises it too. A refusal is no failure: what does not fit then says so itself.
     */
    private void raiseMemoryLimit() {
        if (plan.target().has(TargetFeature.CGROUP_ACCOUNTING)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment infinite = arena.allocateFrom(ValueLayout.JAVA_LONG, RLIM_INFINITY, RLIM_INFINITY);
            long result = kernel.call(SystemCall.PRLIMIT64, 0, RLIMIT_MEMLOCK, infinite.address(), 0, 0, 0);
            if (result < 0) {
                LOGGER.log(System.Logger.Level.INFO, "RLIMIT_MEMLOCK cannot be raised: {0}", Errno.ofResult(result));
            }
        }
    }

    /** Types are needed while maps and programs are made; those hold them afterwards. */
    private void closeTypes() {
        types.ifPresent(Fd::close);
        types = Optional.empty();
        modules.values().forEach(Fd::close);
        modules.clear();
    }

    /** A load that failed leaves no pin that was not there before. */
    private void removePins() {
        for (Path pin : pins) {
            try {
                Files.deleteIfExists(pin);
            } catch (IOException e) {
                LOGGER.log(System.Logger.Level.WARNING, "pin " + pin + " of a failed load cannot be removed", e);
            }
        }
    }

    private void loadTypes() {
        Optional<Btf> btf = spec.btf();
        if (btf.isEmpty() || !plan.target().has(TargetFeature.BTF)) {
            return;
        }
        try {
            types = Optional.of(kernelTypes.load(btf.get(), plan.target()));
        } catch (BpfException e) {
            // programs and maps work without types, only with less to say about them
            skipped.add(new Skipped(Skipped.Kind.TYPES, spec.name(), String.valueOf(e.getMessage())));
        }
    }

    private void createMaps() {
        for (PlannedMap map : plan.maps().values()) {
            if (map.isUsed()) {
                if (map.replacement().isPresent()) {
                    maps.put(map.name(), map.replacement().get());
                } else {
                    BpfMap created = create(map);
                    owned.push(created);
                    maps.put(map.name(), created);
                }
            }
        }
    }

    private BpfMap create(PlannedMap map) {
        if (map.inner().isEmpty()) {
            return create(map, map.definition());
        }
        // the template is needed only while the outer map is made
        try (BpfMap inner = createTyped(map.inner().get(), 0, 0)) {
            return create(map, map.definition().withInnerMapFd(inner.fd()));
        }
    }

    private BpfMap create(PlannedMap map, MapDefinition definition) {
        if (map.pin().isPresent()) {
            Path pin = map.pin().get();
            boolean found = Files.exists(pin);
            BpfMap pinned = BpfMap.createOrReuse(kernel, typed(definition, map.keyTypeId(), map.valueTypeId()), pin);
            if (!found) {
                pins.add(pin);
            }
            return pinned;
        }
        return createTyped(definition, map.keyTypeId(), map.valueTypeId());
    }

    private BpfMap createTyped(MapDefinition definition, int keyTypeId, int valueTypeId) {
        MapDefinition typed = typed(definition, keyTypeId, valueTypeId);
        try {
            return BpfMap.create(kernel, typed);
        } catch (BpfException e) {
            if (typed.types() instanceof MapTypes.None) {
                throw e;
            }
            // an older kernel refuses types for map types where a newer one takes them
            try {
                return BpfMap.create(kernel, definition);
            } catch (BpfException withoutTypes) {
                withoutTypes.addSuppressed(e);
                throw withoutTypes;
            }
        }
    }

    private MapDefinition typed(MapDefinition definition, int keyTypeId, int valueTypeId) {
        if (types.isEmpty() || keyTypeId == 0 && valueTypeId == 0) {
            return definition;
        }
        return definition.withTypes(
                new MapTypes.Declared(spec.btf().orElseThrow(), types.get().number(), keyTypeId, valueTypeId));
    }

    private void fillMaps() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment reference = arena.allocate(ValueLayout.JAVA_INT);
            for (PlannedMap planned : plan.maps().values()) {
                BpfMap map = maps.get(planned.name());
                if (map == null || planned.replacement().isPresent()) {
                    continue;
                }
                if (planned.contents().isPresent()) {
                    MemorySegment contents = planned.contents().get();
                    MemorySegment value = arena.allocate(contents.byteSize(), Long.BYTES);
                    value.copyFrom(contents);
                    key.set(ValueLayout.JAVA_INT, 0, 0);
                    map.update(key, value, UpdateMode.ANY);
                }
                if (planned.sealing() == PlannedMap.Sealing.FROZEN) {
                    map.freeze();
                }
                if (!planned.definition().type().equals(MapType.PROG_ARRAY)) {
                    for (InitialSlot slot : planned.spec().initialSlots()) {
                        BpfMap target = maps.get(slot.target());
                        if (target != null) {
                            put(map, key, slot.index(), reference, target.fd());
                        }
                    }
                }
            }
        }
    }

    private void fillProgramArrays() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment reference = arena.allocate(ValueLayout.JAVA_INT);
            for (PlannedMap planned : plan.maps().values()) {
                BpfMap map = maps.get(planned.name());
                if (map != null
                        && planned.replacement().isEmpty()
                        && planned.definition().type().equals(MapType.PROG_ARRAY)) {
                    for (InitialSlot slot : planned.spec().initialSlots()) {
                        BpfProgram target = programs.get(slot.target());
                        if (target != null) {
                            put(map, key, slot.index(), reference, target.fd());
                        }
                    }
                }
            }
        }
    }

    private static void put(BpfMap map, MemorySegment key, int index, MemorySegment reference, int fd) {
        key.set(ValueLayout.JAVA_INT, 0, index);
        reference.set(ValueLayout.JAVA_INT, 0, fd);
        map.update(key, reference, UpdateMode.ANY);
    }

    private void loadPrograms() {
        for (PlannedProgram program : plan.programs().values()) {
            if (program.isLoaded() && !isSettled(program)) {
                load(program);
            }
        }
        for (FallbackChain chain : plan.options().fallbacks()) {
            if (chain.programs().stream().noneMatch(programs::containsKey)) {
                throw exhausted(chain);
            }
        }
    }

    /** {@return whether a better program of the same chain is loaded, so that this one is not needed} */
    private boolean isSettled(PlannedProgram program) {
        for (FallbackChain chain : plan.options().fallbacks()) {
            int place = chain.programs().indexOf(program.name());
            if (place >= 0) {
                loadBetter(chain, place);
                Optional<String> better = chain.programs().subList(0, place).stream()
                        .filter(programs::containsKey)
                        .findFirst();
                if (better.isPresent()) {
                    skip(program, "not needed: " + better.get() + " is loaded");
                    return true;
                }
            }
        }
        return programs.containsKey(program.name()) || failures.containsKey(program.name());
    }

    /** The object's order is not the chain's: what comes before in the chain is tried before. */
    private void loadBetter(FallbackChain chain, int place) {
        for (String name : chain.programs().subList(0, place)) {
            PlannedProgram better = plan.programs().get(name);
            if (better != null
                    && better.isLoaded()
                    && !programs.containsKey(name)
                    && !failures.containsKey(name)
                    && chain.programs().stream().noneMatch(programs::containsKey)) {
                load(better);
            }
        }
    }

    private BpfException exhausted(FallbackChain chain) {
        BpfException last = Refusal.none(chain).toException();
        chain.programs().stream().filter(failures::containsKey).forEach(name -> last.addSuppressed(failures.get(name)));
        return last;
    }

    private void load(PlannedProgram program) {
        try {
            if (program.refusal().isPresent()) {
                throw program.refusal().get().toException();
            }
            BpfProgram loaded = loader.load(definition(program), plan.options().logPolicy());
            owned.push(loaded);
            programs.put(program.name(), loaded);
            bindConstants(loaded);
        } catch (BpfException e) {
            if (!LoadPlan.mayFail(plan.options(), program.name())) {
                throw e;
            }
            failures.put(program.name(), e);
            skip(program, String.valueOf(e.getMessage()));
        }
    }

    /** Constants that no instruction refers to, such as metadata for bpftool, live as long as the program (libbpf too). */
    private void bindConstants(BpfProgram program) {
        if (plan.target().has(TargetFeature.BOUND_MAPS)) {
            for (PlannedMap map : plan.maps().values()) {
                if (map.spec().origin() == Origin.RODATA && maps.containsKey(map.name())) {
                    program.bind(made(map.name()));
                }
            }
        }
    }

    private void skip(PlannedProgram program, String reason) {
        skipped.add(new Skipped(Skipped.Kind.PROGRAM, program.name(), reason));
    }

    private ProgramDefinition definition(PlannedProgram program) {
        ProgramSpec declared = program.spec();
        List<Integer> descriptors = new ArrayList<>();
        Instructions code = complete(program, descriptors);
        ProgramDefinition definition = ProgramDefinition.of(program.name(), declared.type(), code, spec.license())
                .withSpec(declared)
                .withAttachType(program.attachType())
                .withFlags(program.flags())
                .withKernelVersion(
                        spec.kernelVersion() != 0
                                ? spec.kernelVersion()
                                : plan.target().version().code())
                .withDescriptors(descriptors)
                .withUnresolved(program.unresolved())
                .withAttachTarget(program.attachTarget())
                .withBtf(
                        types.isPresent() && plan.target().has(TargetFeature.BTF_FUNCTIONS)
                                ? types.get().number()
                                : 0,
                        functions(declared),
                        lines(declared));
        ProgramTarget target = plan.options().programTargets().get(program.name());
        if (target != null) {
            String function = target.function().isEmpty() ? program.attachTarget() : target.function();
            return definition.withAttachProgram(
                    function,
                    kernelTypes.functionOf(target.program(), function),
                    target.program().fd());
        }
        return program.attach()
                .map(attach -> definition.withAttachBtf(
                        program.attachTarget(),
                        attach.typeId(),
                        attach.module().map(this::module).orElse(0)))
                .orElse(definition);
    }

    private int module(String name) {
        return modules.computeIfAbsent(name, kernelTypes::module).number();
    }

    private static List<FunctionRecord> functions(ProgramSpec program) {
        return program.functionInfos().stream()
                .map(function -> new FunctionRecord(function.slot(), function.typeId()))
                .toList();
    }

    private List<LineRecord> lines(ProgramSpec program) {
        if (spec.btf().isEmpty()) {
            return List.of();
        }
        Btf btf = spec.btf().get();
        return program.lineInfos().stream()
                .map(line -> new LineRecord(
                        line.slot(),
                        line.fileNameOffset(),
                        line.lineOffset(),
                        line.line(),
                        line.column(),
                        new SourceLine(
                                btf.string(Integer.toUnsignedLong(line.fileNameOffset())),
                                line.line(),
                                line.column(),
                                btf.string(Integer.toUnsignedLong(line.lineOffset()))
                                        .strip())))
                .toList();
    }

    /** Puts descriptors, addresses and type ids into the code, now that what they stand for exists. */
    private Instructions complete(PlannedProgram program, List<Integer> descriptors) {
        long[] slots = program.code().slots();
        List<String> mapNames = List.copyOf(plan.maps().keySet());
        List<String> externNames = List.copyOf(plan.externs().keySet());
        for (CodeReference reference : program.spec().references()) {
            int at = reference.slot();
            switch (reference) {
                case MapReference map -> {
                    if (maps.containsKey(map.map())) {
                        wide(slots, at, PSEUDO_MAP_FD, fdOf(map.map()), 0);
                    } else {
                        missingMap(slots, at, mapNames.indexOf(map.map()));
                    }
                }
                case MapValueReference value -> {
                    if (maps.containsKey(value.map())) {
                        wide(slots, at, PSEUDO_MAP_VALUE, fdOf(value.map()), value.offset());
                    } else {
                        missingMap(slots, at, mapNames.indexOf(value.map()));
                    }
                }
                case ExternReference load -> extern(slots, at, load.extern());
                case KfuncReference call ->
                    function(slots, at, call.extern(), externNames.indexOf(call.extern()), descriptors);
                case JumpTableReference table ->
                    throw new IllegalStateException("a jump table is refused when the plan is made: " + table);
            }
        }
        return Instructions.of(slots);
    }

    private int fdOf(String map) {
        return made(map).fd();
    }

    private BpfMap made(String map) {
        BpfMap found = maps.get(map);
        if (found == null) {
            throw new IllegalStateException("map " + map + " is not made");
        }
        return found;
    }

    private void extern(long[] slots, int at, String name) {
        PlannedExtern planned = planned(name);
        if (planned.extern() instanceof KconfigExtern config) {
            PlannedMap map = plan.kconfigMap().orElseThrow();
            wide(slots, at, PSEUDO_MAP_VALUE, fdOf(map.name()), config.offset());
            return;
        }
        switch (planned.resolution()) {
            case Resolution.Type type ->
                wide(
                        slots,
                        at,
                        PSEUDO_BTF_ID,
                        type.typeId(),
                        type.module().map(this::module).orElse(0));
            case Resolution.Address address ->
                wide(slots, at, 0, (int) address.address(), (int) (address.address() >>> 32));
            case Resolution.Missing ignored -> wide(slots, at, 0, 0, 0);
            case Resolution.Value value ->
                throw new IllegalStateException(name + " is not a configuration value: " + value);
        }
    }

    private void function(long[] slots, int at, String name, int index, List<Integer> descriptors) {
        if (planned(name).resolution() instanceof Resolution.Type type) {
            slots[at] = Slot.of(
                    CALL,
                    Slot.dst(slots[at]),
                    PSEUDO_KFUNC_CALL,
                    type.module().map(module -> descriptor(module, descriptors)).orElse(0),
                    type.typeId());
        } else {
            slots[at] = Slot.of(CALL, 0, 0, 0, MISSING_FUNCTION + index);
        }
    }

    /** The index of a module's descriptor; 0 stands for the kernel itself and is never used. */
    private int descriptor(String module, List<Integer> descriptors) {
        if (descriptors.isEmpty()) {
            descriptors.add(0);
        }
        int fd = module(module);
        int known = descriptors.indexOf(fd);
        if (known > 0) {
            return known;
        }
        descriptors.add(fd);
        return descriptors.size() - 1;
    }

    private PlannedExtern planned(String name) {
        PlannedExtern planned = plan.externs().get(name);
        if (planned == null) {
            throw new IllegalStateException("extern " + name + " is not declared");
        }
        return planned;
    }

    private static void wide(long[] slots, int at, int source, int low, int high) {
        slots[at] = Slot.withImm(Slot.withSrc(slots[at], source), low);
        slots[at + 1] = Slot.withImm(slots[at + 1], high);
    }

    private static void missingMap(long[] slots, int at, int index) {
        slots[at] = Slot.of(CALL, 0, 0, 0, MISSING_MAP + index);
        slots[at + 1] = slots[at];
    }
}
