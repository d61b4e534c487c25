package io.ebpf4j.spec;

/**
 * A global variable of an object: a part of the value of one of its data maps.
 *
 * @param name the variable's name
 * @param map the map's key in {@link ObjectSpec#maps()}
 * @param offset bytes from the start of the map's value
 * @param size bytes
 * @param typeId its type in the object's BTF; 0 = the object has no BTF for it
 * @param linkage who can see it
 */
public record VariableSpec(String name, String map, int offset, int size, int typeId, Linkage linkage) {

    /** Who can see a variable. */
    public enum Linkage {
        /** Its own file, or marked hidden. */
        STATIC,
        /** Everyone. */
        GLOBAL
    }
}
