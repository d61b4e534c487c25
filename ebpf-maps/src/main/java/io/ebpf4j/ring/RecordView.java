package io.ebpf4j.ring;

import io.ebpf4j.codec.Codec;
import io.ebpf4j.kernel.sys.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One record of a ring, read where it lies. Offsets count from the start of the record's payload, which is at an address
 * divisible by eight; numbers are in the byte order of the machine, and need no alignment.
 *
 * <p>Every access is checked against the length of this very record: what lies outside of it throws
 * {@link IndexOutOfBoundsException}, neither reading another record nor ending the process. A ring has one view and moves
 * it from record to record, so nothing is allocated for a record; what must be kept is to be copied out.
 *
 * <p><b>Threads.</b> A view is read by the handler that was given it, while it runs, in its thread. Afterwards it has no
 * bytes, and every access throws. A view that another thread reads meanwhile may give it bytes of another record.
 */
public final class RecordView {
    /**
     * The bits that an address of a record may have: it is below 2^56 and divisible by eight. Masking changes none, and lets
     * the JIT see that an access is aligned and within all memory, so that it looks at neither.
     */
    static final long ADDRESS = (1L << 56) - 8;

    /** How many records alike in a row a drain loop takes at most, so that an int counts them: far more than a turn has. */
    static final long MOST_ALIKE = 1 << 20;

    // One check of the bounds above, by the record's length, is all that is needed: the ring checked that the record
    // lies
    // within the mapping. A bounded segment would add the look at its life, and load its fields anew for every record.
    private static final MemorySegment ALL = Memory.all();
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort NETWORK_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt NETWORK_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong NETWORK_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment segment;
    private final long base;
    private long address;
    private int length;
    private @Nullable Flyweight carried;

    /** A view of no record yet, over the memory that its records will lie in. */
    RecordView(MemorySegment segment) {
        this.segment = segment;
        this.base = segment.address();
        this.address = base;
    }

    /** The caller has checked that these bytes are within the segment. */
    void moveTo(long address, int length) {
        this.address = address;
        this.length = length;
    }

    /** Goes to no record: whatever reads through it afterwards is told so. */
    void leave() {
        moveTo(base, 0);
        Flyweight last = carried;
        if (last != null) {
            last.end(this);
        }
    }

    /** The last flyweight over it has to hear when the view leaves its records. */
    @SuppressWarnings("ReferenceEquality") // the object itself is meant
    void carries(Flyweight flyweight) {
        Flyweight last = carried;
        if (last != flyweight) {
            if (last != null) {
                last.end(this);
            }
            carried = flyweight;
        }
    }

    /** {@return bytes of the record} */
    public int length() {
        return length;
    }

    /**
     * {@return the byte at an offset, from -128 to 127}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if it is not all within the record
     */
    public byte getByte(long offset) {
        return ALL.get(ValueLayout.JAVA_BYTE, at(offset, Byte.BYTES));
    }

    /**
     * {@return the two bytes at an offset, from -32768 to 32767}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    public short getShort(long offset) {
        return ALL.get(SHORT, at(offset, Short.BYTES));
    }

    /**
     * {@return the four bytes at an offset}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    public int getInt(long offset) {
        return ALL.get(INT, at(offset, Integer.BYTES));
    }

    /**
     * {@return the eight bytes at an offset}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    public long getLong(long offset) {
        return ALL.get(LONG, at(offset, Long.BYTES));
    }

    /**
     * {@return the two bytes at an offset in network byte order, as ports are, from 0 to 65535}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    public int getNetworkShort(long offset) {
        return Short.toUnsignedInt(ALL.get(NETWORK_SHORT, at(offset, Short.BYTES)));
    }

    /**
     * {@return the four bytes at an offset in network byte order, as IPv4 addresses are}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    public int getNetworkInt(long offset) {
        return ALL.get(NETWORK_INT, at(offset, Integer.BYTES));
    }

    /**
     * {@return the eight bytes at an offset in network byte order, as half an IPv6 address is}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    public long getNetworkLong(long offset) {
        return ALL.get(NETWORK_LONG, at(offset, Long.BYTES));
    }

    /**
     * Copies bytes out.
     *
     * @param offset in the record
     * @param to where they go
     * @param start the first of {@code to} to set
     * @param count how many
     * @throws IndexOutOfBoundsException if they are not all within the record, or within the array
     */
    public void copy(long offset, byte[] to, int start, int count) {
        if (count < 0) {
            throw new IndexOutOfBoundsException(count + " bytes");
        }
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, at(offset, count), to, start, count);
    }

    /**
     * {@return the value that a codec reads at the start of the record}
     *
     * <p>It is one check of the length for the whole value. A record that does not leave the handler is not allocated
     * where the codec is in a {@code static final} field.
     *
     * @param codec reads it
     * @param <T> the Java type
     * @throws IndexOutOfBoundsException if the record is shorter than the codec's type
     */
    public <T> T decode(Codec<T> codec) {
        long size = codec.size();
        long start = at(0, size);
        return codec.isContained() ? codec.decode(ALL, start) : codec.decode(segment, start - base);
    }

    /** {@return read-only memory that holds the record, and others: for code that reads segments} */
    public MemorySegment segment() {
        return segment;
    }

    /** {@return where in {@link #segment()} the record starts} */
    public long offset() {
        return address - base;
    }

    /** Where the record starts in memory. */
    long address() {
        return address;
    }

    private long at(long offset, long size) {
        if (offset < 0 || offset > length - size) {
            throw outside(offset, size);
        }
        return address + offset;
    }

    private IndexOutOfBoundsException outside(long offset, long size) {
        return new IndexOutOfBoundsException(size + " bytes at " + offset + " of a record of " + length);
    }

    @Override
    public String toString() {
        return "record of " + length + " bytes";
    }
}
