package io.ebpf4j.relocate;

import io.ebpf4j.btf.Btf;

/** The two relations between a local type and a target type. */
public final class TypeCompatibility {
    private TypeCompatibility() {}

    /**
     * {@return the name without its flavour: what stands before the last triple underscore}
     *
     * @param name a type's name, such as {@code task_struct___old}
     */
    public static String essentialName(String name) {
        return name;
    }

    /**
     * {@return whether two types are of the same kind down to what they point to; names and members do not matter}
     *
     * @param local the local types
     * @param localId the local type
     * @param target the target types
     * @param targetId the target type
     */
    public static boolean compatible(Btf local, int localId, Btf target, int targetId) {
        throw new UnsupportedOperationException();
    }

    /**
     * {@return whether the target type has all that the local type has, by name and kind}
     *
     * @param local the local types
     * @param localId the local type
     * @param target the target types
     * @param targetId the target type
     */
    public static boolean matches(Btf local, int localId, Btf target, int targetId) {
        throw new UnsupportedOperationException();
    }
}
