package io.ebpf4j.codec;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** An enum by its number in C. */
final class EnumCodec<E extends Enum<E> & CodedEnum> implements Codec<E> {
    private final Class<E> type;
    private final Codec<Long> number;
    private final Map<Long, E> byCode = new HashMap<>();

    EnumCodec(Class<E> type, int size, Signedness signedness, ByteOrder order) {
        this.type = type;
        this.number = ScalarCodec.integer(Long.class, size, signedness, order);
        for (E constant : type.getEnumConstants()) {
            E other = byCode.putIfAbsent(constant.code(), constant);
            if (other != null) {
                throw new IllegalArgumentException(
                        type.getName() + ": " + other + " and " + constant + " have the same code " + constant.code());
            }
        }
    }

    @Override
    public boolean isContained() {
        return true;
    }

    @Override
    public Shape shape() {
        return number.shape();
    }

    @Override
    public E decode(MemorySegment from, long offset) {
        long code = number.decode(from, offset);
        E constant = byCode.get(code);
        if (constant == null) {
            throw new IllegalArgumentException(code + " is not a code of " + type.getName());
        }
        return constant;
    }

    @Override
    public void encode(E value, MemorySegment to, long offset) {
        number.encode(value.code(), to, offset);
    }
}
