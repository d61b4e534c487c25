package io.ebpf4j.map;

import io.ebpf4j.spec.MapType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** {@code struct bpf_map_info} of include/uapi/linux/bpf.h. */
final class MapInfoLayout {
    static final long TYPE = 0;
    static final long ID = 4;
    static final long KEY_SIZE = 8;
    static final long VALUE_SIZE = 12;
    static final long MAX_ENTRIES = 16;
    static final long MAP_FLAGS = 20;
    static final long NAME = 24;
    static final long IFINDEX = 40;
    static final long BTF_VMLINUX_VALUE_TYPE_ID = 44;
    static final long BTF_ID = 64;
    static final long BTF_KEY_TYPE_ID = 68;
    static final long BTF_VALUE_TYPE_ID = 72;
    static final long MAP_EXTRA = 80;

    private MapInfoLayout() {}

    static MapInfo read(MemorySegment info) {
        return new MapInfo(
                MapType.of(info.get(ValueLayout.JAVA_INT, TYPE)),
                info.get(ValueLayout.JAVA_INT, ID),
                info.asSlice(NAME, 16).getString(0, StandardCharsets.UTF_8),
                info.get(ValueLayout.JAVA_INT, KEY_SIZE),
                info.get(ValueLayout.JAVA_INT, VALUE_SIZE),
                info.get(ValueLayout.JAVA_INT, MAX_ENTRIES),
                info.get(ValueLayout.JAVA_INT, MAP_FLAGS),
                info.get(ValueLayout.JAVA_LONG, MAP_EXTRA),
                info.get(ValueLayout.JAVA_INT, IFINDEX),
                info.get(ValueLayout.JAVA_INT, BTF_ID),
                info.get(ValueLayout.JAVA_INT, BTF_KEY_TYPE_ID),
                info.get(ValueLayout.JAVA_INT, BTF_VALUE_TYPE_ID),
                info.get(ValueLayout.JAVA_INT, BTF_VMLINUX_VALUE_TYPE_ID));
    }
}
