package io.ebpf4j.map;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Integer keys and values of a map as {@code long}s, without boxing and without allocating. Made by
 * {@link BpfMap#longs()}.
 *
 * <p>Keys and values of four bytes are unsigned: read, they are from 0 to 4294967295; written, they must be. It shares
 * the map's descriptor and may be used from any thread until the map is closed.
 */
public final class LongMap {
    private static final long VALUE = 8;

    private final BpfMap map;
    private final int keySize;
    private final int valueSize;

    LongMap(BpfMap map) {
        this.map = map;
        this.keySize = required("keys", map.keySize());
        this.valueSize = required("values", map.valueSize());
    }

    private int required(String what, int size) {
        if (size != 4 && size != 8) {
            throw new IncompatibleException(
                    "the size of the " + what + " of " + map.subject(), "4 or 8 bytes", size + " bytes");
        }
        return size;
    }

    /** {@return the map below} */
    public BpfMap map() {
        return map;
    }

    /**
     * Looks a value up.
     *
     * @param key the key
     * @param absent result where the key is not there
     * @return the value
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public long get(long key, long absent) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment memory = scratch.data();
            if (!withKey(scratch, memory, BpfCommand.MAP_LOOKUP_ELEM, key)) {
                return absent;
            }
            return valueSize == 8
                    ? memory.get(ValueLayout.JAVA_LONG, VALUE)
                    : Integer.toUnsignedLong(memory.get(ValueLayout.JAVA_INT, VALUE));
        }
    }

    /**
     * {@return whether the key is there}
     *
     * @param key the key
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean containsKey(long key) {
        try (Scratch scratch = Scratch.current()) {
            return withKey(scratch, scratch.data(), BpfCommand.MAP_LOOKUP_ELEM, key);
        }
    }

    /**
     * Sets the value of a key, whether it is there or not.
     *
     * @param key the key
     * @param value the value
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public void put(long key, long value) {
        int result = update(key, value, UpdateMode.ANY);
        if (result < 0) {
            throw map.failure(BpfCommand.MAP_UPDATE_ELEM, result);
        }
    }

    /**
     * Adds a key that is not there.
     *
     * @param key the key
     * @param value the value
     * @return whether it was added; otherwise it was there, and is unchanged
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses
     */
    public boolean putIfAbsent(long key, long value) {
        int result = update(key, value, UpdateMode.NOEXIST);
        if (result >= 0) {
            return true;
        }
        if (result == -Errno.EEXIST.code()) {
            return false;
        }
        throw map.failure(BpfCommand.MAP_UPDATE_ELEM, result);
    }

    private int update(long key, long value, UpdateMode mode) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment memory = scratch.data();
            write(memory, 0, keySize, key);
            write(memory, VALUE, valueSize, value);
            long address = memory.address();
            return map.element(scratch, BpfCommand.MAP_UPDATE_ELEM, address, address + VALUE, mode.flag());
        }
    }

    /**
     * Deletes a key.
     *
     * @param key the key
     * @return whether it was there
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses; elements of arrays cannot be deleted
     */
    public boolean remove(long key) {
        try (Scratch scratch = Scratch.current()) {
            return withKey(scratch, scratch.data(), BpfCommand.MAP_DELETE_ELEM, key);
        }
    }

    private boolean withKey(Scratch scratch, MemorySegment memory, BpfCommand command, long key) {
        write(memory, 0, keySize, key);
        long address = memory.address();
        long value = command == BpfCommand.MAP_DELETE_ELEM ? 0 : address + VALUE;
        return map.found(command, map.element(scratch, command, address, value, 0));
    }

    private static void write(MemorySegment memory, long offset, int size, long value) {
        if (size == 8) {
            memory.set(ValueLayout.JAVA_LONG, offset, value);
        } else {
            if (value >>> 32 != 0) {
                throw new IllegalArgumentException(value + " does not fit four unsigned bytes");
            }
            memory.set(ValueLayout.JAVA_INT, offset, (int) value);
        }
    }
}
