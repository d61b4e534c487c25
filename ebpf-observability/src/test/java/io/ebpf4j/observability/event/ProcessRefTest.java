package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessRefTest {
    private static final long NANOS_PER_TICK = 10_000_000;

    @Test
    void findsItsOwnExecutable() throws IOException {
        assertThat(self(0).executable()).contains(Path.of("/proc/self/exe").toRealPath());
    }

    @Test
    void doesNotTakeANewOwnerOfThePidForTheProcess() throws IOException {
        assertThat(self(NANOS_PER_TICK).executable()).isEmpty();
    }

    @Test
    void anUnknownProcessHasNoExecutable() {
        assertThat(ProcessRef.UNKNOWN.executable()).isEmpty();
        assertThat(ProcessRef.UNKNOWN).hasToString("-");
    }

    private static ProcessRef self(long later) throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[19]);
        return new ProcessRef((int) ProcessHandle.current().pid(), 0, ticks * NANOS_PER_TICK + later, "java");
    }
}
