package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's verifier takes what the builder makes of a compiler's BTF, whatever it is told the kernel knows. */
@RequiresKernel(since = "6.0", feature = "BTF")
class BtfLoadIT {
    private static final List<BtfFeature> BY_AGE = List.of(
            BtfFeature.FUNC,
            BtfFeature.DATASEC,
            BtfFeature.FUNC_GLOBAL,
            BtfFeature.FLOAT,
            BtfFeature.DECL_TAG,
            BtfFeature.TYPE_TAG,
            BtfFeature.ENUM64,
            BtfFeature.OPTIONAL_DATASEC);

    private static BtfBuilder prepared() {
        String order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "el" : "eb";
        return BtfBuilder.copyOf(Fixtures.btf(order))
                .fixDataSections(Fixtures.elf(order))
                .placeExterns(Map.of("CONFIG_HZ", 0L), 4)
                .flattenKernelSymbols();
    }

    private static void assertLoads(BtfBuilder builder) {
        byte[] bytes = builder.marshal(ByteOrder.nativeOrder());
        Kernel kernel = Kernel.system();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(bytes.length, 8);
            MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment log = arena.allocate(1 << 20);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.BtfLoad.BTF, copy.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_SIZE, bytes.length);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.BtfLoad.BTF_LOG_BUF, log.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_LOG_SIZE, (int) log.byteSize());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_LOG_LEVEL, 1);
            int fd = kernel.bpf(BpfCommand.BTF_LOAD, attr, 28);
            String said = log.getString(0);
            assertThat(fd).as(said.substring(Math.max(0, said.length() - 500))).isPositive();
            kernel.close(fd);
        }
    }

    @Test
    void whatTheCompilerWroteIsTakenOnceItIsFilledIn() {
        assertLoads(prepared());
    }

    @Test
    void whatIsRewrittenForTheOldestKernelIsTaken() {
        assertLoads(prepared().sanitize(Set.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsRewrittenForAKernelOfSomeAgeIsTaken(int known) {
        assertLoads(prepared().sanitize(Set.copyOf(BY_AGE.subList(0, known))));
    }
}
