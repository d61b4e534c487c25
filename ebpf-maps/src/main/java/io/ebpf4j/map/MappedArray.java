package io.ebpf4j.map;

import io.ebpf4j.kernel.sys.Mapping;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * An array's memory, shared with the programs that use it: reads and writes without a system call, since Linux 5.5.
 *
 * <p>Elements lie one after the other, each rounded up to 8 bytes. Plain access through {@link #segment()} has no order
 * with respect to programs and other threads; the methods here have the one their name says, on naturally aligned
 * members. May be used from any thread; after {@link #close()} every access throws {@link IllegalStateException}.
 */
public final class MappedArray implements AutoCloseable {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final Mapping mapping;
    private final MemorySegment segment;
    private final long stride;
    private final long length;

    private MappedArray(Mapping mapping, long stride, long length) {
        this.mapping = mapping;
        this.segment = mapping.segment().asSlice(0, stride * length);
        this.stride = stride;
        this.length = length;
    }

    static MappedArray map(BpfMap map) {
        if (!map.type().equals(MapType.ARRAY) || (map.flags() & MapFlag.MMAPABLE) == 0) {
            throw new IllegalStateException(map.subject() + " was not created as an array with BPF_F_MMAPABLE");
        }
        long stride = MapKind.roundUp8(Integer.toUnsignedLong(map.valueSize()));
        long length = Integer.toUnsignedLong(map.maxEntries());
        long page = map.kernel().pageSize();
        long bytes = (Math.multiplyExact(stride, length) + page - 1) & -page;
        // A program's constants and frozen maps can only be read (kernel/bpf/syscall.c, bpf_map_mmap).
        boolean readOnly = (map.flags() & MapFlag.RDONLY_PROG) != 0 && map.isFrozen()
                || map.isFrozen()
                || (map.flags() & MapFlag.RDONLY) != 0;
        Mapping.Access access = readOnly ? Mapping.Access.READ : Mapping.Access.READ_WRITE;
        return new MappedArray(Mapping.map(map.descriptor(), 0, bytes, access), stride, length);
    }

    /** {@return all elements} */
    public MemorySegment segment() {
        return segment;
    }

    /** {@return number of elements} */
    public long length() {
        return length;
    }

    /** {@return bytes from one element to the next} */
    public long stride() {
        return stride;
    }

    /**
     * {@return where an element's member starts in {@link #segment()}}
     *
     * @param index the element
     * @param member offset of the member in the element
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public long offset(long index, long member) {
        if (index < 0 || index >= length || member < 0 || member >= stride) {
            throw new IndexOutOfBoundsException("member at " + member + " of element " + index + " of " + length
                    + " elements of " + stride + " bytes");
        }
        return index * stride + member;
    }

    /**
     * {@return an eight-byte member, read with acquire order}
     *
     * @param index the element
     * @param member offset of the member in the element
     */
    public long getLongAcquire(long index, long member) {
        return (long) LONG.getAcquire(segment, offset(index, member));
    }

    /**
     * Writes an eight-byte member with release order.
     *
     * @param index the element
     * @param member offset of the member in the element
     * @param value the value
     */
    public void setLongRelease(long index, long member, long value) {
        LONG.setRelease(segment, offset(index, member), value);
    }

    /**
     * Adds to an eight-byte member, atomically, also with respect to {@code __sync_fetch_and_add} in programs.
     *
     * @param index the element
     * @param member offset of the member in the element
     * @param delta what to add
     * @return the value before
     */
    public long getAndAddLong(long index, long member, long delta) {
        return (long) LONG.getAndAdd(segment, offset(index, member), delta);
    }

    /**
     * {@return a four-byte member, read with acquire order}
     *
     * @param index the element
     * @param member offset of the member in the element
     */
    public int getIntAcquire(long index, long member) {
        return (int) INT.getAcquire(segment, offset(index, member));
    }

    /**
     * Writes a four-byte member with release order.
     *
     * @param index the element
     * @param member offset of the member in the element
     * @param value the value
     */
    public void setIntRelease(long index, long member, int value) {
        INT.setRelease(segment, offset(index, member), value);
    }

    /**
     * Adds to a four-byte member, atomically, also with respect to {@code __sync_fetch_and_add} in programs.
     *
     * @param index the element
     * @param member offset of the member in the element
     * @param delta what to add
     * @return the value before
     */
    public int getAndAddInt(long index, long member, int delta) {
        return (int) INT.getAndAdd(segment, offset(index, member), delta);
    }

    /** Ends the mapping, once. */
    @Override
    public void close() {
        mapping.close();
    }
}
