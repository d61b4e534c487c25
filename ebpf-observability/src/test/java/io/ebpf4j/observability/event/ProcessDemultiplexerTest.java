package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.protocol.Completeness;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a run's records say, held against what the shell and /proc said in that run: recorded-processes.txt has both. */
class ProcessDemultiplexerTest {
    private static final int SHELL = 17279;
    private static final int CHILD = 17281;
    private static final long SHELL_STARTED_TICKS = 783425;
    private static final int PARENT = 17208;

    private final List<ProcessEvent> events = new ArrayList<>();
    private final ProcessDemultiplexer reader = new ProcessDemultiplexer(
            ProcessFormat.bind(BundledBtf.load("process.bpf.o")), view -> events.add(view.toEvent()));
    private final List<byte[]> recorded = RecordedLines.of("recorded-processes.txt");

    private <T extends ProcessEvent> T of(Class<T> kind, int pid) {
        return events.stream()
                .filter(event -> kind.isInstance(event) && event.process().pid() == pid)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void readsTheLifeOfAProcess() {
        RecordedLines.feed(recorded, reader);
        ProcessStarted shell = of(ProcessStarted.class, SHELL);
        assertThat(shell.executable()).isEqualTo("/usr/bin/dash");
        assertThat(shell.arguments()).startsWith("/bin/sh", "-c").hasSize(3);
        assertThat(shell.completeness()).isEqualTo(Completeness.WHOLE);
        assertThat(shell.process().started() / 10_000_000).isEqualTo(SHELL_STARTED_TICKS);
        assertThat(shell.parent().pid()).isEqualTo(PARENT);
        assertThat(shell.process().comm()).isEqualTo("sh");
        assertThat(of(ProcessForked.class, CHILD).parent())
                .isEqualTo(shell.process().key());
        assertThat(of(ProcessStarted.class, CHILD).arguments()).containsExactly("/bin/ls", "/nowhere");
        assertThat(of(ProcessExited.class, CHILD).exitCode()).isEqualTo(2);
        assertThat(of(ProcessExited.class, SHELL).exitCode()).isEqualTo(3);
        assertThat(events).extracting(ProcessEvent::timestamp).isSorted();
        assertThat(reader.delivered(ProcessType.EXITED)).isEqualTo(3);
        assertThat(reader.rejected()).isZero();
    }

    @Test
    void aRecordThatIsCutOrUnknownIsCountedAndNotRead() {
        for (byte[] record : recorded) {
            reader.handle(MemorySegment.ofArray(record), 0, record.length - 1);
            byte[] unknown = record.clone();
            unknown[0] = 1;
            reader.handle(MemorySegment.ofArray(unknown), 0, unknown.length);
        }
        assertThat(events).isEmpty();
        assertThat(reader.rejected()).isEqualTo(2L * recorded.size());
    }

    @Test
    void aSignalIsNoExitCode() {
        // wait(2): the signal in the lower seven bits, 128 for a core dump
        ProcessExited dumped = new ProcessExited(1, 0, ProcessRef.UNKNOWN, new ProcessKey(1, 1), 1, 1, 0x8b);
        assertThat(dumped.signal()).isEqualTo(11);
        assertThat(dumped.exitCode()).isZero();
    }

    @Test
    void argumentsEndWithAZero() {
        assertThat(ProcessView.split("a\0\0b".getBytes(StandardCharsets.UTF_8))).containsExactly("a", "", "b");
        assertThat(ProcessView.split(new byte[0])).isEmpty();
    }
}
