package io.ebpf4j.object;

import io.ebpf4j.spec.Extern;
import java.util.Optional;

/**
 * Something that the object declares and the kernel defines, looked up in the target kernel.
 *
 * @param extern what the object declares
 * @param resolution what the kernel has
 */
public record PlannedExtern(Extern extern, Resolution resolution) {

    /** What the kernel has for a declaration. */
    public sealed interface Resolution {
        /**
         * A configuration value, which goes into the {@code .kconfig} map.
         *
         * @param text the value as text
         */
        record Value(String text) implements Resolution {}

        /**
         * The address of a symbol.
         *
         * @param address the address
         */
        record Address(long address) implements Resolution {}

        /**
         * A variable or function by its type.
         *
         * @param typeId its type id in the BTF of the kernel or of the module
         * @param module the module that has it; empty for the kernel itself
         */
        record Type(int typeId, Optional<String> module) implements Resolution {}

        /**
         * The kernel has none.
         *
         * @param reason why not, in words
         */
        record Missing(String reason) implements Resolution {}
    }

    /** {@return it in one line} */
    @Override
    public String toString() {
        String what = switch (resolution) {
            case Resolution.Value value -> value.text();
            case Resolution.Address address -> "0x" + Long.toHexString(address.address());
            case Resolution.Type type ->
                "type " + type.typeId() + " of " + type.module().orElse("the kernel");
            case Resolution.Missing missing -> missing.reason();
        };
        return extern.name() + (extern.binding() == Extern.Binding.WEAK ? " (weak): " : ": ") + what;
    }
}
