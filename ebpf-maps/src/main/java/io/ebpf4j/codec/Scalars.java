package io.ebpf4j.codec;

import java.nio.ByteOrder;

/** Codecs of single integers. */
public final class Scalars {
    /** {@code int32_t} or {@code uint32_t}, host byte order. */
    public static final Codec<Integer> INT =
            ScalarCodec.integer(Integer.class, 4, Signedness.UNSTATED, ByteOrder.nativeOrder());

    /** {@code int64_t} or {@code uint64_t}, host byte order. */
    public static final Codec<Long> LONG =
            ScalarCodec.integer(Long.class, 8, Signedness.UNSTATED, ByteOrder.nativeOrder());

    /** {@code int16_t} or {@code uint16_t}, host byte order. */
    public static final Codec<Short> SHORT =
            ScalarCodec.integer(Short.class, 2, Signedness.UNSTATED, ByteOrder.nativeOrder());

    /** {@code uint16_t}, host byte order. */
    public static final Codec<Character> CHAR =
            ScalarCodec.integer(Character.class, 2, Signedness.UNSIGNED, ByteOrder.nativeOrder());

    /** {@code int8_t} or {@code uint8_t}. */
    public static final Codec<Byte> BYTE =
            ScalarCodec.integer(Byte.class, 1, Signedness.UNSTATED, ByteOrder.nativeOrder());

    /** {@code bool}: one byte, 0 or 1; every other byte reads as true. */
    public static final Codec<Boolean> BOOLEAN =
            ScalarCodec.integer(Boolean.class, 1, Signedness.UNSTATED, ByteOrder.nativeOrder());

    /** {@code uint32_t} as a {@code long} from 0 to 4294967295, host byte order. */
    public static final Codec<Long> UINT32 =
            ScalarCodec.integer(Long.class, 4, Signedness.UNSIGNED, ByteOrder.nativeOrder());

    /** {@code uint16_t} as an {@code int} from 0 to 65535, host byte order. */
    public static final Codec<Integer> UINT16 =
            ScalarCodec.integer(Integer.class, 2, Signedness.UNSIGNED, ByteOrder.nativeOrder());

    /** {@code __be32} as an {@code int}. */
    public static final Codec<Integer> BE32 =
            ScalarCodec.integer(Integer.class, 4, Signedness.UNSTATED, ByteOrder.BIG_ENDIAN);

    /** {@code __be16} as an {@code int} from 0 to 65535: ports. */
    public static final Codec<Integer> BE16 =
            ScalarCodec.integer(Integer.class, 2, Signedness.UNSIGNED, ByteOrder.BIG_ENDIAN);

    private Scalars() {}
}
