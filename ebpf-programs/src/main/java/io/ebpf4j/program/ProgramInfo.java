package io.ebpf4j.program;

import io.ebpf4j.spec.ProgramType;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * What the kernel says of a loaded program ({@code struct bpf_prog_info}, include/uapi/linux/bpf.h) at one moment.
 *
 * <p>What a kernel is too old to report reads as zero or empty.
 *
 * @param id the program's id, unique while it is loaded
 * @param type its type
 * @param name its name, at most 15 characters; since Linux 4.15
 * @param tag SHA of its instructions as loaded, eight bytes in hexadecimal
 * @param licence whether its licence lets it call GPL-only helpers, since Linux 4.18
 * @param translatedBytes bytes of the instructions after the verifier rewrote them; 0 without the privilege to see them
 * @param jitedBytes bytes of machine code; 0 when it is interpreted or may not be seen
 * @param loadTime CLOCK_BOOTTIME when it was loaded, since Linux 4.15
 * @param createdByUid who loaded it
 * @param mapIds the maps it uses
 * @param btfId the id of its BTF; 0 = none; since Linux 5.0
 * @param verifiedInstructions how many instructions the verifier went through, since Linux 5.16
 * @param runTime how long it ran since statistics were enabled, since Linux 5.1
 * @param runCount how often it ran since statistics were enabled
 * @param recursionMisses how often it was not run because it was running on that CPU already, since Linux 5.12
 * @param attachBtfObjectId the id of the BTF of what it attaches to; 0 = none; since Linux 5.17
 * @param attachBtfId the type id of what it attaches to, in that BTF
 */
public record ProgramInfo(
        int id,
        ProgramType type,
        String name,
        String tag,
        Licence licence,
        long translatedBytes,
        long jitedBytes,
        Duration loadTime,
        int createdByUid,
        List<Integer> mapIds,
        int btfId,
        long verifiedInstructions,
        Duration runTime,
        long runCount,
        long recursionMisses,
        int attachBtfObjectId,
        int attachBtfId) {

    /** Whether a program's licence is compatible with the kernel's. */
    public enum Licence {
        /** It may call every helper. */
        GPL_COMPATIBLE,
        /** It may not call helpers that are for GPL programs only. */
        OTHER
    }

    /** Copies the lists. */
    public ProgramInfo {
        mapIds = List.copyOf(mapIds);
    }

    static String tag(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
