package io.ebpf4j.map;

import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;

/**
 * What the kernel says of a map: {@code struct bpf_map_info} (include/uapi/linux/bpf.h), since Linux 4.13. Members that
 * the running kernel does not know are 0.
 *
 * @param type type of the map
 * @param id the kernel's number for this map, unique until reboot
 * @param name name, at most 15 bytes; empty before Linux 4.15
 * @param keySize size of a key in bytes
 * @param valueSize size of a value on one CPU in bytes
 * @param maxEntries greatest number of entries, unsigned
 * @param flags creation flags, see {@link MapFlag}
 * @param mapExtra extra word of the type
 * @param interfaceIndex network device the map is offloaded to, 0 for none
 * @param btfId id of the BTF with the types, 0 for none
 * @param keyTypeId type of the keys in that BTF, 0 for none
 * @param valueTypeId type of the values in that BTF, 0 for none
 * @param kernelValueTypeId type of a struct_ops value in the kernel's BTF, 0 for none
 */
public record MapInfo(
        MapType type,
        int id,
        String name,
        int keySize,
        int valueSize,
        int maxEntries,
        int flags,
        long mapExtra,
        int interfaceIndex,
        int btfId,
        int keyTypeId,
        int valueTypeId,
        int kernelValueTypeId) {}
