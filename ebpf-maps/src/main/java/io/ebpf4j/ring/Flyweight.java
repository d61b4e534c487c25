package io.ebpf4j.ring;

import io.ebpf4j.kernel.sys.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Names for the members of one kind of record, read where it lies: a subclass gives each member an accessor.
 *
 * <pre>{@code
 * final class Flow extends Flyweight {
 *     Flow() {
 *         super(48);
 *     }
 *
 *     long bytes() {
 *         return getLong(24);
 *     }
 * }
 * }</pre>
 *
 * <p>It is moved from record to record by {@link #over}, which looks once whether the record is as long as the kind; no access
 * allocates. Offsets count from the start of the record; numbers are in the byte order of the machine, and need no alignment.
 *
 * <p>It is to be read while the handler runs that was given the record. When another flyweight is moved over the same view, and
 * when the drain ends, it is over none, and every access throws {@link IndexOutOfBoundsException}; in the meantime one that was
 * left over an earlier record reads what now lies there. <b>Threads.</b> As its view: the handler's, while that runs.
 */
public abstract class Flyweight {
    private static final MemorySegment ALL = Memory.all();
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final int size;
    private long address;
    private int length;
    private @Nullable RecordView view;

    /**
     * A flyweight over nothing yet.
     *
     * @param size bytes of the kind: what a record has to have at least
     * @throws IllegalArgumentException if it is negative
     */
    protected Flyweight(int size) {
        if (size < 0) {
            throw new IllegalArgumentException("a kind of " + size + " bytes");
        }
        this.size = size;
    }

    /**
     * Moves it to a record.
     *
     * @param record the view that a handler was given
     * @throws IndexOutOfBoundsException if the record is shorter than the kind
     */
    public final void over(RecordView record) {
        int present = record.length();
        if (present < size) {
            throw new IndexOutOfBoundsException("a kind of " + size + " bytes over a record of " + present);
        }
        address = record.address();
        length = present;
        if (view != record) { // to write a reference costs more than to compare it
            view = record;
        }
        record.carries(this);
    }

    /** That view has left its records, or goes on with another flyweight. */
    final void end(RecordView former) {
        if (view == former) {
            length = 0;
        }
    }

    /** {@return bytes of the record, which may be more than the kind has; 0 while it is over none} */
    public final int length() {
        return length;
    }

    /**
     * {@return the byte at an offset, from -128 to 127}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if it is not all within the record
     */
    protected final byte getByte(long offset) {
        return ALL.get(ValueLayout.JAVA_BYTE, at(offset, Byte.BYTES));
    }

    /**
     * {@return the two bytes at an offset, from -32768 to 32767}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    protected final short getShort(long offset) {
        return ALL.get(SHORT, at(offset, Short.BYTES));
    }

    /**
     * {@return the four bytes at an offset}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    protected final int getInt(long offset) {
        return ALL.get(INT, at(offset, Integer.BYTES));
    }

    /**
     * {@return the eight bytes at an offset}
     *
     * @param offset in the record
     * @throws IndexOutOfBoundsException if they are not all within the record
     */
    protected final long getLong(long offset) {
        return ALL.get(LONG, at(offset, Long.BYTES));
    }

    /**
     * {@return the view that it is over: for bytes, and for numbers in network order}
     *
     * @throws IndexOutOfBoundsException if it is over none
     */
    protected final RecordView view() {
        RecordView current = view;
        if (current == null || length == 0) {
            throw new IndexOutOfBoundsException("over no record");
        }
        return current;
    }

    private long at(long offset, long bytes) {
        if (offset < 0 || offset > length - bytes) {
            throw new IndexOutOfBoundsException(bytes + " bytes at " + offset + " of a record of " + length);
        }
        return address + offset;
    }
}
