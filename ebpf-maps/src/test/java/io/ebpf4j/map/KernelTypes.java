package io.ebpf4j.map;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Types that were loaded into the kernel for a test's map. */
final class KernelTypes implements AutoCloseable {
    final Btf btf;
    final Fd fd;

    KernelTypes(BtfBuilder builder) {
        byte[] bytes = builder.marshal(ByteOrder.nativeOrder());
        btf = Btf.parse(bytes, "test types");
        Kernel kernel = Kernel.system();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(bytes.length, 8);
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.BtfLoad.BTF, memory.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.BtfLoad.BTF_SIZE, bytes.length);
            int result = kernel.bpf(BpfCommand.BTF_LOAD, attr, 32);
            fd = Fd.own(kernel, Failure.check(BpfCommand.BTF_LOAD, attr, result, "test types"), "test types");
        }
    }

    MapTypes of(int key, int value) {
        return new MapTypes.Declared(btf, fd.number(), key, value);
    }

    @Override
    public void close() {
        fd.close();
    }
}
