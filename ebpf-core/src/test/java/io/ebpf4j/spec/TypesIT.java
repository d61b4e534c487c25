package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel judges the types that {@link ObjectSpec#btf()} prepares for it. */
@RequiresKernel(feature = "BTF of data sections", since = "5.2")
class TypesIT {

    private static final int LOG_SIZE = 1 << 20;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spec-maps",
                "spec-code",
                "spec-externs",
                "spec-struct-ops",
                "spec-arena",
                "spec-legacy",
                "spec-sections",
                "spec-refused"
            })
    void theKernelTakesThem(String object) {
        String order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "-el" : "-eb";
        Kernel kernel = Kernel.system();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes =
                    Fixture.read(object + order).btf().orElseThrow().bytes();
            MemorySegment copy = arena.allocate(bytes.byteSize(), 8).copyFrom(bytes);
            MemorySegment log = arena.allocate(LOG_SIZE);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.BtfLoad.BTF, copy.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_SIZE, (int) copy.byteSize());
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.BtfLoad.BTF_LOG_BUF, log.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_LOG_SIZE, LOG_SIZE);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_LOG_LEVEL, 1);
            int fd = kernel.bpf(BpfCommand.BTF_LOAD, attr, (int) BpfAttr.BtfLoad.BTF_LOG_LEVEL + Integer.BYTES);
            assertThat(fd).as(() -> log.getString(0)).isNotNegative();
            assertThat(kernel.close(fd)).isZero();
        }
    }
}
