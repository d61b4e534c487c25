package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.LayoutCheck;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.spec.VariableSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * A live view of a global variable of a loaded object, through the mapping of its section: a read or a write is one
 * memory access, without a system call, and shared with the programs that run.
 *
 * <p>Usable from any thread until the object is closed; afterwards every access throws {@link IllegalStateException}.
 * Constants ({@code .rodata}, {@code .kconfig}) can be read only; a write throws {@link IllegalArgumentException} or {@link
 * UnsupportedOperationException}.
 */
public final class GlobalVariable {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final VariableSpec spec;
    private final MemorySegment memory;
    private final Optional<Btf> btf;
    private final boolean signed;

    GlobalVariable(VariableSpec spec, MemorySegment memory, Optional<Btf> btf) {
        this.spec = spec;
        this.memory = memory;
        this.btf = btf;
        this.signed = btf.isPresent() && spec.typeId() != 0 && isSigned(btf.get(), spec.typeId());
    }

    private static boolean isSigned(Btf btf, int typeId) {
        int id = btf.resolve(btf.kind(typeId) == BtfKind.VAR ? btf.ref(typeId) : typeId);
        return switch (btf.kind(id)) {
            case INT -> btf.intSigned(id);
            case ENUM, ENUM64 -> btf.enumSigned(id);
            default -> false;
        };
    }

    /** {@return what the object file says of it} */
    public VariableSpec spec() {
        return spec;
    }

    /** {@return its memory, shared with the kernel; read-only for constants} */
    public MemorySegment memory() {
        return memory;
    }

    /**
     * {@return its value as a number, read plainly; extended by its sign when its type has one}
     *
     * @throws IncompatibleException when it has not 1, 2, 4 or 8 bytes
     */
    public long get() {
        return switch (spec.size()) {
            case 1 -> signed ? memory.get(ValueLayout.JAVA_BYTE, 0) : memory.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
            case 2 -> {
                short value = memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0);
                yield signed ? value : value & 0xFFFF;
            }
            case 4 -> extended(memory.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
            case 8 -> memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            default -> throw notANumber();
        };
    }

    /**
     * Writes a number plainly; higher bytes than it has are dropped.
     *
     * @param value the value
     * @throws IncompatibleException when it has not 1, 2, 4 or 8 bytes
     */
    public void set(long value) {
        switch (spec.size()) {
            case 1 -> memory.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
            case 2 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) value);
            case 4 -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, 0, (int) value);
            case 8 -> memory.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
            default -> throw notANumber();
        }
    }

    /**
     * {@return its value, read with acquire order}
     *
     * @throws IncompatibleException when it has not 4 or 8 bytes
     */
    public long getAcquire() {
        return isLong() ? (long) LONG.getAcquire(memory, 0L) : extended((int) INT.getAcquire(memory, 0L));
    }

    /**
     * Writes it with release order.
     *
     * @param value the value
     * @throws IncompatibleException when it has not 4 or 8 bytes
     */
    public void setRelease(long value) {
        if (isLong()) {
            LONG.setRelease(memory, 0L, value);
        } else {
            INT.setRelease(memory, 0L, (int) value);
        }
    }

    /**
     * Adds to it, atomically, also with respect to {@code __sync_fetch_and_add} in programs.
     *
     * @param delta what to add
     * @return the value before
     * @throws IncompatibleException when it has not 4 or 8 bytes
     */
    public long getAndAdd(long delta) {
        return isLong()
                ? (long) LONG.getAndAdd(memory, 0L, delta)
                : extended((int) INT.getAndAdd(memory, 0L, (int) delta));
    }

    /**
     * Sets it when it has an expected value, atomically.
     *
     * @param expected the value it must have
     * @param value the value it gets
     * @return whether it had the expected value
     * @throws IncompatibleException when it has not 4 or 8 bytes
     */
    public boolean compareAndSet(long expected, long value) {
        return isLong()
                ? LONG.compareAndSet(memory, 0L, expected, value)
                : INT.compareAndSet(memory, 0L, (int) expected, (int) value);
    }

    /**
     * {@return its value}
     *
     * @param codec how it is laid out, compared member by member with its type
     * @param <T> the value's type
     * @throws IncompatibleException when the layouts differ
     */
    public <T> T get(Codec<T> codec) {
        check(codec);
        return codec.decode(memory, 0);
    }

    /**
     * Writes it.
     *
     * @param value the value
     * @param codec how it is laid out, compared member by member with its type
     * @param <T> the value's type
     * @throws IncompatibleException when the layouts differ
     */
    public <T> void set(T value, Codec<T> codec) {
        check(codec);
        codec.encode(value, memory, 0);
    }

    private void check(Codec<?> codec) {
        if (codec.size() != spec.size()) {
            throw new IncompatibleException(subject(), codec.size() + " bytes", spec.size() + " bytes");
        }
        if (btf.isPresent() && spec.typeId() != 0) {
            LayoutCheck.require(subject(), codec.shape(), btf.get(), spec.typeId());
        }
    }

    private long extended(int value) {
        return signed ? value : Integer.toUnsignedLong(value);
    }

    private boolean isLong() {
        if (spec.size() == Long.BYTES) {
            return true;
        }
        if (spec.size() == Integer.BYTES) {
            return false;
        }
        throw new IncompatibleException(subject(), "a number of 4 or 8 bytes", spec.size() + " bytes");
    }

    private IncompatibleException notANumber() {
        return new IncompatibleException(subject(), "a number of 1, 2, 4 or 8 bytes", spec.size() + " bytes");
    }

    private String subject() {
        return "global variable " + spec.name();
    }

    /** {@return its name, size and place} */
    @Override
    public String toString() {
        return subject() + ", " + spec.size() + " bytes at " + spec.offset() + " of " + spec.map();
    }
}
