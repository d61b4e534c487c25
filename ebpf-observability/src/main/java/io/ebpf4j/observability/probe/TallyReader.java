package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.map.BpfMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sums the per-CPU {@code struct tally} of a type of record. */
final class TallyReader {
    private final BpfMap map;
    private final long attempted;
    private final long lost;

    TallyReader(BpfMap map, Btf btf) {
        this.map = map;
        this.attempted = offset(btf, "attempted");
        this.lost = offset(btf, "lost");
    }

    record Tally(long attempted, long lost) {}

    /**
     * Lost first and then attempted, by two readings: programs count an attempt before they count it as lost, but one
     * reading may copy the first number before that and the second one after it.
     */
    Tally read(int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocateFrom(ValueLayout.JAVA_INT, number);
            MemorySegment values = arena.allocate(map.valueSpan(), Long.BYTES);
            long losses = sum(key, values, lost);
            return new Tally(sum(key, values, attempted), losses);
        }
    }

    long lost(int number) {
        try (Arena arena = Arena.ofConfined()) {
            return sum(
                    arena.allocateFrom(ValueLayout.JAVA_INT, number),
                    arena.allocate(map.valueSpan(), Long.BYTES),
                    lost);
        }
    }

    private long sum(MemorySegment key, MemorySegment values, long member) {
        if (!map.lookup(key, values)) {
            throw new IncompatibleException(
                    "map " + map.name(),
                    "an element for event type " + key.get(ValueLayout.JAVA_INT, 0),
                    map.maxEntries() + " elements");
        }
        long stride = Math.ceilDiv(map.valueSize(), Long.BYTES) * (long) Long.BYTES;
        long sum = 0;
        for (long base = 0; base < values.byteSize(); base += stride) {
            sum += values.get(ValueLayout.JAVA_LONG, base + member);
        }
        return sum;
    }

    private static long offset(Btf btf, String member) {
        int struct = btf.find("tally", BtfKind.STRUCT)
                .orElseThrow(() -> new IncompatibleException("the tallies of " + btf.origin(), "struct tally", "none"));
        for (int i = 0; i < btf.vlen(struct); i++) {
            if (btf.memberName(struct, i).equals(member) && btf.sizeOf(btf.memberType(struct, i)) == Long.BYTES) {
                return btf.memberBitOffset(struct, i) / Byte.SIZE;
            }
        }
        throw new IncompatibleException("struct tally in " + btf.origin(), member + " of 8 bytes", "no such member");
    }
}
