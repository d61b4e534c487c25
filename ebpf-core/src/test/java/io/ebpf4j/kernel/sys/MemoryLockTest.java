package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.testing.FakeKernel;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MemoryLockTest {
    private final FakeKernel kernel = new FakeKernel();
    private final long[] limit = new long[2];

    MemoryLockTest() {
        kernel.on(SystemCall.PRLIMIT64, arguments -> {
            for (int i = 0; i < 2; i++) {
                limit[i] = FakeKernel.memory(arguments[2], 16).getAtIndex(ValueLayout.JAVA_LONG, i);
            }
            return 0;
        });
    }

    @Test
    void anOldKernelsLimitIsLiftedOnceBeforeTheFirstMap() {
        MemoryLock lock = new MemoryLock(KernelVersion.parse("5.10.223"));
        lock.before(BpfCommand.OBJ_GET, kernel);
        assertThat(kernel.calls()).isEmpty();
        lock.before(BpfCommand.MAP_CREATE, kernel);
        lock.before(BpfCommand.PROG_LOAD, kernel);
        assertThat(kernel.calls()).hasSize(1);
        assertThat(kernel.calls().getFirst().arguments().get(1)).isEqualTo(8); // RLIMIT_MEMLOCK
        assertThat(limit).containsExactly(-1, -1); // RLIM_INFINITY
    }

    @Test
    void aNewKernelsIsLeftAlone() {
        new MemoryLock(KernelVersion.parse("5.11")).before(BpfCommand.MAP_CREATE, kernel);
        assertThat(kernel.calls()).isEmpty();
    }

    @Test
    void oneThatCannotBeLiftedIsNotFatal() {
        kernel.on(SystemCall.PRLIMIT64, arguments -> -1);
        new MemoryLock(KernelVersion.parse("5.4")).before(BpfCommand.BTF_LOAD, kernel);
        assertThat(kernel.calls()).hasSize(1);
    }
}
