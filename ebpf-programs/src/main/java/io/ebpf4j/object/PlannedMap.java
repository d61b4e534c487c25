package io.ebpf4j.object;

import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.MapDefinition;
import io.ebpf4j.spec.MapSpec;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A map as it will be made: the object's words, the user's options and the target kernel's limits brought together.
 *
 * @param spec what the object says, options applied
 * @param definition what the kernel will be told, but for descriptors: types and inner map follow when they exist
 * @param inner the template of a map of maps
 * @param keyTypeId the key's type in the object's BTF that the kernel will be told, 0 = none
 * @param valueTypeId the value's type in the object's BTF that the kernel will be told, 0 = none
 * @param contents what element 0 is set to; empty when it stays zero
 * @param sealing what happens after the map is filled
 * @param pin where the map is pinned or found
 * @param replacement the existing map that takes its place; borrowed
 * @param skipReason why it is not made; empty when it is
 * @param notes what was decided beyond the object's words, each a sentence
 */
public record PlannedMap(
        MapSpec spec,
        MapDefinition definition,
        Optional<MapDefinition> inner,
        int keyTypeId,
        int valueTypeId,
        Optional<MemorySegment> contents,
        Sealing sealing,
        Optional<Path> pin,
        Optional<BpfMap> replacement,
        Optional<String> skipReason,
        List<String> notes) {

    /** What happens to a map after it is filled. */
    public enum Sealing {
        /** It stays writable. */
        OPEN,
        /** No process can write it any more, so that the verifier can take its values for constants. */
        FROZEN
    }

    /** Copies the notes. */
    public PlannedMap {
        notes = List.copyOf(notes);
    }

    /** {@return the map's name in the object} */
    public String name() {
        return spec.name();
    }

    /** {@return whether the map is made or taken over} */
    public boolean isUsed() {
        return skipReason.isEmpty();
    }

    /** {@return it in one line} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name())
                .append(": ")
                .append(definition.type().name())
                .append(", key ")
                .append(Integer.toUnsignedString(definition.keySize()))
                .append(", value ")
                .append(Integer.toUnsignedString(definition.valueSize()))
                .append(", max_entries ")
                .append(Integer.toUnsignedString(definition.maxEntries()));
        if (definition.flags() != 0) {
            text.append(", flags 0x").append(Integer.toHexString(definition.flags()));
        }
        if (sealing == Sealing.FROZEN) {
            text.append(", frozen");
        }
        pin.ifPresent(path -> text.append(", pinned at ").append(path));
        replacement.ifPresent(map -> text.append(", replaced by map ").append(map.name()));
        skipReason.ifPresent(reason -> text.append(", skipped: ").append(reason));
        notes.forEach(note -> text.append("; ").append(note));
        return text.toString();
    }
}
