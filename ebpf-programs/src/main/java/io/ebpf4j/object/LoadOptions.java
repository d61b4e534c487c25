package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.codec.Codec;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.LogPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What the user of an object decides about its loading: values of its variables, sizes of its maps, which of its programs
 * are loaded and what becomes of those that cannot be. Names that the object does not have are refused when the plan is
 * made. Immutable; the withers answer changed copies.
 */
public final class LoadOptions {
    /** Nothing decided: the object is loaded as it says itself. */
    public static final LoadOptions DEFAULTS = new LoadOptions(new Parts());

    /** Which programs are loaded. */
    public enum Selection {
        /** Those of whose section the name does not begin with {@code ?}. */
        AS_DECLARED,
        /** Only those that are asked for by name. */
        AS_NAMED
    }

    /**
     * Programs that do the same by different means, the best first: the first that the kernel accepts is kept, the others
     * are skipped with a reason.
     *
     * @param programs names of programs, at least one
     */
    public record FallbackChain(List<String> programs) {
        /**
         * A chain.
         *
         * @throws IllegalArgumentException for an empty list
         */
        public FallbackChain {
            programs = List.copyOf(programs);
            if (programs.isEmpty()) {
                throw new IllegalArgumentException("a chain without programs");
            }
        }
    }

    /**
     * The sizes of a map's elements.
     *
     * @param key bytes of a key
     * @param value bytes of a value
     */
    public record ElementSizes(int key, int value) {}

    /**
     * A function of a loaded program, which a program of the object replaces (freplace) or traces.
     *
     * @param program the loaded program; borrowed
     * @param function the name of the function; empty for the one that the section's name says
     */
    public record ProgramTarget(BpfProgram program, String function) {}

    private final Parts parts;

    private LoadOptions(Parts parts) {
        this.parts = parts;
    }

    /** {@return the values that variables get before loading, by name} */
    public Map<String, GlobalValue> globals() {
        return parts.globals;
    }

    /** {@return the {@code max_entries} of maps, by name} */
    public Map<String, Integer> maxEntries() {
        return parts.maxEntries;
    }

    /** {@return the {@code max_entries} of the templates of maps of maps, by the outer map's name} */
    public Map<String, Integer> innerMaxEntries() {
        return parts.innerMaxEntries;
    }

    /** {@return the sizes of keys and values, by the map's name} */
    public Map<String, ElementSizes> elementSizes() {
        return parts.elementSizes;
    }

    /** {@return existing maps that take the place of the object's own, by name; borrowed} */
    public Map<String, BpfMap> replacements() {
        return parts.replacements;
    }

    /** {@return the directory of maps that are pinned by name, {@code /sys/fs/bpf} unless said otherwise} */
    public Path pinRoot() {
        return parts.pinRoot;
    }

    /** {@return which programs are loaded where nothing is said of one by name} */
    public Selection selection() {
        return parts.selection;
    }

    /** {@return programs that are loaded whatever their section's name says} */
    public Set<String> enabled() {
        return parts.enabled;
    }

    /** {@return programs that are not loaded} */
    public Set<String> disabled() {
        return parts.disabled;
    }

    /** {@return maps that are not created; a program that reaches one is refused} */
    public Set<String> disabledMaps() {
        return parts.disabledMaps;
    }

    /** {@return programs that are skipped, with a reason, where they cannot be loaded} */
    public Set<String> optional() {
        return parts.optional;
    }

    /** {@return the fall-back chains} */
    public List<FallbackChain> fallbacks() {
        return parts.fallbacks;
    }

    /** {@return types to fit programs to, in place of the running kernel's} */
    public Optional<Btf> targetBtf() {
        return parts.targetBtf;
    }

    /** {@return kernel configuration that goes before the running kernel's, as lines {@code CONFIG_X=y}} */
    public String kconfig() {
        return parts.kconfig;
    }

    /** {@return when verifier logs are asked for} */
    public LogPolicy logPolicy() {
        return parts.logPolicy;
    }

    /** {@return attach targets in place of those that section names say, by program} */
    public Map<String, String> attachTargets() {
        return parts.attachTargets;
    }

    /** {@return functions of loaded programs that programs of the object attach to, by program} */
    public Map<String, ProgramTarget> programTargets() {
        return parts.programTargets;
    }

    /**
     * {@return a copy that sets an integer variable before loading}
     *
     * @param name the variable
     * @param value its value; it must fit the variable's type, which must be an integer, a boolean, an enumeration or a
     *     pointer-sized word
     */
    public LoadOptions withGlobal(String name, long value) {
        return setting(name, new GlobalValue.Scalar(value));
    }

    /**
     * {@return a copy that sets a character array before loading}
     *
     * @param name the variable
     * @param text its value, UTF-8; with a terminating zero it must fit the array
     */
    public LoadOptions withGlobal(String name, String text) {
        return setting(name, new GlobalValue.Text(text));
    }

    /**
     * {@return a copy that sets the bytes of a variable before loading}
     *
     * @param name the variable
     * @param bytes exactly as many bytes as the variable has, in the object's byte order; copied
     */
    public LoadOptions withGlobal(String name, byte[] bytes) {
        return setting(name, GlobalValue.Bytes.of(bytes));
    }

    /**
     * {@return a copy that sets a struct variable before loading}
     *
     * @param name the variable
     * @param value its value, of a public record type; its components are compared member by member with the variable's
     *     type
     */
    public LoadOptions withGlobal(String name, Record value) {
        return setting(name, coded(value, value.getClass()));
    }

    /**
     * {@return a copy that sets a variable of any type before loading}
     *
     * @param name the variable
     * @param value its value
     * @param codec how the value is laid out, compared member by member with the variable's type
     * @param <T> the value's type
     */
    public <T> LoadOptions withGlobal(String name, T value, Codec<T> codec) {
        return setting(name, GlobalValue.Coded.of(value, codec));
    }

    private static <T extends Record> GlobalValue coded(Record value, Class<T> type) {
        return GlobalValue.Coded.of(type.cast(value), Codec.of(type));
    }

    /**
     * {@return a copy with another number of entries of a map}
     *
     * @param map the map
     * @param entries how many, unsigned; of a ring buffer its bytes
     */
    public LoadOptions withMaxEntries(String map, int entries) {
        return with(copy -> {
            copy.maxEntries = put(copy.maxEntries, map, entries);
            return copy;
        });
    }

    /**
     * {@return a copy with another number of entries of the template of a map of maps}
     *
     * @param map the outer map
     * @param entries how many, unsigned; of a ring buffer its bytes
     */
    public LoadOptions withInnerMaxEntries(String map, int entries) {
        return with(copy -> {
            copy.innerMaxEntries = put(copy.innerMaxEntries, map, entries);
            return copy;
        });
    }

    /**
     * {@return a copy with other sizes of a map's elements; types that no longer fit are not given to the kernel}
     *
     * @param map the map
     * @param keySize bytes of a key
     * @param valueSize bytes of a value
     */
    public LoadOptions withElementSizes(String map, int keySize, int valueSize) {
        return with(copy -> {
            copy.elementSizes = put(copy.elementSizes, map, new ElementSizes(keySize, valueSize));
            return copy;
        });
    }

    /**
     * {@return a copy that uses an existing map in place of one of the object's}
     *
     * @param map the map's name in the object
     * @param existing the map to use, which must have the same type, sizes and flags; borrowed, never closed
     */
    public LoadOptions withMap(String map, BpfMap existing) {
        return with(copy -> {
            copy.replacements = put(copy.replacements, map, existing);
            return copy;
        });
    }

    /**
     * {@return a copy with another directory for maps that are pinned by name}
     *
     * @param directory a directory of a mounted BPF file system
     */
    public LoadOptions withPinRoot(Path directory) {
        return with(copy -> {
            copy.pinRoot = Objects.requireNonNull(directory);
            return copy;
        });
    }

    /**
     * {@return a copy that loads these programs only}
     *
     * @param programs names of programs
     */
    public LoadOptions withOnly(String... programs) {
        return with(copy -> {
            copy.selection = Selection.AS_NAMED;
            copy.enabled = add(Set.of(), Arrays.asList(programs));
            return copy;
        });
    }

    /**
     * {@return a copy that loads these programs too}
     *
     * @param programs names of programs
     */
    public LoadOptions withEnabled(String... programs) {
        return with(copy -> {
            copy.enabled = add(copy.enabled, Arrays.asList(programs));
            copy.disabled = remove(copy.disabled, programs);
            return copy;
        });
    }

    /**
     * {@return a copy that does not load these programs}
     *
     * @param programs names of programs
     */
    public LoadOptions withDisabled(String... programs) {
        return with(copy -> {
            copy.disabled = add(copy.disabled, Arrays.asList(programs));
            copy.enabled = remove(copy.enabled, programs);
            return copy;
        });
    }

    /**
     * {@return a copy that does not create these maps}
     *
     * @param maps names of maps
     */
    public LoadOptions withDisabledMaps(String... maps) {
        return with(copy -> {
            copy.disabledMaps = add(copy.disabledMaps, Arrays.asList(maps));
            return copy;
        });
    }

    /**
     * {@return a copy that skips these programs where they cannot be loaded}
     *
     * @param programs names of programs
     */
    public LoadOptions withOptional(String... programs) {
        return with(copy -> {
            copy.optional = add(copy.optional, Arrays.asList(programs));
            return copy;
        });
    }

    /**
     * {@return a copy with one more fall-back chain}
     *
     * @param programs names of programs that do the same, the best first
     */
    public LoadOptions withFallback(String... programs) {
        return with(copy -> {
            List<FallbackChain> chains = new ArrayList<>(copy.fallbacks);
            chains.add(new FallbackChain(Arrays.asList(programs)));
            copy.fallbacks = List.copyOf(chains);
            return copy;
        });
    }

    /**
     * {@return a copy that fits programs to these types}
     *
     * @param types types of a kernel, such as one without BTF of its own is given in a file
     */
    public LoadOptions withTargetBtf(Btf types) {
        return with(copy -> {
            copy.targetBtf = Optional.of(types);
            return copy;
        });
    }

    /**
     * {@return a copy with kernel configuration that goes before the running kernel's}
     *
     * @param text lines such as {@code CONFIG_HZ=250}
     */
    public LoadOptions withKconfig(String text) {
        return with(copy -> {
            copy.kconfig = Objects.requireNonNull(text);
            return copy;
        });
    }

    /**
     * {@return a copy with another log policy}
     *
     * @param policy when verifier logs are asked for
     */
    public LoadOptions withLogPolicy(LogPolicy policy) {
        return with(copy -> {
            copy.logPolicy = Objects.requireNonNull(policy);
            return copy;
        });
    }

    /**
     * {@return a copy with another attach target of a program}
     *
     * @param program the program
     * @param target the target as a section's name says it: {@code vfs_read}, {@code module:function}
     */
    public LoadOptions withAttachTarget(String program, String target) {
        return with(copy -> {
            copy.attachTargets = put(copy.attachTargets, program, target);
            return copy;
        });
    }

    /**
     * {@return a copy where a program attaches to a function of a loaded program}
     *
     * @param program the program of the object
     * @param target the loaded program whose function is replaced or traced; borrowed
     * @param function the function; empty for the one that the section's name says
     */
    public LoadOptions withProgramTarget(String program, BpfProgram target, String function) {
        return with(copy -> {
            copy.programTargets = put(copy.programTargets, program, new ProgramTarget(target, function));
            return copy;
        });
    }

    private LoadOptions setting(String name, GlobalValue value) {
        return with(copy -> {
            copy.globals = put(copy.globals, name, value);
            return copy;
        });
    }

    private static <V> Map<String, V> put(Map<String, V> map, String key, V value) {
        Map<String, V> copy = new LinkedHashMap<>(map);
        copy.put(Objects.requireNonNull(key), Objects.requireNonNull(value));
        return Collections.unmodifiableMap(copy);
    }

    private static Set<String> add(Set<String> set, Collection<String> names) {
        Set<String> copy = new LinkedHashSet<>(set);
        names.forEach(name -> copy.add(Objects.requireNonNull(name)));
        return Collections.unmodifiableSet(copy);
    }

    private static Set<String> remove(Set<String> set, String... names) {
        Set<String> copy = new LinkedHashSet<>(set);
        Arrays.asList(names).forEach(copy::remove);
        return Collections.unmodifiableSet(copy);
    }

    private LoadOptions with(UnaryOperator<Parts> change) {
        return new LoadOptions(change.apply(new Parts(parts)));
    }

    /** The parts of the options; changed only while a copy is made. */
    private static final class Parts {
        private Map<String, GlobalValue> globals = Map.of();
        private Map<String, Integer> maxEntries = Map.of();
        private Map<String, Integer> innerMaxEntries = Map.of();
        private Map<String, ElementSizes> elementSizes = Map.of();
        private Map<String, BpfMap> replacements = Map.of();
        private Path pinRoot = Path.of("/sys/fs/bpf");
        private Selection selection = Selection.AS_DECLARED;
        private Set<String> enabled = Set.of();
        private Set<String> disabled = Set.of();
        private Set<String> disabledMaps = Set.of();
        private Set<String> optional = Set.of();
        private List<FallbackChain> fallbacks = List.of();
        private Optional<Btf> targetBtf = Optional.empty();
        private String kconfig = "";
        private LogPolicy logPolicy = LogPolicy.AFTER_FAILURE;
        private Map<String, String> attachTargets = Map.of();
        private Map<String, ProgramTarget> programTargets = Map.of();

        Parts() {}

        Parts(Parts other) {
            globals = other.globals;
            maxEntries = other.maxEntries;
            innerMaxEntries = other.innerMaxEntries;
            elementSizes = other.elementSizes;
            replacements = other.replacements;
            pinRoot = other.pinRoot;
            selection = other.selection;
            enabled = other.enabled;
            disabled = other.disabled;
            disabledMaps = other.disabledMaps;
            optional = other.optional;
            fallbacks = other.fallbacks;
            targetBtf = other.targetBtf;
            kconfig = other.kconfig;
            logPolicy = other.logPolicy;
            attachTargets = other.attachTargets;
            programTargets = other.programTargets;
        }
    }
}
