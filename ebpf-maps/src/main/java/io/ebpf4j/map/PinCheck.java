package io.ebpf4j.map;

import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Whether a pinned map is what a definition asks for: every attribute that differs, on both sides. */
final class PinCheck {
    private final List<String> wanted = new ArrayList<>();
    private final List<String> found = new ArrayList<>();

    private PinCheck() {}

    static void require(MapDefinition definition, int wantedFlags, MapInfo info, Path path) {
        PinCheck check = new PinCheck();
        check.compare("type", definition.type(), info.type());
        check.compare("key size", definition.keySize(), info.keySize());
        check.compare("value size", definition.valueSize(), info.valueSize());
        check.compare(
                "entries",
                Integer.toUnsignedString(definition.maxEntries()),
                Integer.toUnsignedString(info.maxEntries()));
        // The kernel itself adds this flag to device maps (kernel/bpf/devmap.c).
        boolean device =
                definition.type().equals(MapType.DEVMAP) || definition.type().equals(MapType.DEVMAP_HASH);
        int ignored = device ? MapFlag.RDONLY_PROG : 0;
        check.compare(
                "flags",
                "0x" + Integer.toHexString(wantedFlags & ~ignored),
                "0x" + Integer.toHexString(info.flags() & ~ignored));
        check.compare("extra", definition.mapExtra(), info.mapExtra());
        if (!check.wanted.isEmpty()) {
            throw new IncompatibleException(
                    "map " + definition.name() + " and the one pinned at " + path,
                    String.join(", ", check.wanted),
                    String.join(", ", check.found));
        }
    }

    private void compare(String attribute, Object want, Object have) {
        if (!Objects.equals(want, have)) {
            wanted.add(attribute + " " + want);
            found.add(attribute + " " + have);
        }
    }
}
