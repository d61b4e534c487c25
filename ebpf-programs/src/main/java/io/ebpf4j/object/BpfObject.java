package io.ebpf4j.object;

import io.ebpf4j.map.BpfMap;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A loaded object: it owns its maps and programs and gives them up together, in the reverse order of their making.
 *
 * <p>Safe from any thread until it is closed.
 */
public final class BpfObject implements AutoCloseable {

    private BpfObject() {}

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

    private static UnsupportedOperationException pending() {
        return new UnsupportedOperationException("being written");
    }

    /** {@return the loaded programs by name, in the order of the object} */
    public Map<String, BpfProgram> programs() {
        throw pending();
    }

    /**
     * {@return a loaded program, owned by this object}
     *
     * @param name its function's name
     * @throws IllegalArgumentException when the object has none of that name, or it was skipped; the message says why
     */
    public BpfProgram program(String name) {
        throw pending();
    }

    /**
     * {@return a loaded program, empty when it was skipped or the object has none of that name}
     *
     * @param name its function's name
     */
    public Optional<BpfProgram> findProgram(String name) {
        throw pending();
    }

    /** {@return the maps by name, in the order of the object} */
    public Map<String, BpfMap> maps() {
        throw pending();
    }

    /**
     * {@return a map, owned by this object}
     *
     * @param name its name in the object: the variable's, or the section's for global data ({@code .bss})
     * @throws IllegalArgumentException when the object has none of that name, or it was skipped; the message says why
     */
    public BpfMap map(String name) {
        throw pending();
    }

    /**
     * {@return a map, empty when it was skipped or the object has none of that name}
     *
     * @param name its name in the object
     */
    public Optional<BpfMap> findMap(String name) {
        throw pending();
    }

    /**
     * {@return a live view of a global variable}
     *
     * @param name its name
     * @throws IllegalArgumentException when the object has none of that name, or its section cannot be mapped
     */
    public GlobalVariable global(String name) {
        throw pending();
    }

    /** {@return what was not loaded, and why} */
    public List<Skipped> skipped() {
        throw pending();
    }

    /** Gives up programs and maps. What is pinned or attached stays in the kernel. Closing again does nothing. */
    @Override
    public void close() {
        throw pending();
    }
}
