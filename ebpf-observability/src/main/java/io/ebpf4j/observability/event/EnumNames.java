package io.ebpf4j.observability.event;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The names that a kernel gives to the values of one of its enums, such as {@code skb_drop_reason}: values differ from
 * kernel to kernel, names stay. A recording keeps them, so that it is read right under another kernel.
 *
 * @param type the enum's name in the kernel's BTF
 * @param names name by value
 */
public record EnumNames(String type, Map<Long, String> names) {
    /** Copies the names. */
    public EnumNames {
        Objects.requireNonNull(type, "type");
        names = Map.copyOf(names);
    }

    /**
     * {@return the names of an enum; none where there is no enum of that name}
     *
     * @param btf where to look, the kernel's
     * @param type the enum's name
     */
    public static EnumNames of(Btf btf, String type) {
        Map<Long, String> names = new HashMap<>();
        btf.find(type, BtfKind.ENUM).ifPresent(id -> {
            for (int i = 0; i < btf.vlen(id); i++) {
                names.putIfAbsent(btf.enumValue(id, i), btf.enumName(id, i));
            }
        });
        return new EnumNames(type, names);
    }

    /**
     * {@return the name of a value, empty for one that the kernel does not name}
     *
     * @param value the value
     */
    public Optional<String> name(long value) {
        return Optional.ofNullable(names.get(value));
    }
}
