package io.ebpf4j.spec;

import io.ebpf4j.btf.Btf;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an object file says, before any kernel is asked: its maps, programs, variables, externs and types. A pure
 * function of the file's bytes; immutable.
 */
public final class ObjectSpec {
    private final Parts parts;

    ObjectSpec(Parts parts) {
        this.parts = parts;
    }

    /**
     * Reads an object file.
     *
     * @param file the file
     * @return what it says
     * @throws IOException when the file cannot be read
     * @throws io.ebpf4j.kernel.InvalidObjectException when it is not a BPF object
     */
    public static ObjectSpec open(Path file) throws IOException {
        return parse(Files.readAllBytes(file), file.toString());
    }

    /**
     * Reads an object from memory.
     *
     * @param object the bytes of an ELF file; copied where they are kept
     * @param origin what to call the object in messages; its last path element up to the first dot, at most 15
     *     characters, is the object's name
     * @return what it says
     * @throws io.ebpf4j.kernel.InvalidObjectException when it is not a BPF object
     */
    public static ObjectSpec parse(MemorySegment object, String origin) {
        return ObjectReader.read(object, origin);
    }

    /**
     * Reads an object from memory.
     *
     * @param object the bytes of an ELF file
     * @param origin what to call the object in messages, see {@link #parse(MemorySegment, String)}
     * @return what it says
     * @throws io.ebpf4j.kernel.InvalidObjectException when it is not a BPF object
     */
    public static ObjectSpec parse(byte[] object, String origin) {
        return parse(MemorySegment.ofArray(object), origin);
    }

    /** {@return the object's name, the start of the kernel names of its data maps} */
    public String name() {
        return parts.name();
    }

    /** {@return what messages call the object} */
    public String origin() {
        return parts.origin();
    }

    /** {@return the byte order of the object, which must be the kernel's to load it} */
    public ByteOrder order() {
        return parts.order();
    }

    /** {@return the text of the {@code license} section, {@code ""} without one} */
    public String license() {
        return parts.license();
    }

    /** {@return the number in the {@code version} section ({@code LINUX_VERSION_CODE}), 0 without one} */
    public int kernelVersion() {
        return parts.kernelVersion();
    }

    /** {@return the maps by name, in the order of libbpf: {@code .maps}, global data, {@code .kconfig}, struct_ops} */
    public Map<String, MapSpec> maps() {
        return parts.maps();
    }

    /** {@return the entry programs by name, ordered by section and place} */
    public Map<String, ProgramSpec> programs() {
        return parts.programs();
    }

    /** {@return the global variables by name} */
    public Map<String, VariableSpec> variables() {
        return parts.variables();
    }

    /** {@return the externs by name} */
    public Map<String, Extern> externs() {
        return parts.externs();
    }

    /**
     * The object's types, ready for a kernel: sizes and offsets of data sections are filled in from the ELF file, externs
     * are turned to variables of the kernel's liking, hidden functions to static ones. Type ids are those of the file.
     *
     * @return empty for an object without a {@code .BTF} section
     */
    public Optional<Btf> btf() {
        return parts.btf();
    }

    /**
     * The object with another declaration of one of its maps, such as one with sizes that the file leaves to its loader.
     *
     * @param map the declaration, under the name of a map that the object has
     * @return a changed copy
     * @throws IllegalArgumentException when the object has no map of that name
     */
    public ObjectSpec withMap(MapSpec map) {
        if (!parts.maps().containsKey(map.name())) {
            throw new IllegalArgumentException(origin() + " has no map " + map.name());
        }
        Map<String, MapSpec> maps = new LinkedHashMap<>(parts.maps());
        maps.put(map.name(), map);
        return new ObjectSpec(new Parts(
                parts.name(),
                parts.origin(),
                parts.order(),
                parts.license(),
                parts.kernelVersion(),
                maps,
                parts.programs(),
                parts.variables(),
                parts.externs(),
                parts.btf()));
    }

    /** {@return the object in one line} */
    @Override
    public String toString() {
        return parts.origin() + ": " + parts.programs().size() + " programs, "
                + parts.maps().size() + " maps";
    }

    /** The parts of an object. */
    record Parts(
            String name,
            String origin,
            ByteOrder order,
            String license,
            int kernelVersion,
            Map<String, MapSpec> maps,
            Map<String, ProgramSpec> programs,
            Map<String, VariableSpec> variables,
            Map<String, Extern> externs,
            Optional<Btf> btf) {

        Parts {
            maps = Collections.unmodifiableMap(new LinkedHashMap<>(maps));
            programs = Collections.unmodifiableMap(new LinkedHashMap<>(programs));
            variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
            externs = Collections.unmodifiableMap(new LinkedHashMap<>(externs));
        }
    }
}
